"""``v1`` Namespace.

Source: k8s.io/api ``core/v1/types.go``; ``pkg/apis/core/validation/validation.go`` (``ValidateNamespace``).
"""

from __future__ import annotations

from typing import Any

from netverify.documents.document import Document
from netverify.kinds.fields import FreeMap, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, ignores_of, labels_of
from netverify.kinds.names import dns_label_problems, shown
from netverify.model.cluster import Namespace
from netverify.model.labels import NAMESPACE_NAME_LABEL


class SpecFields(TypedDict, total=False):
    """``spec``."""

    finalizers: Any


class NamespaceFields(TypedDict, total=False):
    """The whole object."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: SpecFields
    status: FreeMap


def _check(namespace: NamespaceFields, findings: Findings) -> None:
    """Warn where its name label is not its name."""
    meta = namespace.get("metadata") or {}
    labels, name = meta.get("labels") or {}, meta.get("name")
    if not name or NAMESPACE_NAME_LABEL not in labels:
        return
    written = labels[NAMESPACE_NAME_LABEL] or ""
    if written != name:
        text = f"is {shown(written)}, which the API server replaces with `{name}`"
        findings.warn("NV229", ("metadata", "labels", NAMESPACE_NAME_LABEL), text, advice="leave the label out")


def _fact(namespace: NamespaceFields, who: Who, document: Document) -> Namespace:
    """The namespace as it is declared; an overlay may give it another name.

    The server sets ``kubernetes.io/metadata.name``, whatever is written there. Source: ``NamespaceDefaultLabelName``.
    """
    name = document.namespace or who.name
    meta = namespace.get("metadata")
    labels = dict(sorted((labels_of(meta) | {NAMESPACE_NAME_LABEL: name}).items()))
    return Namespace(name, labels, declared=True, origin=document.origin(), ignores=ignores_of(meta, document))


NAMESPACE = Kind(
    "",
    ("v1",),
    "Namespace",
    NamespaceFields,
    _check,
    _fact,
    is_namespaced=False,
    name_rule=dns_label_problems,
)
