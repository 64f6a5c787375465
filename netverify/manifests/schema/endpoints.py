"""``v1`` Endpoints and ``discovery.k8s.io/v1`` EndpointSlice.

Source: k8s.io/api ``core/v1/types.go`` and ``discovery/v1/types.go``.
"""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from typing import Any

from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.shape import Int32, Shape


class TargetRefShape(Shape):
    """``targetRef``: the object that an address is of."""

    apiVersion: Any = None
    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    uid: Any = None
    resourceVersion: Any = None
    fieldPath: Any = None


class EndpointsAddressShape(Shape):
    """One item of ``addresses`` or ``notReadyAddresses`` of Endpoints."""

    ip: str | None = None
    hostname: str | None = None
    nodeName: Any = None
    targetRef: TargetRefShape | None = None


class EndpointPortShape(Shape):
    """One item of ``ports``, of Endpoints as of a slice."""

    name: str | None = None
    port: Int32 | None = None
    protocol: str | None = None
    appProtocol: str | None = None


class EndpointsSubsetShape(Shape):
    """One item of ``subsets``."""

    addresses: list[EndpointsAddressShape | None] | None = None
    notReadyAddresses: list[EndpointsAddressShape | None] | None = None
    ports: list[EndpointPortShape | None] | None = None


class EndpointsShape(Shape):
    """``v1`` Endpoints, which have no ``spec``."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    subsets: list[EndpointsSubsetShape | None] | None = None


class EndpointConditionsShape(Shape):
    """``conditions``; a condition that is null is not known, which counts as ready."""

    ready: bool | None = None
    serving: bool | None = None
    terminating: bool | None = None


class EndpointShape(Shape):
    """One item of ``endpoints``."""

    addresses: list[str | None] | None = None
    conditions: EndpointConditionsShape | None = None
    hostname: str | None = None
    targetRef: TargetRefShape | None = None
    deprecatedTopology: Any = None
    hints: Any = None
    nodeName: Any = None
    zone: Any = None


class EndpointSliceShape(Shape):
    """``discovery.k8s.io/v1`` EndpointSlice, which has no ``spec``."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    addressType: str | None = None
    endpoints: list[EndpointShape | None] | None = None
    ports: list[EndpointPortShape | None] | None = None
