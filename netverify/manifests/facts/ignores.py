"""The annotations of an object that are for assertions."""

from __future__ import annotations

from netverify.manifests.document import Document
from netverify.manifests.schema.metadata import ObjectMeta
from netverify.model.ignores import IGNORE_PREFIX, Ignore


def ignores_of(meta: ObjectMeta | None, document: Document) -> tuple[Ignore, ...]:
    """They, in the order of ids, each with its place in ``document``."""
    annotations = (meta.annotations if meta is not None else None) or {}
    return tuple(
        Ignore(key.removeprefix(IGNORE_PREFIX), text or "", document.key_origin(("metadata", "annotations", key)))
        for key, text in sorted(annotations.items())
        if key.startswith(IGNORE_PREFIX)
    )
