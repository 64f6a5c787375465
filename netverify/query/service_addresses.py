"""Addresses that are a Service's: whoever connects to one from inside the cluster connects to the pods behind it.

Source: "Virtual IPs and Service Proxies"; ServiceSpec (``clusterIPs``, ``externalIPs``, ``loadBalancerIP``);
LoadBalancerIngress.ipMode ("VIP" is the default; under "Proxy" traffic goes to the load balancer).
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.addresses import Address, AddressRange, alone, subtract
from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.model.service import Service, ServiceType
from netverify.model.traffic import port_set
from netverify.policy.predicate import All, AnyOf, Not, PortIn, Predicate
from netverify.query.called import Alias, Called
from netverify.query.whereabouts import whoever_is_in
from netverify.records import dataclass

CLUSTER_IP, EXTERNAL_IP, BALANCER = "cluster IP", "external IP", "load balancer's address"
_ENTERED_BY = {EXTERNAL_IP: "externalIPs", BALANCER: "LoadBalancer"}
"""The ways in that begin at an address. Nodes translate a cluster IP for pods and leave their addresses alone."""


@dataclass(frozen=True, slots=True)
class ServiceAddress:
    """An address of ``service``; ``what`` says which of them: ``cluster IP``."""

    address: Address
    what: str
    service: Service


def addresses_of(service: Service) -> Iterator[ServiceAddress]:
    """The addresses that a node translates to the pods behind ``service``."""
    if service.type is ServiceType.EXTERNAL_NAME or service.headless:
        return
    yield from (ServiceAddress(one, CLUSTER_IP, service) for one in service.cluster_ips)
    yield from (ServiceAddress(one, EXTERNAL_IP, service) for one in service.external_ips)
    if service.type is ServiceType.LOAD_BALANCER:
        yield from (ServiceAddress(one, BALANCER, service) for one in service.ingress or service.asked_ingress)


def is_translated(service: Service) -> bool:
    """Whether every address of the load balancer of ``service`` is known, and is one that nodes translate."""
    return bool(service.ingress or service.asked_ingress) and not service.has_outer_ingress


def service_addresses_in(block: AddressRange, cluster: Cluster) -> tuple[ServiceAddress, ...]:
    """The addresses of Services in ``block``, in the order of Services."""
    return tuple(one for each in cluster.routing.services for one in addresses_of(each) if one.address in block)


def called_at(addresses: tuple[ServiceAddress, ...], *, by_block: bool) -> tuple[Called, ...]:
    """The Services of ``addresses`` as what is called, each once; ``by_block`` as :class:`Called` has it."""
    of_each: dict[str, list[ServiceAddress]] = {}
    for one in addresses:
        of_each.setdefault(str(one.service), []).append(one)
    return tuple(
        Called(
            first.service,
            aliases=(_alias(first),),
            by_address=True,
            by_block=by_block,
            entered_by=frozenset(_ENTERED_BY[one.what] for one in (first, *others) if one.what in _ENTERED_BY),
        )
        for first, *others in of_each.values()
    )


def _alias(one: ServiceAddress) -> Alias:
    return Alias(f"{one.what} {one.address}", one.service.origin)


def whoever_else_is_in(
    block: AddressRange, addresses: tuple[ServiceAddress, ...], end: End, cluster: Cluster
) -> Predicate:
    """Whoever at ``end`` is reached in ``block`` other than by one of the ``addresses`` of Services in it.

    A cluster IP leads to its Service alone. At another address, ports that are not the Service's are whoever's it is.
    """
    taken = tuple(alone(one.address) for one in addresses)
    parts = [whoever_is_in(rest, end, cluster) for rest in subtract(block, taken)]
    for here in sorted(set(taken)):
        there = [one for one in addresses if one.address in here]
        if any(one.what == CLUSTER_IP for one in there):
            continue
        ports = [PortIn(port.protocol, port_set((port.port, port.port))) for one in there for port in one.service.ports]
        parts.append(All((whoever_is_in(here, end, cluster), *map(Not, dict.fromkeys(ports)))))
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


def is_in_an_egress_block(service: Service, cluster: Cluster) -> bool:
    """Whether an ipBlock of some egress rule holds an address of ``service``."""
    addresses = [one.address for one in addresses_of(service)]
    if not addresses:
        return False
    return any(
        address in peer.ip_block.cidr
        for policy in cluster.network_policies
        for rule in policy.egress
        for peer in rule.peers
        if peer.ip_block is not None
        for address in addresses
    )
