"""Namespaces: declared by an object, or only referred to."""

from __future__ import annotations

from netverify.manifests.document import Document
from netverify.manifests.facts.ignores import ignores_of
from netverify.manifests.facts.selector import stored_map
from netverify.manifests.schema.metadata import ObjectMeta
from netverify.model.cluster import Namespace
from netverify.model.labels import NAMESPACE_NAME_LABEL


def declared_namespace(meta: ObjectMeta, name: str, document: Document) -> Namespace:
    """The namespace of a Namespace object.

    The server sets ``kubernetes.io/metadata.name``, whatever is written there. Source: ``NamespaceDefaultLabelName``.
    """
    labels = stored_map(meta.labels) | {NAMESPACE_NAME_LABEL: name}
    ignores = ignores_of(meta, document)
    return Namespace(name, dict(sorted(labels.items())), declared=True, origin=document.origin(), ignores=ignores)
