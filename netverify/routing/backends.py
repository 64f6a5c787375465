"""What is behind a Service: existing pods, pods that could be created, or addresses.

Source: ServiceSpec (``selector``, ``type``, ``clusterIP``), "Services without selectors", EndpointSlice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum

from netverify.model.addresses import Address, AddressRange
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import Labels, selector_of
from netverify.model.service import EndpointSlice, Service, ServicePort
from netverify.model.traffic import EVERY_PORT, PortSet, port_set
from netverify.queries.whereabouts import whoever_is_in
from netverify.routing.index import RoutingIndex
from netverify.routing.target_ports import is_translated, target_port
from netverify.rules.predicate import (
    All,
    AnyOf,
    InNamespace,
    IsPod,
    IsWorkload,
    NamedPort,
    Not,
    PodMatches,
    PortIn,
    Predicate,
)


class BackendKind(Enum):
    """What stands behind a port of a Service."""

    EXISTING = "existing"
    POSSIBLE = "possible"
    ADDRESS = "address"


@dataclass(frozen=True, slots=True)
class Backend:
    """Some endpoints of one port of a Service that are alike.

    ``destination`` and ``traffic`` are what a connection to them looks like to policy. ``port`` is the number that they
    see, or the name that it goes by; None for any. ``workload`` is that of ``EXISTING`` endpoints.
    """

    kind: BackendKind
    text: str
    destination: Predicate
    traffic: Predicate
    port: int | str | None
    workload: WorkloadKey | None = None


def backends(index: RoutingIndex, service: Service, port: ServicePort) -> tuple[Backend, ...]:
    """The endpoints of ``port``: existing ones in the order of names, then those that could be created.

    Empty for an ExternalName Service, which has none. A pod without the named target port is no endpoint.
    """
    if service.selector is not None:
        return (*_existing(index, service, service.selector, port), *_possible(index, service, service.selector, port))
    return tuple(_written(index, service, port))


def pods_of(service: Service, end: End) -> Predicate:
    """Whoever is selected by ``service``, existing or not; never holds for one without a selector."""
    if service.selector is None:
        return AnyOf()
    return _selected(service.namespace, service.selector, end)


def _selected(namespace: str, selector: Labels, end: End) -> Predicate:
    return All((IsPod(end), InNamespace(end, namespace), PodMatches(end, selector_of(selector))))


def _existing(index: RoutingIndex, service: Service, selector: Labels, port: ServicePort) -> Iterator[Backend]:
    for workload in index.selected(service.namespace, selector):
        number = target_port(workload, port) if is_translated(service) else port.port
        if number is None:
            continue
        who: Predicate = IsWorkload(End.DESTINATION, workload.key)
        if not selector.keys().isdisjoint(workload.open_labels):
            who = All((who, PodMatches(End.DESTINATION, selector_of(selector))))
        traffic = PortIn(port.protocol, port_set((number, number)))
        yield Backend(BackendKind.EXISTING, str(workload.key), who, traffic, number, workload.key)


def _possible(index: RoutingIndex, service: Service, selector: Labels, port: ServicePort) -> Iterator[Backend]:
    existing = index.selected(service.namespace, selector)
    others = tuple(Not(IsWorkload(End.DESTINATION, workload.key)) for workload in existing)
    who = All((_selected(service.namespace, selector, End.DESTINATION), *others))
    labels = ",".join(f"{key}={value}" for key, value in sorted(selector.items()))
    text = f"pods {labels} in namespace {service.namespace} that could be created"
    wanted = port.target_port if is_translated(service) else port.port
    traffic: Predicate
    if isinstance(wanted, int):
        traffic = PortIn(port.protocol, port_set((wanted, wanted)))
    else:
        traffic = NamedPort(port.protocol, wanted)
    yield Backend(BackendKind.POSSIBLE, text, who, traffic, wanted)


def _written(index: RoutingIndex, service: Service, port: ServicePort) -> Iterator[Backend]:
    """The endpoints of a Service without a selector: by slices, whose ports go by the name of the Service's port."""
    for one in index.slices.get((service.namespace, service.name), ()):
        for address, ports in _served(one, service, port):
            yield _at(index, address, port, ports)


def _served(one: EndpointSlice, service: Service, port: ServicePort) -> Iterator[tuple[Address, PortSet]]:
    for subset in one.subsets:
        numbers = [item.number for item in subset.ports if item.name == port.name and item.protocol is port.protocol]
        if not is_translated(service):
            numbers = [port.port]
        for number in numbers:
            ports = EVERY_PORT if number is None else port_set((number, number))
            for address in subset.addresses:
                yield address.address, ports


def _at(index: RoutingIndex, address: Address, port: ServicePort, ports: PortSet) -> Backend:
    here = AddressRange(address.family, address.value, address.value)
    known = [f"a pod of {one.key}" for one in index.cluster.workloads if address in one.known_addresses]
    return Backend(
        BackendKind.ADDRESS,
        f"address {address}" + (f" ({', '.join(known)})" if known else ""),
        whoever_is_in(here, End.DESTINATION, index.cluster),
        PortIn(port.protocol, ports),
        ports.ranges[0][0] if ports != EVERY_PORT else None,
    )
