"""The stations on a path that several ways in have in common."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.diagnostics import Origin
from netverify.model.service import Service, ServicePort
from netverify.query.outcome import Hop
from netverify.routes.way_in import Controller


def requests_hop(name: str, host: str, path: str, origin: Origin | None) -> Hop:
    """``Ingress shop/web (host shop.example.com, path /api)``, with what of the requests it takes."""
    where = [f"host {host}"] if host else []
    where += [f"path {path}"] if path else []
    return Hop(f"{name} ({', '.join(where)})" if where else name, None, origin)


def controller_hop(controller: Controller) -> Hop:
    """The pods of ``controller``, or what it is called where they are not known."""
    known = ", ".join(map(str, controller.workloads))
    if not known and controller.name.startswith(("the controller", "a controller")):
        return Hop(controller.name)
    return Hop(f"controller {known or controller.name}")


def service_hop(service: Service, port: ServicePort | None) -> Hop:
    """``Service b/pg``, and the port of it that is knocked at."""
    return Hop(f"Service {service}", port.port if port else None, (port and port.origin) or service.origin)


def served_hops(
    first: Hop, controller: Controller | None, service: Service | None, port: ServicePort | None
) -> Iterator[Hop]:
    """From ``first``, by whoever serves it, to the Service behind; as far as there are such."""
    yield first
    if controller is not None:
        yield controller_hop(controller)
    if service is not None:
        yield service_hop(service, port)
