"""The routes of ``gateway.networking.k8s.io``. Source: gateway-api ``apis/v1`` (one file for each kind)."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from netverify.manifests.schema.gateway import GatewayApiShape
from netverify.manifests.schema.shape import Int32, Shape


class ParentRefShape(Shape):
    """One item of ``parentRefs``."""

    group: str | None = None
    kind: str | None = None
    namespace: str | None = None
    name: str | None = None
    sectionName: str | None = None
    port: Int32 | None = None


class BackendObjectShape(Shape):
    """A reference to what takes traffic."""

    group: str | None = None
    kind: str | None = None
    name: str | None = None
    namespace: str | None = None
    port: Int32 | None = None


class MirrorShape(Shape):
    """``requestMirror`` of a filter."""

    backendRef: BackendObjectShape | None = None
    percent: Any = None
    fraction: Any = None


class ExtensionRefShape(Shape):
    """``extensionRef`` of a filter."""

    group: str | None = None
    kind: str | None = None
    name: str | None = None


class ExternalAuthShape(Shape):
    """``externalAuth`` of a filter."""

    protocol: str | None = None
    backendRef: BackendObjectShape | None = None
    grpc: Any = None
    http: Any = None
    forwardBody: Any = None


class RouteFilterShape(Shape):
    """One item of ``filters``, of a gRPC route as well."""

    type: str | None = None
    requestMirror: MirrorShape | None = None
    requestRedirect: dict[str, Any] | None = None
    requestHeaderModifier: dict[str, Any] | None = None
    responseHeaderModifier: dict[str, Any] | None = None
    extensionRef: ExtensionRefShape | None = None
    urlRewrite: dict[str, Any] | None = None
    cors: dict[str, Any] | None = None
    externalAuth: ExternalAuthShape | None = None


class BackendRefShape(BackendObjectShape):
    """One item of ``backendRefs`` of a route that does not look into what it carries."""

    weight: Int32 | None = None


class FilteredBackendRefShape(BackendRefShape):
    """One item of ``backendRefs`` of an HTTPRoute or GRPCRoute."""

    filters: list[RouteFilterShape] | None = None


class PathMatchShape(Shape):
    """``path`` of a match."""

    type: str | None = None
    value: str | None = None


class HttpMatchShape(Shape):
    """One item of ``matches`` of an HTTPRoute."""

    path: PathMatchShape | None = None
    headers: list[dict[str, Any]] | None = None
    queryParams: list[dict[str, Any]] | None = None
    method: str | None = None


class GrpcMethodShape(Shape):
    """``method`` of a match."""

    type: str | None = None
    service: str | None = None
    method: str | None = None


class GrpcMatchShape(Shape):
    """One item of ``matches`` of a GRPCRoute."""

    method: GrpcMethodShape | None = None
    headers: list[dict[str, Any]] | None = None


class FilteredRuleShape(Shape):
    """What a rule of an HTTPRoute and one of a GRPCRoute have in common."""

    name: str | None = None
    filters: list[RouteFilterShape] | None = None
    backendRefs: list[FilteredBackendRefShape] | None = None
    sessionPersistence: Any = None


class HttpRuleShape(FilteredRuleShape):
    """One item of ``rules`` of an HTTPRoute."""

    matches: list[HttpMatchShape] | None = None
    timeouts: Any = None
    retry: Any = None


class GrpcRuleShape(FilteredRuleShape):
    """One item of ``rules`` of a GRPCRoute."""

    matches: list[GrpcMatchShape] | None = None


class PlainRuleShape(Shape):
    """One item of ``rules`` of a TLSRoute, TCPRoute or UDPRoute, which has no conditions."""

    name: str | None = None
    backendRefs: list[BackendRefShape] | None = None


class CommonRouteSpec(Shape):
    """What the ``spec`` of every route has."""

    parentRefs: list[ParentRefShape] | None = None
    useDefaultGateways: Any = None


class HttpRouteSpec(CommonRouteSpec):
    """``spec`` of an HTTPRoute."""

    hostnames: list[str] | None = None
    rules: list[HttpRuleShape] | None = None


class GrpcRouteSpec(CommonRouteSpec):
    """``spec`` of a GRPCRoute."""

    hostnames: list[str] | None = None
    rules: list[GrpcRuleShape] | None = None


class TlsRouteSpec(CommonRouteSpec):
    """``spec`` of a TLSRoute."""

    hostnames: list[str] | None = None
    rules: list[PlainRuleShape] | None = None


class PlainRouteSpec(CommonRouteSpec):
    """``spec`` of a TCPRoute or UDPRoute."""

    rules: list[PlainRuleShape] | None = None


class HttpRouteShape(GatewayApiShape):
    """The whole HTTPRoute."""

    spec: HttpRouteSpec | None = None


class GrpcRouteShape(GatewayApiShape):
    """The whole GRPCRoute."""

    spec: GrpcRouteSpec | None = None


class TlsRouteShape(GatewayApiShape):
    """The whole TLSRoute."""

    spec: TlsRouteSpec | None = None


class PlainRouteShape(GatewayApiShape):
    """The whole TCPRoute or UDPRoute."""

    spec: PlainRouteSpec | None = None


RouteShape: TypeAlias = HttpRouteShape | GrpcRouteShape | TlsRouteShape | PlainRouteShape

ROUTE_SHAPES: Mapping[str, type[RouteShape]] = MappingProxyType(
    {
        "HTTPRoute": HttpRouteShape,
        "GRPCRoute": GrpcRouteShape,
        "TLSRoute": TlsRouteShape,
        "TCPRoute": PlainRouteShape,
        "UDPRoute": PlainRouteShape,
    }
)
"""The shape of each kind of route."""
