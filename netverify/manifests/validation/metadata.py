"""Rules of ``metadata``. Source: apimachinery ``pkg/api/validation/objectmeta.go`` and the name rules of each kind."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from netverify.manifests.document import FieldPath
from netverify.manifests.kinds import CLUSTER_SCOPED
from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.shape import StringMap
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.names import (
    Problems,
    dns_label_problems,
    dns_subdomain_problems,
    label_key_problems,
    label_value_problems,
    shown,
)

_NAME_RULES: Mapping[str, Callable[[str], Problems]] = MappingProxyType(
    dict.fromkeys(("Namespace", "Service", "StatefulSet"), dns_label_problems)
)
_CRON_JOB_NAME = 52


def check_metadata(kind: str, meta: ObjectMeta | None, findings: Findings) -> None:
    """Check the name, the namespace, labels and annotations of an object of ``kind``."""
    if meta is None or not (meta.name or meta.generateName):
        findings.refuse("NV221", ("metadata", "name"), "is missing", advice="every object needs a name")
    if meta is None:
        return
    rule = _NAME_RULES.get(kind, dns_subdomain_problems)
    if meta.generateName:
        stem = meta.generateName[:-1] + "a" if meta.generateName.endswith("-") else meta.generateName
        _check_name("generateName", stem, meta.generateName, rule, findings)
    if meta.name:
        _check_name("name", meta.name, meta.name, rule, findings)
        if kind == "CronJob" and len(meta.name) > _CRON_JOB_NAME:
            text = f"must be no more than {_CRON_JOB_NAME} characters, so that the names of its jobs fit"
            findings.refuse("NV222", ("metadata", "name"), text)
    if meta.namespace and kind not in CLUSTER_SCOPED:
        _check_name("namespace", meta.namespace, meta.namespace, dns_label_problems, findings)
    check_labels(meta.labels, ("metadata",), findings)
    check_annotations(meta.annotations, ("metadata",), findings)


def check_labels(labels: StringMap | None, meta: FieldPath, findings: Findings) -> None:
    """Check the keys and values of ``labels`` of the metadata at ``meta``."""
    if labels:
        check_label_map(labels, (*meta, "labels"), findings)


def check_annotations(annotations: StringMap | None, meta: FieldPath, findings: Findings) -> None:
    """Check the keys of ``annotations``; they may be in upper case, and values are free."""
    for key in annotations or ():
        for problem in label_key_problems(key.lower()):
            path = (*meta, "annotations")
            findings.refuse(
                "NV223", path, f"key {shown(key)} {problem}", origin=findings.document.key_origin((*path, key))
            )


def check_label_map(labels: StringMap, path: FieldPath, findings: Findings) -> None:
    """Check every entry of the label map at ``path``."""
    for key, value in labels.items():
        for problem in label_key_problems(key):
            origin = findings.document.key_origin((*path, key))
            findings.refuse("NV223", path, f"key {shown(key)} {problem}", origin=origin)
        for problem in label_value_problems(value or ""):
            origin = findings.document.origin((*path, key))
            findings.refuse("NV224", path, f"value {shown(value or '')} of {shown(key)} {problem}", origin=origin)


def _check_name(field: str, text: str, written: str, rule: Callable[[str], Problems], findings: Findings) -> None:
    for problem in rule(text):
        findings.refuse("NV222", ("metadata", field), f"{problem}, not {shown(written)}")
