"""Ingresses: which controller serves them, and which Service each host and path leads to.

Source: k8s.io/api ``networking/v1`` Ingress; "Ingress" ("Path types", "Hostname wildcards", "Default IngressClass").
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from netverify.diagnostics import Origin
from netverify.model.addresses import AddressRange, parse_cidr
from netverify.model.ingress import Ingress, IngressBackend, IngressClass, PathType, ResourceBackend, ServiceBackend
from netverify.model.service import Service, ServicePort, ServiceType
from netverify.model.traffic import Protocol
from netverify.routing.controllers import Controllers, known_as
from netverify.routing.dns_step import ToService
from netverify.routing.hops import requests_hop, served_hops
from netverify.routing.index import RoutingIndex
from netverify.routing.load_balancers import OWN_NODE_SEEN, has_node_port
from netverify.routing.lookup import service_called, service_without_pods
from netverify.routing.options import RoutingOptions
from netverify.routing.way_in import Controller, SeenAs, SeenSource, Tls, WayIn

_HTTP, _HTTPS = 80, 443
_TARGET_TYPE = "alb.ingress.kubernetes.io/target-type"
_SCHEME = "alb.ingress.kubernetes.io/scheme"
_TO_NODES = "where the load balancer goes to ports of nodes instead of pods"
_UNHEEDED = "where the controller pays no heed to the source ranges in the annotations"
_ALLOWED = (
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "alb.ingress.kubernetes.io/inbound-cidrs",
)


@dataclass(frozen=True, slots=True)
class _Served:
    """An Ingress with who serves it, and what bears on that."""

    ingress: Ingress
    controller: Controller
    sources: tuple[SeenSource, ...]
    notes: tuple[str, ...]
    class_name: str


def ingress_ways(index: RoutingIndex, controllers: Controllers) -> Iterator[WayIn]:
    """A way in for every path of every rule of every Ingress, and for its default backend."""
    for ingress in index.objects.ingresses:
        served = _served(ingress, index, controllers)
        for rule in ingress.rules:
            for path in rule.paths:
                where = (rule.host, path.path or "/", path.path_type.value)
                yield _way(served, index, controllers.options, *where, path.backend, path.origin)
            if not rule.paths and ingress.default_backend is None:
                problem = "its rule has no paths, and there is no default backend"
                yield _leading(served, rule.host, "", "", origin=rule.origin or ingress.origin, problem=problem)
        if ingress.default_backend is not None:
            where = ("", "", "default backend")
            yield _way(served, index, controllers.options, *where, ingress.default_backend, ingress.origin)


def class_of(ingress: Ingress, classes: Sequence[IngressClass]) -> tuple[str | None, str | None]:
    """The class of ``ingress`` and the controller that it names; each None where nobody says.

    The field counts before the legacy annotation; without either, the default class, if one is marked so. Source:
    "Default IngressClass"; the annotation ``kubernetes.io/ingress.class`` stops the defaulting.
    """
    by_name = {one.name: one for one in classes}
    if ingress.class_name is not None or ingress.class_annotation is not None:
        name = ingress.class_name if ingress.class_name is not None else ingress.class_annotation
        found = by_name.get(name or "")
        return name, found.controller if found else None
    defaults = sorted((one for one in classes if one.is_default), key=lambda one: one.name)
    return (defaults[0].name, defaults[0].controller) if defaults else (None, None)


def host_matches(pattern: str, host: str) -> bool:
    """Whether ``host`` is one of the hosts that ``pattern`` of an Ingress means; an empty one means all.

    Source: IngressRule.host (``*.foo.com`` matches exactly one label).
    """
    if pattern.startswith("*."):
        label, dot, rest = host.partition(".")
        return bool(label and dot) and rest == pattern[2:]
    return pattern in ("", host)


def path_matches(path_type: PathType, pattern: str, path: str) -> bool:
    """Whether a request for ``path`` is one that ``pattern`` means; controllers differ on their own type.

    Source: HTTPIngressPath.pathType: ``Prefix`` compares element by element, and a trailing slash is ignored.
    """
    if path_type is PathType.EXACT:
        return path == pattern
    wanted = [part for part in pattern.split("/") if part]
    given = [part for part in path.split("/") if part]
    return given[: len(wanted)] == wanted


def _served(ingress: Ingress, index: RoutingIndex, controllers: Controllers) -> _Served:
    name, implements = class_of(ingress, index.objects.ingress_classes)
    known = known_as(implements, name)
    controller = controllers.serving(known, f"the controller of class {name}" if name else "a controller")
    notes: list[str] = []
    if name is None:
        notes.append("it names no class and none is the default one: some controllers serve it, others do not")
    elif known is None and implements is None:
        notes.append(f"class {name} is not in these manifests")
    ranges = controllers.balancer_ranges(known)
    sources = tuple(_of_controller(ingress) if ranges is None else _of_balancer(ingress, ranges))
    return _Served(ingress, controller, sources, tuple(notes), name or "")


def _of_controller(ingress: Ingress) -> Iterator[SeenSource]:
    """As whom policy sees a controller, with the clients that it serves: each knows annotations of its own only."""
    allowed = _allowed(ingress)
    yield SeenSource(SeenAs.CONTROLLER, allowed)
    if allowed:
        yield SeenSource(SeenAs.CONTROLLER, (), (_UNHEEDED,))


def _of_balancer(ingress: Ingress, ranges: tuple[AddressRange, ...]) -> Iterator[SeenSource]:
    """As whom policy sees a load balancer of the cloud: it goes to pods, or to a port of a node that stands in for it.

    One of AWS goes to nodes unless told otherwise, by an annotation of the Ingress or elsewhere.
    """
    target = ingress.annotations.get(_TARGET_TYPE)
    allowed = _allowed(ingress)
    for clients, unheeded in ((allowed, ()), ((), (_UNHEEDED,))) if allowed else (((), ()),):
        yield SeenSource(SeenAs.RANGES, ranges, unheeded, clients)
        if target != "ip":
            provided = unheeded if target == "instance" else (*unheeded, _TO_NODES)
            yield SeenSource(SeenAs.NODE, clients, provided)
            yield SeenSource(SeenAs.OWN_NODE, clients, (*provided, OWN_NODE_SEEN))


def _has_no_node(source: SeenSource) -> bool:
    return source.seen_as not in (SeenAs.NODE, SeenAs.OWN_NODE)


def _way(  # noqa: PLR0913, PLR0917 -- the parts of one path
    served: _Served,
    index: RoutingIndex,
    options: RoutingOptions,
    host: str,
    path: str,
    path_type: str,
    backend: IngressBackend,
    origin: Origin | None,
) -> WayIn:
    if isinstance(backend, ResourceBackend):
        problem = f"{backend.kind} {backend.name} serves it, which is not modelled"
        way = _leading(served, host, path, path_type, origin=origin, problem=problem)
        return replace(way, unmodelled=True)
    service, port, problem = service_behind(served.ingress.namespace, backend, index, options)
    return _leading(served, host, path, path_type, origin=origin, service=service, port=port, problem=problem)


def service_behind(
    namespace: str,
    backend: ServiceBackend,
    index: RoutingIndex,
    options: RoutingOptions,
    protocol: Protocol = Protocol.TCP,
) -> tuple[Service | None, ServicePort | None, str]:
    """The Service and the port of it that ``backend`` leads to, and else what is wrong with that, in words.

    An alias of a Service of the cluster leads there: the controller looks the name up itself, and connects to the port
    of that number.
    """
    service = index.services.get((namespace, backend.service))
    if service is None:
        return None, None, f"there is no Service {namespace}/{backend.service} in these manifests"
    port = _port(service, backend.port, protocol)
    if service.type is ServiceType.EXTERNAL_NAME:
        number = port.port if port is not None else backend.port
        return _aliased(service, _called(service.external_name, index, options), number, protocol)
    return service, port, "" if port is not None else f"Service {service} has no {protocol} port {backend.port}"


def _port(service: Service, wanted: int | str, protocol: Protocol) -> ServicePort | None:
    ports = (port for port in service.ports if port.protocol is protocol and wanted in (port.port, port.name))
    return next(ports, None)


def _aliased(
    alias: Service, service: Service | None, wanted: int | str, protocol: Protocol
) -> tuple[Service | None, ServicePort | None, str]:
    """As :func:`service_behind`, for an ``alias`` of ``service``, which is None where it is of none of the cluster."""
    named = f"Service {alias} is an alias of {alias.external_name}"
    if service is None:
        return alias, None, f"{named}: the controller connects to that, which is no Service of these manifests"
    port = _port(service, wanted, protocol)
    if service.headless and isinstance(wanted, int):
        port = ServicePort(wanted, wanted, protocol)  # its name leads to the pods themselves, and translates nothing
    return service, port, "" if port is not None else f"{named}, which has no port {wanted}"


def _called(name: str, index: RoutingIndex, options: RoutingOptions) -> Service | None:
    """The Service that ``name`` is that of, or would be if pods of it were created."""
    found = service_called(index, f"{name.rstrip('.')}.", None, options)
    return found.target.service if isinstance(found.target, ToService) else service_without_pods(index, found)


def _leading(  # noqa: PLR0913 -- the parts of one way
    served: _Served,
    host: str,
    path: str,
    path_type: str,
    *,
    origin: Origin | None,
    service: Service | None = None,
    port: ServicePort | None = None,
    problem: str = "",
) -> WayIn:
    ingress = served.ingress
    on_nodes = service is not None and port is not None and has_node_port(service, port)
    is_tls = any(not tls.hosts or not host or any(_covers(one, host) for one in tls.hosts) for tls in ingress.tls)
    first = requests_hop(f"Ingress {ingress.namespace}/{ingress.name}", host, path, origin)
    return WayIn(
        by="Ingress",
        kind="Ingress",
        namespace=ingress.namespace,
        name=ingress.name,
        origin=origin or ingress.origin,
        port=_HTTPS if is_tls else _HTTP,
        host=host,
        path=path,
        path_type=path_type,
        tls=Tls.TERMINATED if is_tls else Tls.NONE,
        service=service,
        service_port=port,
        sources=tuple(one for one in served.sources if on_nodes or _has_no_node(one)),
        controller=served.controller,
        restricted_to=_allowed(ingress),
        internal=ingress.annotations.get(_SCHEME) == "internal",
        problem=problem,
        notes=served.notes,
        hops=tuple(served_hops(first, served.controller, service, port)),
        class_name=served.class_name,
    )


def _covers(pattern: str, host: str) -> bool:
    return pattern == host or host_matches(pattern, host)


def _allowed(ingress: Ingress) -> tuple[AddressRange, ...]:
    """The clients that the controller itself is told to serve; none where it is not told."""
    ranges: list[AddressRange] = []
    for name in _ALLOWED:
        for text in ingress.annotations.get(name, "").split(","):
            try:
                ranges += [parse_cidr(text.strip())] if text.strip() else []
            except ValueError:
                return ()
    return tuple(ranges)
