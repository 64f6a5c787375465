"""``v1`` Node. Source: k8s.io/api ``core/v1/types.go``."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from typing import Any

from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.pod import StatusShape
from netverify.manifests.schema.shape import Shape


class NodeSpec(Shape):
    """``spec``."""

    podCIDR: str | None = None
    podCIDRs: list[str | None] | None = None
    providerID: Any = None
    unschedulable: Any = None
    taints: Any = None
    configSource: Any = None
    externalID: Any = None


class NodeAddressShape(StatusShape):
    """One item of ``status.addresses``."""

    type: str | None = None
    address: str | None = None


class NodeStatusShape(StatusShape):
    """``status``."""

    addresses: list[NodeAddressShape | None] | None = None


class NodeShape(Shape):
    """The whole object."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    spec: NodeSpec | None = None
    status: NodeStatusShape | None = None
