"""Where a controller sends traffic that is meant for a Service, a name or a URL.

Source: IngressServiceBackend, BackendObjectReference; ExternalName ("returning a CNAME record"), which a controller
looks up itself and connects to; nginx ``proxy_pass``.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

from netverify.model.addresses import Address, parse_address
from netverify.model.ingress import ServiceBackend
from netverify.model.service import Service, ServicePort, ServiceType
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol
from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.routes.dns_step import ToAddress, ToApiServer, ToOutside, ToService
from netverify.routes.index import RoutingIndex
from netverify.routes.lookup import Lookup, service_called, service_without_pods
from netverify.routes.options import RoutingOptions
from netverify.routes.outside import Outside
from netverify.routes.resolver import cluster_first

SEARCHED = "where the controller looks names up with the search domains of a pod"
_PATH_VARIABLE = pattern(r"\$(?:request_uri|uri)\b")
_PORTS = {"http": 80, "https": 443, "grpc": 80, "grpcs": 443}


@dataclass(frozen=True, slots=True)
class Target:
    """A port of a Service, something outside, or else nothing: ``problem`` says why, in words.

    ``provided`` is what must hold outside the manifests for it. ``alias`` is the Service of type ExternalName that led
    there, if one did.
    """

    service: Service | None = None
    port: ServicePort | None = None
    outside: Outside | None = None
    problem: str = ""
    provided: tuple[str, ...] = ()
    alias: Service | None = None

    @property
    def notes(self) -> tuple[str, ...]:
        """What else a reader should know about where it leads."""
        if self.outside is None or self.alias is None:
            return ()
        return (f"the controller connects there itself: no egress policy of namespace {self.alias.namespace} applies",)


def service_behind(
    namespace: str,
    backend: ServiceBackend,
    index: RoutingIndex,
    options: RoutingOptions,
    protocol: Protocol = Protocol.TCP,
) -> Target:
    """The Service and the port of it that ``backend`` leads to.

    An alias of a Service of the cluster leads there: the controller looks the name up itself, and connects to the port
    of that number. An alias of anything else leads outside.
    """
    service = index.services.get((namespace, backend.service))
    if service is None:
        return Target(problem=f"there is no Service {namespace}/{backend.service} in these manifests")
    port = port_of(service, backend.port, protocol)
    if service.type is ServiceType.EXTERNAL_NAME:
        number = port.port if port is not None else backend.port
        return _behind_alias(service, number, index, options, protocol)
    return Target(service, port, problem="" if port is not None else _no_port(service, backend.port, protocol))


def first_port(namespace: str, name: str, index: RoutingIndex, options: RoutingOptions) -> Target:
    """The first port of a Service, which is the one that serves where none is named.

    Source: ingress-nginx ``getDefaultUpstream``, "default-backend".
    """
    service = index.services.get((namespace, name))
    if service is None:
        return Target(problem=f"there is no Service {namespace}/{name} in these manifests")
    if not service.ports:
        return Target(service, problem=f"Service {service} has no port")
    return service_behind(namespace, ServiceBackend(name, service.ports[0].port), index, options)


def behind_url(url: str, index: RoutingIndex, options: RoutingOptions) -> Target | None:
    """What ``url`` leads to; None where it cannot be told, such as where a variable stands for its host."""
    url = _PATH_VARIABLE.sub("/", url)
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        host, port = parts.hostname or "", parts.port or _PORTS.get(parts.scheme)
    except ValueError:
        return None
    if not host or "$" in parts.netloc or port is None:
        return None
    return behind_name(host, port, index, options)


def behind_name(name: str, port: int | str, index: RoutingIndex, options: RoutingOptions) -> Target:
    """What a controller reaches that connects to ``port`` of ``name``, which may be an address."""
    number = port if isinstance(port, int) else None
    try:
        address = parse_address(name)
    except ValueError:
        return _behind_host(name.rstrip("."), port, number, index, options)
    owner = _owner(address, index)
    return Target(outside=Outside(name, number, address)) if owner is None else _at_port(owner, port)


def _behind_host(
    bare: str, port: int | str, number: int | None, index: RoutingIndex, options: RoutingOptions
) -> Target:
    tried = [bare, *(f"{bare}.{domain}" for domain in cluster_first(None, options).searches)]
    lookups = [service_called(index, f"{text}.", None, options) for text in tried]
    for lookup in lookups:
        provided = () if lookup is lookups[0] else (SEARCHED,)
        service = _service(lookup, index)
        if service is not None:
            return replace(_at_port(service, port), provided=provided)
        if lookup.found:
            return replace(_at_end_of(lookup, bare, number), provided=provided)
    absent = lookups[0].absent
    if lookups[0].target is None and (absent or bare.endswith(".svc")):
        return Target(problem=f"there is no {absent[0] if absent else f'Service {bare}'} in these manifests")
    return Target(outside=Outside(bare, number))


def _at_end_of(found: Lookup, name: str, number: int | None) -> Target:
    """What a name leads to that the DNS of the cluster knows, and that is no Service's."""
    match found.target:
        case ToApiServer():
            return Target(outside=Outside(name))  # The port where it listens is seldom the one of its Service.
        case ToOutside(outside):
            return Target(outside=Outside(outside, number))
        case ToAddress(address, _):
            return Target(outside=Outside(str(address), number, address))
        case _:
            last = found.steps[-1]
            return Target(problem=f"there is no {last.absent} in these manifests" if last.absent else last.detail)


def port_of(service: Service, wanted: int | str, protocol: Protocol = Protocol.TCP) -> ServicePort | None:
    """The port of ``service`` that has the number or the name ``wanted``."""
    ports = (port for port in service.ports if port.protocol is protocol and wanted in (port.port, port.name))
    return next(ports, None)


def _at_port(service: Service, wanted: int | str, protocol: Protocol = Protocol.TCP) -> Target:
    """A port of a Service that is reached by its name, which translates nothing where the Service is headless."""
    port = port_of(service, wanted, protocol)
    if service.headless and isinstance(wanted, int):
        port = ServicePort(wanted, wanted, protocol)
    return Target(service, port, problem="" if port is not None else _no_port(service, wanted, protocol))


def _behind_alias(
    alias: Service, wanted: int | str, index: RoutingIndex, options: RoutingOptions, protocol: Protocol
) -> Target:
    named = f"Service {alias} is an alias of {alias.external_name}"
    found = behind_name(alias.external_name, wanted, index, options)
    if found.service is not None:
        target = _at_port(found.service, wanted, protocol)
        problem = f"{named}, which has no port {wanted}" if target.problem else ""
        return Target(found.service, target.port, problem=problem, provided=found.provided, alias=alias)
    if found.outside is not None:
        there = Outside(found.outside.name, found.outside.port, found.outside.address, alias)
        return Target(alias, outside=there, provided=found.provided, alias=alias)
    return Target(alias, problem=f"{named}: {found.problem}", alias=alias)


def _service(found: Lookup, index: RoutingIndex) -> Service | None:
    """The Service that ``found`` leads to, or would lead to if pods of it were created."""
    return found.target.service if isinstance(found.target, ToService) else service_without_pods(index, found)


def _owner(address: Address, index: RoutingIndex) -> Service | None:
    """The Service that has ``address`` as an address of its own."""
    return next((one for one in index.objects.services if address in (*one.cluster_ips, *one.external_ips)), None)


def _no_port(service: Service, wanted: int | str, protocol: Protocol) -> str:
    return f"Service {service} has no {protocol} port {wanted}"


def stream_target(text: str) -> tuple[str, str, int | str] | None:
    """Namespace, Service and port of an entry such as ``shop/db:5432`` or ``shop/db:5432:PROXY``; None for another.

    Source: ingress-nginx, "Exposing TCP and UDP services"; HAProxy, "TCP services".
    """
    namespace, slash, rest = text.strip().partition("/")
    parts = rest.split(":")
    if not slash or not namespace or len(parts) < 2 or not parts[0] or not parts[1]:
        return None
    return namespace, parts[0], read_port(parts[1])


def read_port(text: str) -> int | str:
    """A number, or the name of a port."""
    return int(text) if text.isdecimal() and MIN_PORT <= int(text) <= MAX_PORT else text
