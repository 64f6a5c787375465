"""Services that are reached from outside: load balancers, ports of nodes, external IPs.

Source: ServiceSpec (``type``, ``externalTrafficPolicy``, ``externalIPs``, ``loadBalancerSourceRanges``), "Using Source
IP"; the annotations, the documentation of each cloud's load balancer controller.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from netverify.model.addresses import AddressRange, parse_cidr
from netverify.model.labels import Labels
from netverify.model.service import Service, ServicePort, ServiceType, TrafficPolicy
from netverify.query.outcome import Hop
from netverify.routes.index import RoutingIndex
from netverify.routes.way_in import SeenAs, SeenSource, WayIn

GOOGLE_PROXIES = (parse_cidr("35.191.0.0/16"), parse_cidr("130.211.0.0/22"))
"""Where the front ends and health checks of Google's load balancers connect from."""

ON_RECEIVING_NODE = "where the pod is on the node that receives the connection, and policy sees the client"
OWN_NODE_SEEN = "where the pod is on the node that receives the connection, and policy sees that node"
_UNRESTRICTED = "where the cloud ignores loadBalancerSourceRanges"
NODES_REACHED = "where clients can reach the addresses of nodes"
_PROXY = "where the load balancer puts an address of its own in the client's place"
INSIDE = "where clients have access to the network of the internal load balancer"
_OWNED = "where traffic for the external IP is led to a node"

_INTERNAL = {
    "service.beta.kubernetes.io/aws-load-balancer-internal": ("true", "0.0.0.0/0"),
    "service.beta.kubernetes.io/azure-load-balancer-internal": ("true",),
    "networking.gke.io/load-balancer-type": ("internal",),
    "cloud.google.com/load-balancer-type": ("internal",),
}
"""By annotation the values, in lower case, with which a load balancer is for clients inside the cloud's network."""
_AWS = "service.beta.kubernetes.io/aws-load-balancer-"
_AWS_CLASS = "service.k8s.aws/nlb"
READ_OF_SERVICE = frozenset((*_INTERNAL, f"{_AWS}scheme", f"{_AWS}type", f"{_AWS}nlb-target-type"))
"""The annotations of a Service that its ways in are made of."""


def service_ways(index: RoutingIndex) -> Iterator[WayIn]:
    """The ways in that Services open, in the order of names."""
    for service in index.objects.services:
        if service.type is ServiceType.EXTERNAL_NAME:
            continue
        for port in service.ports:
            if service.type is ServiceType.LOAD_BALANCER:
                yield _balanced(service, port)
            if has_node_port(service, port):
                yield _on_nodes(service, port)
            if service.external_ips and not service.headless:
                yield _at_external_ips(service, port)


def has_node_port(service: Service, port: ServicePort) -> bool:
    """Whether every node listens for ``port``: for NodePorts, and for load balancers unless they go without."""
    if service.type is ServiceType.NODE_PORT:
        return True
    if service.type is not ServiceType.LOAD_BALANCER:
        return False
    return service.allocates_node_ports or port.node_port is not None


def is_internal(service: Service) -> bool:
    """Whether the annotations ask for a load balancer that only the cloud's own network reaches."""
    notes = service.annotations
    if any(notes.get(name, "").lower() in values for name, values in _INTERNAL.items()):
        return True
    if not _is_of_aws_controller(service):
        return False
    return notes.get(f"{_AWS}scheme", "internal") != "internet-facing"


def _is_of_aws_controller(service: Service) -> bool:
    """Source: AWS Load Balancer Controller, "NLB": legacy controllers leave these alone."""
    kind = service.annotations.get(f"{_AWS}type")
    return kind in ("external", "nlb-ip") or service.load_balancer_class == _AWS_CLASS


def _goes_to_pods(service: Service) -> bool:
    """Whether an AWS load balancer connects to pods themselves instead of to a port of their node."""
    notes: Labels = service.annotations
    return notes.get(f"{_AWS}type") == "nlb-ip" or (
        _is_of_aws_controller(service) and notes.get(f"{_AWS}nlb-target-type") == "ip"
    )


def _balanced(service: Service, port: ServicePort) -> WayIn:
    classes = (f"load balancer class {service.load_balancer_class}",) if service.load_balancer_class else ()
    return _way(service, port, "LoadBalancer", f"load balancer of Service {service}", port.port, classes)


def _on_nodes(service: Service, port: ServicePort) -> WayIn:
    past = ("reachable past the source ranges of the load balancer",) if service.source_ranges else ()
    return _way(service, port, "NodePort", f"NodePort of Service {service}", port.node_port, past)


def _at_external_ips(service: Service, port: ServicePort) -> WayIn:
    addresses = ", ".join(map(str, service.external_ips))
    note = f"every node takes connections to {addresses} for this Service, even if others own the address"
    return _way(service, port, "externalIPs", f"external IP {addresses} of Service {service}", port.port, (note,))


def _way(  # noqa: PLR0913, PLR0917 -- the parts of one way
    service: Service, port: ServicePort, by: str, hop: str, number: int | None, notes: tuple[str, ...]
) -> WayIn:
    """The way in to ``port`` that is opened ``by`` something where a client knocks at ``number``."""
    origin = port.origin or service.origin
    balanced = by == "LoadBalancer"
    internal = balanced and is_internal(service)
    if balanced:
        sources = tuple(_balanced_sources(service, *([INSIDE] if internal else [])))
    else:
        sources = _sources(service.external_traffic_policy, NODES_REACHED if by == "NodePort" else _OWNED)
    return WayIn(
        by=by,
        kind="Service",
        namespace=service.namespace,
        name=service.name,
        origin=origin,
        protocol=port.protocol,
        port=number,
        host=", ".join(map(str, service.external_ips)) if by == "externalIPs" else "",
        service=service,
        service_port=port,
        sources=sources,
        restricted_to=service.source_ranges if balanced else (),
        internal=internal,
        notes=notes,
        hops=(Hop(hop, number, origin),),
        class_name=service.load_balancer_class if balanced else "",
    )


@cache
def _sources(policy: TrafficPolicy, provided: str) -> tuple[SeenSource, ...]:
    """As whom policy sees the client of a node."""
    if policy is TrafficPolicy.LOCAL:
        return (SeenSource(SeenAs.CLIENT, (), (provided,)),)
    return tuple(_by_nodes((), (provided,)))


def _balanced_sources(service: Service, *provided: str) -> Iterator[SeenSource]:
    """As whom policy sees the client of the load balancer, which may be a proxy."""
    kept = _goes_to_pods(service) or service.external_traffic_policy is TrafficPolicy.LOCAL
    restrictions: list[tuple[tuple[AddressRange, ...], tuple[str, ...]]] = [(service.source_ranges, provided)]
    if service.source_ranges:
        restrictions.append(((), (*provided, _UNRESTRICTED)))
    for ranges, conditions in restrictions:
        if kept:
            yield SeenSource(SeenAs.CLIENT, ranges, conditions)
        else:
            yield from _by_nodes(ranges, conditions)
    if kept:
        yield SeenSource(SeenAs.RANGES, (), (*provided, _PROXY))


def _by_nodes(ranges: tuple[AddressRange, ...], provided: tuple[str, ...]) -> Iterator[SeenSource]:
    """Under ``Cluster`` the node that took the connection stands in for the client, if the pod is on another one."""
    yield SeenSource(SeenAs.NODE, ranges, provided)
    yield SeenSource(SeenAs.CLIENT, ranges, (*provided, ON_RECEIVING_NODE))
    yield SeenSource(SeenAs.OWN_NODE, ranges, (*provided, OWN_NODE_SEEN))
