"""``metav1.ObjectMeta``. Source: apimachinery ``pkg/apis/meta/v1/types.go``."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from typing import Any

from netverify.manifests.schema.shape import Shape, StringMap


class OwnerReference(Shape):
    """The object that an object belongs to; ``controller`` marks the one that manages it."""

    apiVersion: str | None = None
    kind: str | None = None
    name: str | None = None
    uid: Any = None
    controller: bool | None = None
    blockOwnerDeletion: Any = None


class ObjectMeta(Shape):
    """Name, namespace and labels; the rest is written by servers and clients and does not matter here."""

    name: str | None = None
    generateName: str | None = None
    namespace: str | None = None
    labels: StringMap | None = None
    annotations: StringMap | None = None
    ownerReferences: list[OwnerReference | None] | None = None
    creationTimestamp: Any = None
    deletionGracePeriodSeconds: Any = None
    deletionTimestamp: Any = None
    finalizers: Any = None
    generation: Any = None
    managedFields: Any = None
    resourceVersion: Any = None
    selfLink: Any = None
    uid: Any = None
