"""``v1`` Namespace. Source: k8s.io/api ``core/v1/types.go``."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from typing import Any

from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.shape import Shape


class NamespaceSpec(Shape):
    """``spec``."""

    finalizers: Any = None


class NamespaceShape(Shape):
    """The whole object."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    spec: NamespaceSpec | None = None
    status: Any = None
