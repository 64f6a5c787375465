"""GatewayClass, Gateway and ReferenceGrant: shape to noun, with the defaults of the custom resources.

Source: gateway-api ``apis/v1`` (``+kubebuilder:default``).
"""

from __future__ import annotations

from netverify.manifests.document import Document
from netverify.manifests.facts.beside import of_class, of_gateway
from netverify.manifests.facts.selector import optional_selector
from netverify.manifests.schema.gateway import (
    AllowedRoutesShape,
    GatewayClassShape,
    GatewayShape,
    GatewaySpec,
    ListenerShape,
    ReferenceGrantShape,
    ReferenceGrantSpec,
    RouteNamespacesShape,
)
from netverify.manifests.validation.custom_resources import without_nulls
from netverify.model.gateway import (
    GATEWAY_GROUP,
    AllowedRoutes,
    Gateway,
    GatewayClass,
    GrantFrom,
    GrantTo,
    Listener,
    ReferenceGrant,
    RoutesFrom,
)


def gateway_class(shape: GatewayClassShape, name: str, document: Document) -> GatewayClass:
    """The stored GatewayClass that ``shape`` becomes; it must have passed validation."""
    controller = (shape.spec.controllerName if shape.spec else None) or ""
    return GatewayClass(name, controller, document.origin(), of_class(document))


def gateway(shape: GatewayShape, name: str, namespace: str, document: Document) -> Gateway:
    """The stored Gateway that ``shape`` becomes; it must have passed validation."""
    spec = shape.spec or GatewaySpec()
    return Gateway(
        namespace=namespace,
        name=name,
        class_name=spec.gatewayClassName or "",
        listeners=tuple(_listener(one, index, document) for index, one in enumerate(spec.listeners or ())),
        origin=document.origin(),
        beside=of_gateway(document),
    )


def reference_grant(shape: ReferenceGrantShape, name: str, namespace: str, document: Document) -> ReferenceGrant:
    """The stored ReferenceGrant that ``shape`` becomes; it must have passed validation."""
    spec = shape.spec or ReferenceGrantSpec()
    return ReferenceGrant(
        namespace=namespace,
        name=name,
        sources=tuple(GrantFrom(one.group or "", one.kind or "", one.namespace or "") for one in spec.from_ or ()),
        targets=tuple(GrantTo(one.group or "", one.kind or "", one.name or "") for one in spec.to or ()),
        origin=document.origin(),
    )


def _listener(shape: ListenerShape, index: int, document: Document) -> Listener:
    return Listener(
        name=shape.name or "",
        port=shape.port or 0,
        protocol=shape.protocol or "",
        hostname=shape.hostname or "",
        tls_mode="" if shape.tls is None else shape.tls.mode or "Terminate",
        allowed=_allowed(shape.allowedRoutes or AllowedRoutesShape()),
        origin=document.origin(("spec", "listeners", index)),
    )


def _allowed(shape: AllowedRoutesShape) -> AllowedRoutes:
    namespaces = shape.namespaces or RouteNamespacesShape()
    selector = namespaces.selector
    return AllowedRoutes(
        namespaces=RoutesFrom(namespaces.from_ or "Same"),
        selector=None if selector is None else optional_selector(without_nulls(selector)),
        kinds=tuple((_group(one.group), one.kind or "") for one in shape.kinds or ()),
    )


def _group(written: str | None) -> str:
    return GATEWAY_GROUP if written is None else written
