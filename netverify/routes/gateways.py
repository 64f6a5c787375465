"""The Gateway API: which Service each route leads to, and through which listener.

Source: gateway-api ``apis/v1`` (HTTPRoute, GRPCRoute, TLSRoute, TCPRoute, UDPRoute, BackendObjectReference),
``ReferenceGrant``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.model.gateway import GATEWAY_GROUP, BackendRef, Route, RouteMatch, RouteRule
from netverify.model.ingress import ServiceBackend
from netverify.model.service import Service, ServicePort
from netverify.model.traffic import Protocol
from netverify.query.outcome import Hop
from netverify.records import dataclass
from netverify.routes.attachment import Attachment, absent_parents, attachments, is_for_mesh, why_unattached
from netverify.routes.controllers import Controllers, known_as
from netverify.routes.hops import requests_hop, served_hops
from netverify.routes.index import RoutingIndex
from netverify.routes.ingresses import class_words
from netverify.routes.options import RoutingOptions
from netverify.routes.targets import Target, service_behind
from netverify.routes.way_in import Controller, SeenAs, SeenSource, Tls, WayIn

_FOLLOWS_ALIASES = "where this implementation follows Services of type ExternalName"


@dataclass(frozen=True, slots=True)
class _Entrance:
    """A route at a listener for one host, with who serves it. ``absent`` is a parent that no manifest holds."""

    route: Route
    attachment: Attachment | None
    host: str = ""
    controller: Controller | None = None
    sources: tuple[SeenSource, ...] = ()
    class_name: str = ""
    absent: str = ""


def gateway_ways(index: RoutingIndex, controllers: Controllers) -> Iterator[WayIn]:
    """A way in for every match and backend of every route at every listener that it is attached to."""
    for route in index.objects.routes:
        if is_for_mesh(route):
            continue
        entrances = [*_entrances(route, index, controllers), *_by_absent_parents(route, index, controllers)]
        if not entrances:
            target = Target(problem=why_unattached(route))
            yield _leading(_Entrance(route, None), RouteMatch(), target=target)
        for entrance in entrances:
            for rule in route.rules:
                yield from _through(entrance, rule, index, controllers.options)


def _entrances(route: Route, index: RoutingIndex, controllers: Controllers) -> Iterator[_Entrance]:
    classes = {one.name: one for one in index.objects.gateway_classes}
    for attached in attachments(route, index):
        name = attached.gateway.class_name
        found = classes.get(name)
        known = known_as(found.controller if found else None, name)
        controller = controllers.serving(known, f"the controller of class {name}")
        ranges = controllers.balancer_ranges(known)
        if ranges is None:
            sources = controllers.sources_of(known, attached.provided)
        else:
            sources = (SeenSource(SeenAs.RANGES, ranges, attached.provided),)
        for host in attached.hosts:
            words = class_words(name, found.controller if found else None)
            yield _Entrance(route, attached, host, controller, sources, words)


def _by_absent_parents(route: Route, index: RoutingIndex, controllers: Controllers) -> Iterator[_Entrance]:
    """The entrances of ``route`` by Gateways that are not in the manifests: elsewhere they may be, and take it."""
    for parent in absent_parents(route, index):
        controller = controllers.serving(None, f"the controller of {parent}")
        sources = controllers.sources_of(None, (f"where {parent}, which is not in these manifests, takes it",))
        for host in route.hostnames or ("",):
            yield _Entrance(route, None, host, controller, sources, absent=parent)


def _through(entrance: _Entrance, rule: RouteRule, index: RoutingIndex, options: RoutingOptions) -> Iterator[WayIn]:
    for match in rule.matches or (RouteMatch(path="" if entrance.route.kind != "HTTPRoute" else "/"),):
        used = [backend for backend in rule.backends if backend.weight]
        if not used:
            problem = "it only redirects" if rule.redirects else "it has no backend that traffic goes to"
            ends = _leading(entrance, match, rule=rule, target=Target(problem=problem))
            yield replace(ends, redirects=rule.redirects)
        for backend in used:
            target = _behind(entrance.route, backend, index, options)
            if isinstance(target, str):
                yield replace(_leading(entrance, match, rule=rule), doubt=target)
            else:
                yield _leading(entrance, match, rule=rule, target=target)
        for doubt in rule.doubts:
            yield replace(_leading(entrance, match, rule=rule), doubt=doubt, aside=True)


def _behind(route: Route, backend: BackendRef, index: RoutingIndex, options: RoutingOptions) -> Target | str:
    """What ``backend`` leads to, or why that is not known, in words."""
    namespace = backend.namespace or route.namespace
    if not _is_service(backend):
        return f"{backend.kind} {namespace}/{backend.name} serves it, which is not modelled"
    if namespace != route.namespace and not is_granted(route, backend, index):
        return Target(problem=f"no ReferenceGrant in {namespace} lets it refer to Service {namespace}/{backend.name}")
    if backend.port is None:
        return Target(problem=f"it names no port of Service {namespace}/{backend.name}")
    found = service_behind(namespace, ServiceBackend(backend.name, backend.port), index, options, _protocol(route))
    return found if found.alias is None else replace(found, provided=(*found.provided, _FOLLOWS_ALIASES))


def _is_service(backend: BackendRef) -> bool:
    return (backend.group, backend.kind) == ("", "Service")


def _protocol(route: Route) -> Protocol:
    return Protocol.UDP if route.kind == "UDPRoute" else Protocol.TCP


def is_granted(route: Route, backend: BackendRef, index: RoutingIndex) -> bool:
    """Whether a ReferenceGrant in the namespace of ``backend`` lets ``route`` refer to it."""
    return any(
        grant.namespace == backend.namespace
        and any(
            (one.group, one.kind, one.namespace) == (GATEWAY_GROUP, route.kind, route.namespace)
            for one in grant.sources
        )
        and any(
            (one.group, one.kind) == (backend.group, backend.kind) and one.name in ("", backend.name)
            for one in grant.targets
        )
        for grant in index.objects.reference_grants
    )


def _leading(
    entrance: _Entrance,
    match: RouteMatch,
    *,
    rule: RouteRule | None = None,
    target: Target | None = None,
) -> WayIn:
    route, attached, target = entrance.route, entrance.attachment, target or Target()
    origin = (rule and rule.origin) or route.origin
    return WayIn(
        by="Gateway",
        kind=route.kind,
        namespace=route.namespace,
        name=route.name,
        origin=origin,
        protocol=_protocol(route),
        port=attached.listener.port if attached else None,
        host=entrance.host,
        path=match.path if route.kind in ("HTTPRoute", "GRPCRoute") else "",
        path_type=match.path_type if route.kind == "HTTPRoute" else "",
        tls=_tls(attached),
        service=target.service,
        service_port=target.port,
        sources=tuple(replace(one, provided=(*one.provided, *target.provided)) for one in entrance.sources),
        controller=entrance.controller,
        problem=target.problem,
        outside=target.outside,
        alias=target.alias,
        notes=(*_further_conditions(match), *target.notes),
        hops=tuple(_hops(entrance, match, target.service, target.port)),
        class_name=entrance.class_name,
    )


def _tls(attached: Attachment | None) -> Tls:
    if attached is None or attached.listener.protocol not in ("HTTPS", "TLS"):
        return Tls.NONE
    return Tls.PASSED_THROUGH if attached.listener.tls_mode == "Passthrough" else Tls.TERMINATED


def _further_conditions(match: RouteMatch) -> Iterator[str]:
    conditions = [f"method {match.method}"] if match.method else []
    conditions += ["headers"] if match.headers else []
    conditions += ["query parameters"] if match.queries else []
    if conditions:
        yield f"only requests with certain {', '.join(conditions)}"


def _hops(entrance: _Entrance, match: RouteMatch, service: Service | None, port: ServicePort | None) -> Iterator[Hop]:
    route, attached = entrance.route, entrance.attachment
    if attached is not None:
        name = f"Gateway {attached.gateway.namespace}/{attached.gateway.name}"
        yield Hop(name, attached.listener.port, attached.listener.origin or attached.gateway.origin)
    elif entrance.absent:
        yield Hop(entrance.absent, None, None)
    first = requests_hop(f"{route.kind} {route.namespace}/{route.name}", entrance.host, match.path, route.origin)
    yield from served_hops(first, entrance.controller, service, port)
