"""Routes of OpenShift: the router's pods connect to the endpoints of their Services.

Source: openshift/api ``route/v1`` (RouteSpec: ``to``, ``alternateBackends``, ``port``, ``tls``).
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.ingress import OpenShiftRoute
from netverify.model.service import Service, ServicePort
from netverify.model.traffic import Protocol
from netverify.queries.outcome import Hop
from netverify.routing.controllers import Controllers, Known, known_as
from netverify.routing.index import RoutingIndex
from netverify.routing.way_in import Controller, SeenAs, SeenSource, Tls, WayIn

_ROUTER = "openshift.io/ingress-to-route"


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
            ports = _ports(route, service)
            if not ports:
                yield _leading(route, controller, service, problem=f"Service {service} has no port for it")
            for port in ports:
                yield _leading(route, controller, service, port)


def _ports(route: OpenShiftRoute, service: Service) -> list[ServicePort]:
    """The ports whose endpoints the router connects to: ``port.targetPort`` names a Service port or an endpoint's."""
    ports = [port for port in service.ports if port.protocol is Protocol.TCP]
    if route.target_port is None:
        return ports
    return [port for port in ports if route.target_port in (port.name, port.target_port)]


def _leading(
    route: OpenShiftRoute,
    controller: Controller,
    service: Service | None = None,
    port: ServicePort | None = None,
    *,
    problem: str = "",
) -> WayIn:
    name = f"Route {route.namespace}/{route.name}"
    where = ", ".join(
        part
        for part in (f"host {route.host}" if route.host else "", f"path {route.path}" if route.path else "")
        if part
    )
    hops = [Hop(f"{name} ({where})" if where else name, None, route.origin)]
    hops.append(Hop(f"controller {', '.join(str(key) for key in controller.workloads) or controller.name}"))
    if service is not None:
        hops.append(Hop(f"Service {service}", port.port if port else None, (port and port.origin) or service.origin))
    tls = {"": Tls.NONE, "passthrough": Tls.PASSED_THROUGH}.get(route.termination, Tls.TERMINATED)
    plain = route.termination in ("edge", "reencrypt") and route.insecure == "Allow"
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
        sources=(SeenSource(SeenAs.CONTROLLER),),
        controller=controller,
        problem=problem,
        notes=("plain HTTP is let in beside TLS",) if plain else (),
        hops=tuple(hops),
    )
