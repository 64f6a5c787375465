"""``gateway.networking.k8s.io`` GatewayClass, Gateway and ReferenceGrant. Source: gateway-api ``apis/v1``.

These are custom resources: a null stands for an absent field, but never for the item of a list.
"""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from typing import Any

from pydantic import Field

from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.selector import Selector
from netverify.manifests.schema.shape import Int32, Shape


class GatewayApiShape(Shape):
    """What every object of the group has besides its ``spec``."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    status: Any = None


class ParametersRefShape(Shape):
    """``parametersRef`` of a GatewayClass."""

    group: str | None = None
    kind: str | None = None
    name: str | None = None
    namespace: str | None = None


class GatewayClassSpec(Shape):
    """``spec`` of a GatewayClass."""

    controllerName: str | None = None
    parametersRef: ParametersRefShape | None = None
    description: Any = None


class GatewayClassShape(GatewayApiShape):
    """The whole GatewayClass."""

    spec: GatewayClassSpec | None = None


class ListenerTlsShape(Shape):
    """``tls`` of a listener."""

    mode: str | None = None
    certificateRefs: list[dict[str, Any]] | None = None
    options: dict[str, Any] | None = None
    frontendValidation: Any = None


class RouteNamespacesShape(Shape):
    """``allowedRoutes.namespaces``."""

    from_: str | None = Field(default=None, alias="from")
    selector: Selector | None = None


class RouteKindShape(Shape):
    """One item of ``allowedRoutes.kinds``."""

    group: str | None = None
    kind: str | None = None


class AllowedRoutesShape(Shape):
    """``allowedRoutes`` of a listener."""

    namespaces: RouteNamespacesShape | None = None
    kinds: list[RouteKindShape] | None = None


class ListenerShape(Shape):
    """One item of ``listeners``."""

    name: str | None = None
    hostname: str | None = None
    port: Int32 | None = None
    protocol: str | None = None
    tls: ListenerTlsShape | None = None
    allowedRoutes: AllowedRoutesShape | None = None


class GatewaySpec(Shape):
    """``spec`` of a Gateway."""

    gatewayClassName: str | None = None
    listeners: list[ListenerShape] | None = None
    addresses: Any = None
    allowedListeners: Any = None
    backendTLS: Any = None
    defaultScope: Any = None
    infrastructure: Any = None
    tls: Any = None


class GatewayShape(GatewayApiShape):
    """The whole Gateway."""

    spec: GatewaySpec | None = None


class GrantFromShape(Shape):
    """One item of ``from``."""

    group: str | None = None
    kind: str | None = None
    namespace: str | None = None


class GrantToShape(Shape):
    """One item of ``to``."""

    group: str | None = None
    kind: str | None = None
    name: str | None = None


class ReferenceGrantSpec(Shape):
    """``spec`` of a ReferenceGrant."""

    from_: list[GrantFromShape] | None = Field(default=None, alias="from")
    to: list[GrantToShape] | None = None


class ReferenceGrantShape(GatewayApiShape):
    """The whole ReferenceGrant."""

    spec: ReferenceGrantSpec | None = None
