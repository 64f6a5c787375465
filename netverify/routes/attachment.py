"""Which listeners of which Gateways a route is attached to.

Source: gateway-api ``ParentReference``, ``Listener.allowedRoutes``, ``HTTPRouteSpec.hostnames``.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.gateway import GATEWAY_GROUP, AllowedRoutes, Gateway, Listener, ParentRef, Route, RoutesFrom
from netverify.model.labels import selector_matches
from netverify.records import dataclass
from netverify.routes.hostnames import common
from netverify.routes.index import RoutingIndex

_IMPLIED = {
    "HTTP": frozenset({"HTTPRoute", "GRPCRoute"}),
    "HTTPS": frozenset({"HTTPRoute", "GRPCRoute"}),
    "TLS": frozenset({"TLSRoute", "TCPRoute"}),
    "TCP": frozenset({"TCPRoute"}),
    "UDP": frozenset({"UDPRoute"}),
}
"""By protocol of a listener the kinds of routes that it takes. Source: gateway-api, "Protocol" of Listener."""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A route at one listener, for ``hosts``; ``provided`` is what must hold for it that the manifests do not tell."""

    gateway: Gateway
    listener: Listener
    hosts: tuple[str, ...]
    provided: tuple[str, ...] = ()


def attachments(route: Route, index: RoutingIndex) -> Iterator[Attachment]:
    """Where ``route`` is attached: every listener that a parent reference means and that takes the route."""
    gateways = {(one.namespace, one.name): one for one in index.objects.gateways}
    for parent in route.parents:
        if not _is_gateway(parent):
            continue
        gateway = gateways.get((parent.namespace or route.namespace, parent.name))
        for listener in gateway.listeners if gateway is not None else ():
            assert gateway is not None
            attached = _at(route, parent, gateway, listener, index)
            if attached is not None:
                yield attached


def _is_gateway(parent: ParentRef) -> bool:
    return (parent.group, parent.kind) == (GATEWAY_GROUP, "Gateway")


def is_for_mesh(route: Route) -> bool:
    """Whether ``route`` is only about traffic between pods: its parents are Services."""
    return bool(route.parents) and all(parent.kind == "Service" and not parent.group for parent in route.parents)


def absent_parents(route: Route, index: RoutingIndex) -> tuple[str, ...]:
    """The parents of ``route`` that are not in the manifests, such as ``Gateway edge/web``: they may take it.

    A Service is no such parent: it is about traffic between pods.
    """
    known = {(one.namespace, one.name) for one in index.objects.gateways}
    places = {
        f"{parent.kind} {parent.namespace or route.namespace}/{parent.name}": None
        for parent in route.parents
        if (parent.group, parent.kind) != ("", "Service")
        and not (_is_gateway(parent) and (parent.namespace or route.namespace, parent.name) in known)
    }
    return tuple(places)


def why_unattached(route: Route) -> str:
    """Why ``route``, which is attached nowhere and has no absent parents, is so, in words."""
    return "no listener of its Gateways takes it" if route.parents else "it names no Gateway"


def _at(
    route: Route, parent: ParentRef, gateway: Gateway, listener: Listener, index: RoutingIndex
) -> Attachment | None:
    if parent.section not in ("", listener.name) or parent.port not in (None, listener.port):
        return None
    if not _takes_kind(listener, route.kind):
        return None
    provided = _takes_namespace(listener.allowed, route.namespace, gateway.namespace, index)
    if provided is None:
        return None
    hosts = common(listener.hostname, route.hostnames)
    return Attachment(gateway, listener, hosts, provided) if hosts else None


def _takes_kind(listener: Listener, kind: str) -> bool:
    implied = _IMPLIED.get(listener.protocol)
    if listener.protocol == "TLS" and listener.tls_mode == "Passthrough":
        # Source: gateway-api, "TLS Configuration": what is not ended has its name alone.
        implied = frozenset({"TLSRoute"})
    allowed = listener.allowed.kinds
    if allowed and not any(name == kind and group == GATEWAY_GROUP for group, name in allowed):
        return False
    return implied is None or kind in implied


def _takes_namespace(allowed: AllowedRoutes, namespace: str, own: str, index: RoutingIndex) -> tuple[str, ...] | None:
    """None where routes of ``namespace`` are not taken; else what must hold for it outside the manifests, in words."""
    if allowed.namespaces is RoutesFrom.ALL or (allowed.namespaces is RoutesFrom.SAME and namespace == own):
        return ()
    if allowed.namespaces is not RoutesFrom.SELECTOR or allowed.selector is None:
        return None
    known = index.cluster.namespaces.get(namespace)
    if known is not None and selector_matches(allowed.selector, known.labels):
        return ()
    if known is None or not known.declared:
        return (f"where namespace {namespace} has the labels that the listener asks for",)
    return None
