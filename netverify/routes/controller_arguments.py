"""What arguments of controllers, and ConfigMaps that these name, open beside Ingresses, Gateways and Routes.

Source: ingress-nginx "Command line arguments", "Exposing TCP and UDP services", "ConfigMaps"; HAProxy "Command-line
arguments"; NGINX "Command-line arguments"; Traefik "Providers"; Kong "Environment variables".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from netverify.diagnostics import Origin
from netverify.model.cluster import Workload
from netverify.model.controller import (
    DEFAULT_BACKENDS,
    PREFIX,
    PROVIDERS,
    ROUTES_ELSEWHERE,
    SETTINGS,
    STREAMS,
    ConfigEntry,
    ConfigMap,
    place_of,
)
from netverify.model.ingress import ServiceBackend
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol
from netverify.query.outcome import Hop
from netverify.records import dataclass
from netverify.routes.annotations import PREFIXES
from netverify.routes.controllers import KNOWN, Controllers, Known, runs
from netverify.routes.hops import served_hops
from netverify.routes.index import RoutingIndex
from netverify.routes.nginx_snippets import may_choose_server
from netverify.routes.targets import Target, behind_url, first_port, service_behind, stream_target
from netverify.routes.way_in import Controller, SeenAs, SeenSource, Tls, WayIn

_HTTP, _HTTPS = 80, 443
_OF_KUBERNETES = (
    "kubernetescrd",
    "kubernetesgateway",
    "kubernetesingress",
    "kubernetesingressnginx",
    "providersthrottleduration",
)
_URLS = frozenset({"auth-url", "global-auth-url"})
_NGINX = ("ingress-nginx", "nginx-ingress-controller", "app-routing")


@dataclass(frozen=True, slots=True)
class _Told:
    """A workload that is a controller, and which one as far as that is known."""

    workload: Workload
    controller: Controller
    known: Known | None


def argument_ways(index: RoutingIndex, controllers: Controllers) -> Iterator[WayIn]:
    """A way in for each entry and Service that arguments lead to, and a doubtful one for each that is not known."""
    maps = {(one.namespace, one.name): one for one in index.objects.config_maps}
    for told in _controllers(index):
        yield from _streams(told, maps, index, controllers)
        yield from _default_backends(told, index, controllers)
        yield from _settings(told, maps, index, controllers)
        yield from _elsewhere(told)


def _controllers(index: RoutingIndex) -> Iterator[_Told]:
    """The workloads that are controllers by what they are called or run, or by arguments that nothing else has."""
    for workload in index.cluster.workloads:
        if not workload.arguments:
            continue
        known = next((one for one in KNOWN if one.ranges is None and runs(one, workload)), None)
        if known is None and workload.arguments.keys().isdisjoint((*STREAMS, *DEFAULT_BACKENDS)):
            continue
        name = known.name if known is not None else "an ingress controller"
        yield _Told(workload, Controller(name, workloads=(workload.key,)), known)


def _streams(
    told: _Told, maps: Mapping[tuple[str, str], ConfigMap], index: RoutingIndex, controllers: Controllers
) -> Iterator[WayIn]:
    for argument, protocol in STREAMS.items():
        for value in filter(None, told.workload.arguments.get(argument, ())):
            found = maps.get(place_of(value, told.workload.key.namespace))
            if found is None:
                doubt = f"{_missing(value, argument, told)}: each of its entries opens a way in"
                yield _doubtful(told, argument, doubt, Protocol(protocol))
                continue
            for entry in found.entries:
                yield _stream(told, argument, found, entry, Protocol(protocol), index, controllers)


def _stream(  # noqa: PLR0913, PLR0917 -- the parts of one entry
    told: _Told,
    argument: str,
    config: ConfigMap,
    entry: ConfigEntry,
    protocol: Protocol,
    index: RoutingIndex,
    controllers: Controllers,
) -> WayIn:
    number = int(entry.key) if entry.key.isdecimal() and MIN_PORT <= int(entry.key) <= MAX_PORT else None
    named = stream_target(entry.value)
    place = Hop(f"entry {entry.key} of ConfigMap {config}", number, entry.origin)
    if number is None or named is None:
        doubt = (
            f"entry {entry.key} of ConfigMap {config}, which --{argument} names, is not `PORT: NAMESPACE/SERVICE:PORT`"
        )
        way = _doubtful(told, argument, doubt, protocol)
    else:
        namespace, service, port = named
        target = service_behind(namespace, ServiceBackend(service, port), index, controllers.options, protocol)
        way = _way(told, argument, target, place, protocol)
    return replace(
        way,
        kind="ConfigMap",
        namespace=config.namespace,
        name=config.name,
        origin=entry.origin,
        port=number,
        listens=number,
        aside=False,
    )


def _default_backends(told: _Told, index: RoutingIndex, controllers: Controllers) -> Iterator[WayIn]:
    for argument in DEFAULT_BACKENDS:
        for value in filter(None, told.workload.arguments.get(argument, ())):
            if "$(" in value:
                yield _doubtful(told, argument, f"--{argument} of {told.workload.key} names a Service by a variable")
                continue
            target = first_port(*place_of(value, told.workload.key.namespace), index, controllers.options)
            place = Hop(f"--{argument} of {told.workload.key}", None, told.workload.origin)
            way = replace(
                _way(told, argument, target, place), aside=False, notes=("it serves requests that no rule matches",)
            )
            yield replace(way, port=_HTTP)
            yield replace(way, port=_HTTPS, tls=Tls.TERMINATED)


def _settings(
    told: _Told, maps: Mapping[tuple[str, str], ConfigMap], index: RoutingIndex, controllers: Controllers
) -> Iterator[WayIn]:
    for argument in SETTINGS if told.known is not None else ():
        for value in filter(None, told.workload.arguments.get(argument, ())):
            found = maps.get(place_of(value, told.workload.key.namespace))
            if found is None:
                doubt = f"{_missing(value, argument, told)}: settings in it could send requests anywhere"
                yield _doubtful(told, argument, doubt)
                continue
            for entry in found.entries:
                yield from _setting(told, argument, found, entry, index, controllers)


def _setting(  # noqa: PLR0913, PLR0917 -- the parts of one entry
    told: _Told, argument: str, config: ConfigMap, entry: ConfigEntry, index: RoutingIndex, controllers: Controllers
) -> Iterator[WayIn]:
    place = Hop(f"entry {entry.key} of ConfigMap {config}", None, entry.origin)
    if entry.key in _URLS and entry.value.strip():
        target = behind_url(entry.value.strip(), index, controllers.options)
        if target is not None:
            yield replace(_way(told, argument, target, place), origin=entry.origin)
            return
        doubt = f"entry {entry.key} of ConfigMap {config} is a URL with a host that these manifests do not show"
    elif _is_configuration(entry.key) and _may_route(entry.value, told):
        doubt = f"entry {entry.key} of ConfigMap {config} is configuration that could send requests anywhere"
    else:
        return
    yield replace(_doubtful(told, argument, doubt), origin=entry.origin)


def _is_configuration(key: str) -> bool:
    return key.endswith(("snippet", "snippets", "-template")) or key.startswith("config-")


def _may_route(text: str, told: _Told) -> bool:
    if told.known is not None and told.known.name in _NGINX:
        return may_choose_server(text)
    return bool(text.strip())


def _elsewhere(told: _Told) -> Iterator[WayIn]:
    """Doubts about what is configured outside the objects of the cluster."""
    for argument, values in told.workload.arguments.items():
        if argument in ROUTES_ELSEWHERE:
            yield _doubtful(told, argument, f"{told.workload.key} takes configuration from a file, by `{argument}`")
        elif _is_provider(argument) and set(values) != {"false"}:
            yield _doubtful(told, argument, f"{told.workload.key} takes routes from somewhere else, by `{argument}`")
        elif argument == PREFIX and any(f"{value}/" not in PREFIXES for value in values):
            doubt = f"{told.workload.key} reads annotations with a prefix of its own, by `--{argument}`"
            yield _doubtful(told, argument, doubt)


def _is_provider(argument: str) -> bool:
    """Whether ``argument`` of Traefik turns on a source of routes that is no object of the cluster."""
    return argument.startswith(PROVIDERS) and argument.split(".")[1] not in _OF_KUBERNETES


def _missing(value: str, argument: str, told: _Told) -> str:
    namespace, name = place_of(value, told.workload.key.namespace)
    return f"ConfigMap {namespace}/{name}, which --{argument} of {told.workload.key} names, is not in these manifests"


def _doubtful(told: _Told, argument: str, doubt: str, protocol: Protocol = Protocol.TCP) -> WayIn:
    place = Hop(f"--{argument} of {told.workload.key}", None, told.workload.origin)
    return replace(_way(told, argument, Target(), place, protocol), doubt=doubt, aside=True)


def _way(told: _Told, argument: str, target: Target, place: Hop, protocol: Protocol = Protocol.TCP) -> WayIn:
    key = told.workload.key
    origin: Origin | None = told.workload.origin
    return WayIn(
        by=argument if argument in ROUTES_ELSEWHERE else f"--{argument}",
        kind=key.kind,
        namespace=key.namespace,
        name=key.name,
        origin=origin,
        protocol=protocol,
        service=target.service,
        service_port=target.port,
        sources=(SeenSource(SeenAs.CONTROLLER, (), target.provided),),
        controller=told.controller,
        problem=target.problem,
        outside=target.outside,
        alias=target.alias,
        aside=True,
        hops=tuple(served_hops(place, told.controller, target.service, target.port)),
    )
