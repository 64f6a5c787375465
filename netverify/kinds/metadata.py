"""``metadata``: names, labels, annotations and owners.

Source: apimachinery ``pkg/apis/meta/v1/types.go``, ``pkg/api/validation/objectmeta.go``.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from netverify.documents.document import Document, FieldPath
from netverify.kinds.fields import FreeMap, StringMap, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.names import (
    Problems,
    dns_label_problems,
    is_label_value,
    label_key_problems,
    label_value_problems,
    shown,
)
from netverify.kinds.read_object import Owner
from netverify.model.ignores import IGNORE_PREFIX, Ignore


class OwnerReference(TypedDict, total=False):
    """The object that an object belongs to; ``controller`` marks the one that manages it."""

    apiVersion: str
    kind: str
    name: str
    uid: str
    controller: bool
    blockOwnerDeletion: bool


class ObjectMeta(TypedDict, total=False):
    """Name, namespace and labels; the rest is written by servers and clients and does not matter here."""

    name: str
    generateName: str
    namespace: str
    labels: StringMap
    annotations: StringMap
    ownerReferences: list[OwnerReference | None]
    creationTimestamp: str
    deletionGracePeriodSeconds: int
    deletionTimestamp: str
    finalizers: list[str | None]
    generation: int
    managedFields: list[FreeMap | None]
    resourceVersion: str
    selfLink: str
    uid: str


class Who(NamedTuple):
    """What an object is called; ``namespace`` is the default one where it names none, and of no interest to some."""

    name: str
    namespace: str


def check_metadata(
    meta: ObjectMeta | None,
    findings: Findings,
    rule: Callable[[str], Problems],
    longest: tuple[int, str] | None,
    *,
    namespaced: bool,
) -> None:
    """Check names by ``rule``, the namespace where the object is ``namespaced``, labels and annotations.

    A name may have as many characters as ``longest`` says, which gives the reason too.
    """
    if not meta or not (meta.get("name") or meta.get("generateName")):
        findings.refuse("NV221", ("metadata", "name"), "is missing", advice="every object needs a name")
    if not meta:
        return
    if stem := meta.get("generateName"):
        _report_name(rule(stem[:-1] + "a" if stem.endswith("-") else stem), "generateName", stem, findings)
    if (name := meta.get("name")) and (problems := rule(name)):
        _report_name(problems, "name", name, findings)
    if name and longest and len(name) > longest[0]:
        text = f"must be no more than {longest[0]} characters, {longest[1]}"
        findings.refuse("NV222", ("metadata", "name"), text)
    if namespaced and (namespace := meta.get("namespace")) and (problems := dns_label_problems(namespace)):
        _report_name(problems, "namespace", namespace, findings)
    if labels := meta.get("labels"):
        check_label_map(labels, ("metadata", "labels"), findings)
    if annotations := meta.get("annotations"):
        _check_annotations(annotations, ("metadata",), findings)


def check_labels_and_annotations(meta: ObjectMeta, path: FieldPath, findings: Findings) -> None:
    """Check the labels of the metadata at ``path``, and the keys of its annotations: values of these are free."""
    if labels := meta.get("labels"):
        check_label_map(labels, (*path, "labels"), findings)
    if annotations := meta.get("annotations"):
        _check_annotations(annotations, path, findings)


def _check_annotations(annotations: StringMap, path: FieldPath, findings: Findings) -> None:
    for key in annotations:
        if not (problems := _annotation_key_problems(key)):
            continue
        for problem in problems:
            place = (*path, "annotations")
            origin = findings.document.key_origin((*place, key))
            findings.refuse("NV223", place, f"key {shown(key)} {problem}", origin=origin)


def check_label_map(labels: StringMap, path: FieldPath, findings: Findings) -> None:
    """Check every entry of the label map at ``path``."""
    for key, value in labels.items():
        if _is_label(key, value or ""):
            continue
        for problem in label_key_problems(key):
            origin = findings.document.key_origin((*path, key))
            findings.refuse("NV223", path, f"key {shown(key)} {problem}", origin=origin)
        for problem in label_value_problems(value or ""):
            origin = findings.document.origin((*path, key))
            findings.refuse("NV224", path, f"value {shown(value or '')} of {shown(key)} {problem}", origin=origin)


def stored_map(entries: StringMap | None) -> dict[str, str]:
    """``entries`` with the empty string for each null value; may be part of the document, not to be changed.

    Source: decoding of ``map[string]string``, where null is the zero value.
    """
    if not entries:
        return {}
    if None in entries.values():
        return {key: value or "" for key, value in entries.items()}
    known: Any = entries
    texts: dict[str, str] = known
    return texts


def labels_of(meta: ObjectMeta | None) -> dict[str, str]:
    """The labels as stored."""
    labels = meta.get("labels") if meta else None
    return stored_map(labels) if labels else {}


def annotations_of(meta: ObjectMeta | None) -> dict[str, str]:
    """The annotations as stored."""
    return stored_map(meta.get("annotations")) if meta else {}


def ignores_of(meta: ObjectMeta | None, document: Document) -> tuple[Ignore, ...]:
    """The annotations that are for assertions, in the order of ids, each with its place in ``document``."""
    annotations = meta.get("annotations") if meta else None
    keys = [key for key in annotations if key.startswith(IGNORE_PREFIX)] if annotations else None
    if not annotations or not keys:
        return ()
    return tuple(
        Ignore(
            key.removeprefix(IGNORE_PREFIX),
            annotations[key] or "",
            document.key_origin(("metadata", "annotations", key)),
        )
        for key in sorted(keys)
    )


def owner_of(meta: ObjectMeta) -> Owner | None:
    """The first of the owners that is the controller."""
    for reference in meta.get("ownerReferences") or ():
        if reference and reference.get("controller"):
            group, slash, _ = (reference.get("apiVersion") or "").partition("/")
            return Owner(group if slash else "", reference.get("kind") or "", reference.get("name") or "")
    return None


def _report_name(problems: Problems, field: str, written: str, findings: Findings) -> None:
    for problem in problems:
        findings.refuse("NV222", ("metadata", field), f"{problem}, not {shown(written)}")


@lru_cache(maxsize=16384)
def _is_label(key: str, value: str) -> bool:
    return is_label_value(value) and not label_key_problems(key)


@lru_cache(maxsize=4096)
def _annotation_key_problems(key: str) -> Problems:
    return label_key_problems(key.lower())
