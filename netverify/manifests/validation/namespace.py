"""Rules of Namespace. Source: ``pkg/apis/core/validation/validation.go`` (``ValidateNamespace``)."""

from __future__ import annotations

from netverify.manifests.schema.namespace import NamespaceShape
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.metadata import check_metadata
from netverify.manifests.validation.names import shown
from netverify.model.labels import NAMESPACE_NAME_LABEL


def check_namespace(shape: NamespaceShape, findings: Findings) -> None:
    """Check the whole object, and warn where its name label is not its name."""
    meta = shape.metadata
    check_metadata("Namespace", meta, findings)
    labels = (meta.labels if meta else None) or {}
    if meta is None or not meta.name or NAMESPACE_NAME_LABEL not in labels:
        return
    written = labels[NAMESPACE_NAME_LABEL] or ""
    if written != meta.name:
        text = f"is {shown(written)}, which the API server replaces with `{meta.name}`"
        findings.warn("NV229", ("metadata", "labels", NAMESPACE_NAME_LABEL), text, advice="leave the label out")
