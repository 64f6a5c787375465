"""Ingresses: which controller serves them, and which Service each host and path leads to.

Source: k8s.io/api ``networking/v1`` Ingress; "Ingress" ("Path types", "Hostname wildcards", "Default IngressClass").
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from netverify.diagnostics import Origin
from netverify.model.addresses import AddressRange, parse_cidr
from netverify.model.ingress import Ingress, IngressBackend, IngressClass, PathType, ResourceBackend
from netverify.query.outcome import Hop
from netverify.records import dataclass
from netverify.routes.alb_actions import USE_ANNOTATION, action_targets
from netverify.routes.annotations import NGINX
from netverify.routes.asides import asides
from netverify.routes.controllers import Controllers, Known, known_as
from netverify.routes.hops import requests_hop, served_hops
from netverify.routes.index import RoutingIndex
from netverify.routes.load_balancers import OWN_NODE_SEEN, has_node_port
from netverify.routes.options import RoutingOptions
from netverify.routes.targets import Target, service_behind
from netverify.routes.way_in import Controller, SeenAs, SeenSource, Tls, WayIn

_HTTP, _HTTPS = 80, 443
_TARGET_TYPE = "alb.ingress.kubernetes.io/target-type"
_SCHEME = "alb.ingress.kubernetes.io/scheme"
_TO_NODES = "where the load balancer goes to ports of nodes instead of pods"
_ENDS = "it only answers or redirects"
_FOR_ALL = "whitelist-source-range"
"""The setting of ingress-nginx that restricts the clients of each Ingress which does not do so itself."""
_REDIRECTS = "it only redirects"
_REDIRECTING = ("permanent-redirect", "temporal-redirect")
SOURCES_IGNORED = "where the controller ignores the source ranges in the annotations"
_ALLOWED = (
    "nginx.ingress.kubernetes.io/whitelist-source-range",
    "nginx.ingress.kubernetes.io/allowlist-source-range",
    "alb.ingress.kubernetes.io/inbound-cidrs",
)


READ_OF_INGRESS = frozenset((*_ALLOWED, _TARGET_TYPE, _SCHEME, "kubernetes.io/ingress.class"))
"""The annotations of an Ingress that its ways in are made of."""


@dataclass(frozen=True, slots=True)
class _Served:
    """An Ingress with who serves it, and what bears on that."""

    ingress: Ingress
    controller: Controller
    sources: tuple[SeenSource, ...]
    notes: tuple[str, ...]
    class_name: str
    known: Known | None = None
    allowed: tuple[AddressRange, ...] = ()


def ingress_ways(index: RoutingIndex, controllers: Controllers) -> Iterator[WayIn]:
    """A way in for every path of every rule of every Ingress, and for its default backend."""
    for ingress in index.objects.ingresses:
        served = _served(ingress, index, controllers)
        for rule in ingress.rules:
            for path in rule.paths:
                where = (rule.host, path.path or "/", path.path_type.value)
                yield from _ways(served, index, controllers.options, *where, path.backend, path.origin)
            if not rule.paths and ingress.default_backend is None:
                problem = "its rule has no paths, and there is no default backend"
                place = rule.origin or ingress.origin
                yield _leading(served, rule.host, "", "", origin=place, target=Target(problem=problem))
        if ingress.default_backend is not None:
            where = ("", "", "default backend")
            yield from _ways(served, index, controllers.options, *where, ingress.default_backend, ingress.origin)
        yield from _beside(served, index, controllers)


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


def class_words(name: str | None, implements: str | None) -> str:
    """A class and the controller that it names: ``nginx of k8s.io/ingress-nginx``; empty where there is none."""
    return f"{name} of {implements}" if name and implements else name or ""


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
    allowed = _allowed(ingress) or _ranges(controllers.settings_of(controller, _FOR_ALL))
    watched = tuple(controllers.unless_unwatched(controller, ingress.namespace))
    of_controller = _of_controller(controllers, known, allowed, watched)
    sources = tuple(of_controller if ranges is None else _of_balancer(ingress, ranges))
    return _Served(ingress, controller, sources, tuple(notes), class_words(name, implements), known, allowed)


def _of_controller(
    controllers: Controllers, known: Known | None, allowed: tuple[AddressRange, ...], watched: tuple[str, ...]
) -> Iterator[SeenSource]:
    """As whom policy sees a controller, with the clients that it serves: each knows annotations of its own only."""
    yield from controllers.sources_of(known, watched, allowed)
    if allowed:
        yield from controllers.sources_of(known, (*watched, SOURCES_IGNORED))


def _of_balancer(ingress: Ingress, ranges: tuple[AddressRange, ...]) -> Iterator[SeenSource]:
    """As whom policy sees a load balancer of the cloud: it goes to pods, or to a port of a node that stands in for it.

    One of AWS goes to nodes unless told otherwise, by an annotation of the Ingress or elsewhere.
    """
    target = ingress.annotations.get(_TARGET_TYPE)
    allowed = _allowed(ingress)
    for clients, unheeded in ((allowed, ()), ((), (SOURCES_IGNORED,))) if allowed else (((), ()),):
        yield SeenSource(SeenAs.RANGES, ranges, unheeded, clients)
        if target != "ip":
            provided = unheeded if target == "instance" else (*unheeded, _TO_NODES)
            yield SeenSource(SeenAs.NODE, clients, provided)
            yield SeenSource(SeenAs.OWN_NODE, clients, (*provided, OWN_NODE_SEEN))


def _has_no_node(source: SeenSource) -> bool:
    return source.seen_as not in (SeenAs.NODE, SeenAs.OWN_NODE)


def _ways(  # noqa: PLR0913, PLR0917 -- the parts of one path
    served: _Served,
    index: RoutingIndex,
    options: RoutingOptions,
    host: str,
    path: str,
    path_type: str,
    backend: IngressBackend,
    origin: Origin | None,
) -> Iterator[WayIn]:
    """The way to ``backend``; several where an annotation stands for it, and lists several Services."""
    where = (served, host, path, path_type)
    if isinstance(backend, ResourceBackend):
        doubt = f"{backend.kind} {backend.name} serves it, which is not modelled"
        yield replace(_leading(*where, origin=origin), doubt=doubt)
        return
    targets: Iterable[Target | str] = [service_behind(served.ingress.namespace, backend, index, options)]
    if backend.port == USE_ANNOTATION:
        targets = list(action_targets(served.ingress, backend, index, options))
        if not targets:
            yield replace(_leading(*where, origin=origin, target=Target(problem=_ENDS)), redirects=True)
    if _redirects(served):
        yield replace(_leading(*where, origin=origin, target=Target(problem=_REDIRECTS)), redirects=True)
        return
    for target in targets:
        if isinstance(target, str):
            yield replace(_leading(*where, origin=origin), doubt=target)
        else:
            yield _leading(*where, origin=origin, target=target)


def _redirects(served: _Served) -> bool:
    """Whether the controller answers every request by itself: that the client is to go elsewhere.

    Source: ingress-nginx "Permanent Redirect"; what is no URL is ignored.
    """
    if served.known is None or served.known.name not in NGINX.readers:
        return False
    values = (served.ingress.annotations.get(NGINX.prefix + name, "") for name in _REDIRECTING)
    return any(value.startswith(("http://", "https://")) for value in values)


def _beside(served: _Served, index: RoutingIndex, controllers: Controllers) -> Iterator[WayIn]:
    """A way in for each annotation that sends requests somewhere else as well, or may do so."""
    reader = served.known.name if served.known is not None else None
    reads_snippets = "false" not in controllers.settings_of(served.controller, "allow-snippet-annotations")
    for one in asides(served.ingress, reader, index, controllers.options, reads_snippets=reads_snippets):
        way = _leading(served, "", "", "", origin=None, target=one.target)
        notes = (*way.notes, *filter(None, (one.note,)))
        hops = (Hop(f"{one.name} of {way.object}", None, served.ingress.origin), *way.hops[1:])
        yield replace(way, by=one.name, doubt=one.doubt, aside=True, notes=notes, hops=hops)


def _leading(  # noqa: PLR0913 -- the parts of one way
    served: _Served,
    host: str,
    path: str,
    path_type: str,
    *,
    origin: Origin | None,
    target: Target | None = None,
) -> WayIn:
    ingress, target = served.ingress, target or Target()
    service, port = target.service, target.port
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
        sources=tuple(_sources(served, target)),
        controller=served.controller,
        restricted_to=served.allowed,
        internal=ingress.annotations.get(_SCHEME) == "internal",
        problem=target.problem,
        outside=target.outside,
        alias=target.alias,
        notes=(*served.notes, *target.notes),
        hops=tuple(served_hops(first, served.controller, service, port)),
        class_name=served.class_name,
    )


def _sources(served: _Served, target: Target) -> Iterator[SeenSource]:
    """As whom policy sees who serves ``target``: nodes, unless it is known to have no port on them."""
    service, port = target.service, target.port
    on_nodes = service is None or port is None or has_node_port(service, port)
    for one in served.sources:
        if on_nodes or _has_no_node(one):
            yield replace(one, provided=(*one.provided, *target.provided))


def _covers(pattern: str, host: str) -> bool:
    return pattern == host or host_matches(pattern, host)


def _allowed(ingress: Ingress) -> tuple[AddressRange, ...]:
    """The clients that the controller itself is told to serve; none where it is not told."""
    return _ranges(ingress.annotations.get(name, "") for name in _ALLOWED)


def _ranges(texts: Iterable[str]) -> tuple[AddressRange, ...]:
    """The blocks in lists with commas; none where one of them is none."""
    ranges: list[AddressRange] = []
    for text in (part.strip() for listed in texts for part in listed.split(",")):
        try:
            ranges += [parse_cidr(text)] if text else []
        except ValueError:
            return ()
    return tuple(ranges)
