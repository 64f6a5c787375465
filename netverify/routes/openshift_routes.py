"""Routes of OpenShift: the router's pods connect to the endpoints of their Services.

Source: openshift/api ``route/v1`` (RouteSpec: ``to``, ``alternateBackends``, ``port``, ``tls``).
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.addresses import AddressRange, parse_cidr
from netverify.model.ingress import OF_ROUTER, OpenShiftRoute
from netverify.model.service import Service, ServicePort, ServiceType
from netverify.model.traffic import Protocol
from netverify.routes.backends import listed
from netverify.routes.controllers import Controllers, Known, known_as
from netverify.routes.hops import requests_hop, served_hops
from netverify.routes.index import RoutingIndex
from netverify.routes.way_in import Controller, SeenAs, SeenSource, Tls, WayIn

_ROUTER = "openshift.io/ingress-to-route"
ALLOWLISTS = (f"{OF_ROUTER}ip_allowlist", f"{OF_ROUTER}ip_whitelist")
"""The annotations of a Route that say from where clients are let in."""
_STAND_IN = "where the router sees another address than the client's, and lets that one in"


def openshift_ways(index: RoutingIndex, controllers: Controllers) -> Iterator[WayIn]:
    """A way in for every port of every Service that a Route sends traffic to."""
    known: Known | None = known_as(_ROUTER, None)
    for route in index.objects.openshift_routes:
        controller = controllers.serving(known, "the router")
        used = [backend.service for backend in route.backends if backend.weight]
        if not used:
            yield _leading(route, controller, problem="it has no Service that traffic goes to")
        for name in used:
            service = index.services.get((route.namespace, name))
            if service is None:
                text = f"there is no Service {route.namespace}/{name} in these manifests"
                yield _leading(route, controller, problem=text)
                continue
            if service.type is ServiceType.EXTERNAL_NAME:
                text = f"Service {service} is an alias of {service.external_name}, and has no endpoints for the router"
                yield _leading(route, controller, service, problem=text)
                continue
            ports = list(_ports(route, service, index))
            if not ports:
                yield _leading(route, controller, service, problem=f"Service {service} has no port for it")
            for port in ports:
                yield _leading(route, controller, service, port)


def allowed_clients(route: OpenShiftRoute) -> tuple[AddressRange, ...]:
    """The clients that the router lets in; none where it is not told, or cannot read what it is told.

    Source: OpenShift, "Route-specific annotations": ``ip_allowlist``, addresses and CIDRs with spaces between them.
    """
    ranges: list[AddressRange] = []
    for name in ALLOWLISTS:
        for text in route.annotations.get(name, "").split():
            try:
                ranges.append(parse_cidr(text))
            except ValueError:
                return ()
    return tuple(ranges)


def _sources(allowed: tuple[AddressRange, ...]) -> Iterator[SeenSource]:
    """As whom policy sees the router, with the clients that it lets in.

    Source: Kubernetes, "Using Source IP". Addresses of clients are lost at a load balancer, at a node that passes
    the connection on, and where pods leave the pod network: the router then reads the address that took their place.
    """
    yield SeenSource(SeenAs.CONTROLLER, allowed)
    if allowed:
        yield SeenSource(SeenAs.CONTROLLER, (), (_STAND_IN,))


def _ports(route: OpenShiftRoute, service: Service, index: RoutingIndex) -> Iterator[ServicePort]:
    """The ports whose endpoints the router connects to, over TCP.

    ``port.targetPort`` is the name of a port of the Service, or the number of one at the endpoints, whatever that goes
    by in the Service.
    """
    wanted = route.target_port
    for port in service.ports:
        if port.protocol is Protocol.TCP and (wanted in (None, port.name) or _has_number(index, service, port, wanted)):
            yield port


def _has_number(index: RoutingIndex, service: Service, port: ServicePort, wanted: int | str | None) -> bool:
    """Whether an endpoint of ``port`` has the number ``wanted``; one that could be created may give it any name."""
    return isinstance(wanted, int) and any(
        one.names_freely or one.port in (None, wanted) for one in listed(index, service, port)
    )


def _leading(
    route: OpenShiftRoute,
    controller: Controller,
    service: Service | None = None,
    port: ServicePort | None = None,
    *,
    problem: str = "",
) -> WayIn:
    first = requests_hop(f"Route {route.namespace}/{route.name}", route.host, route.path, route.origin)
    tls = {"": Tls.NONE, "passthrough": Tls.PASSED_THROUGH}.get(route.termination, Tls.TERMINATED)
    plain = route.termination in ("edge", "reencrypt") and route.insecure == "Allow"
    allowed = allowed_clients(route)
    return WayIn(
        by="Route",
        kind="Route",
        namespace=route.namespace,
        name=route.name,
        origin=route.origin,
        port=80 if tls is Tls.NONE else 443,
        host=route.host,
        path=route.path,
        tls=tls,
        service=service,
        service_port=port,
        sources=tuple(_sources(allowed)),
        restricted_to=allowed,
        controller=controller,
        problem=problem,
        notes=("plain HTTP is let in beside TLS",) if plain else (),
        hops=tuple(served_hops(first, controller, service, port)),
    )
