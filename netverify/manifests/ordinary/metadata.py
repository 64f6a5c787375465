"""Names, labels, annotations and owners of ordinary objects."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import NamedTuple

from netverify.manifests.document import Document, Value
from netverify.manifests.gathered import Owner
from netverify.manifests.kinds import group_of
from netverify.manifests.ordinary.unusual import UnusualError, items, mapping, text
from netverify.manifests.validation.names import (
    is_dns_label,
    is_dns_subdomain,
    is_label_value,
    label_key_problems,
)
from netverify.model.ignores import IGNORE_PREFIX

METADATA = frozenset(
    {
        "annotations",
        "creationTimestamp",
        "deletionGracePeriodSeconds",
        "deletionTimestamp",
        "finalizers",
        "generateName",
        "generation",
        "labels",
        "managedFields",
        "name",
        "namespace",
        "ownerReferences",
        "resourceVersion",
        "selfLink",
        "uid",
    }
)
OWNER = frozenset({"apiVersion", "blockOwnerDeletion", "controller", "kind", "name", "uid"})


class Identity(NamedTuple):
    """Who an object is. ``placed`` is false where ``namespace`` is the default one."""

    name: str
    namespace: str
    placed: bool
    labels: dict[str, str]
    owner: Owner | None


def identity(document: Document, default_namespace: str, is_name: Callable[[str], bool] = is_dns_subdomain) -> Identity:
    """Who the namespaced object of ``document`` is; ``is_name`` is the rule for its name."""
    meta = mapping(document.value.get("metadata"), METADATA)
    name = text(meta.get("name"))
    if not is_name(name) or "generateName" in meta:
        raise UnusualError
    namespace = meta.get("namespace")
    if namespace is not None and not is_dns_label(text(namespace)):
        raise UnusualError
    if "annotations" in meta:
        check_annotations(meta["annotations"])
    owner = _owner(meta["ownerReferences"]) if "ownerReferences" in meta else None
    written = document.namespace or namespace
    return Identity(name, written or default_namespace, bool(written), labels(meta.get("labels")), owner)


def labels(value: Value) -> dict[str, str]:
    """A map of labels; it is part of the document, not to be changed."""
    if value is None:
        return {}
    if value.__class__ is not dict:
        raise UnusualError
    for key, content in value.items():
        if content.__class__ is not str or not _is_label(key, content):
            raise UnusualError
    known: dict[str, str] = value
    return known


def check_annotations(value: Value) -> None:
    """A map of annotations: only their keys have a form. One that is for assertions is not ordinary."""
    if value is None:
        return
    if value.__class__ is not dict:
        raise UnusualError
    for key, content in value.items():
        if content.__class__ is not str or not _is_annotation_key(key) or key.startswith(IGNORE_PREFIX):
            raise UnusualError


@lru_cache(maxsize=16384)
def _is_label(key: str, value: str) -> bool:
    return is_label_value(value) and not label_key_problems(key)


@lru_cache(maxsize=4096)
def _is_annotation_key(key: str) -> bool:
    return not label_key_problems(key.lower())


def _owner(value: Value) -> Owner | None:
    """The first of the owners that is the controller."""
    found = None
    for item in items(value):
        reference = mapping(item, OWNER)
        api_version, kind, name = (text(reference.get(field)) for field in ("apiVersion", "kind", "name"))
        is_controller = reference.get("controller", False)
        if is_controller.__class__ is not bool:
            raise UnusualError
        if is_controller and found is None:
            found = Owner(group_of(api_version), kind, name)
    return found
