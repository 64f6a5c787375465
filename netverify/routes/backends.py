"""What is behind a Service: existing pods, pods that could be created, or addresses.

Source: ServiceSpec (``selector``, ``type``, ``clusterIP``), "Services without selectors", EndpointSlice.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache

from netverify.model.addresses import Address, alone
from netverify.model.cluster import Workload, WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import Labels, selector_of
from netverify.model.service import Service, ServicePort, ServiceType
from netverify.model.traffic import EVERY_PORT, Protocol, port_set
from netverify.policy.predicate import (
    All,
    IsWorkload,
    NamedPort,
    Not,
    PodMatches,
    PortIn,
    Predicate,
)
from netverify.query.called import selected_pods
from netverify.query.outcome import EndpointKind
from netverify.query.whereabouts import is_outside, whoever_is_in
from netverify.records import dataclass
from netverify.routes.index import RoutingIndex
from netverify.routes.outside import Outside
from netverify.routes.target_ports import target_port


@dataclass(frozen=True, slots=True)
class Backend:
    """Some endpoints of one port of a Service that are alike.

    ``destination`` and ``traffic`` are what a connection to them looks like to policy. ``port`` is the number that they
    see, or the name that it goes by; None for any. ``workload`` is that of ``EXISTING`` endpoints. ``names_freely``: no
    existing pod shows which number goes by that name, so that it may be any.
    """

    kind: EndpointKind
    text: str
    destination: Predicate
    traffic: Predicate
    port: int | str | None
    workload: WorkloadKey | None = None
    names_freely: bool = False


def backends(index: RoutingIndex, service: Service, port: ServicePort) -> tuple[Backend, ...]:
    """The endpoints of ``port``: existing ones in the order of names, then those that could be created.

    Empty for an ExternalName Service, which has none. A pod without the named target port is no endpoint. A headless
    Service translates nothing: its clients connect to ``port`` of the pod itself.
    """
    if service.headless and service.type is not ServiceType.EXTERNAL_NAME:
        return dialled(index, service, only(port.protocol, port.port))
    return listed(index, service, port)


def listed(index: RoutingIndex, service: Service, port: ServicePort) -> tuple[Backend, ...]:
    """The endpoints of ``port`` as EndpointSlices list them, which is what controllers of Ingresses and Gateways read.

    They hold the target port for a headless Service too. Source: endpointslice ``getEndpointPorts``.
    """
    if service.type is ServiceType.EXTERNAL_NAME:
        return ()
    if service.selector is not None:
        selected = index.selected(service.namespace, service.selector)
        existing = tuple(_existing(selected, service.selector, port))
        created = _possible(selected, service, service.selector, port, shown=bool(existing))
        # Slices that somebody else writes for a Service with a selector are served beside those of its controller.
        written = _written(index, service, port, kinds=("EndpointSlice",))
        return (*existing, created, *written)
    return tuple(_written(index, service, port))


def dialled(index: RoutingIndex, service: Service, traffic: Predicate) -> tuple[Backend, ...]:
    """The endpoints of a headless Service to clients that connect to them with ``traffic``.

    Source: ServicePort.targetPort ("This field is ignored for services with clusterIP=None").
    """
    number = _only_number(traffic)
    # What is called Endpoints is the controller's own where there is a selector; slices of others are served beside it.
    kinds = ("EndpointSlice", "Endpoints") if service.selector is None else ("EndpointSlice",)
    slices = [one for one in index.slices.get((service.namespace, service.name), ()) if one.kind in kinds]
    addresses = dict.fromkeys(one.address for each in slices for subset in each.subsets for one in subset.addresses)
    written = tuple(_at(index, address, traffic, number) for address in addresses)
    if service.selector is None:
        return written
    selected = index.selected(service.namespace, service.selector)
    existing = [
        Backend(EndpointKind.EXISTING, str(one.key), _pods_selected(one, service.selector), traffic, number, one.key)
        for one in selected
    ]
    return (*existing, _created(selected, service, service.selector, traffic, number), *written)


def _existing(selected: Sequence[Workload], selector: Labels, port: ServicePort) -> Iterator[Backend]:
    for workload in selected:
        number = target_port(workload, port)
        if number is None:
            continue
        traffic = only(port.protocol, number)
        who = _pods_selected(workload, selector)
        yield Backend(EndpointKind.EXISTING, str(workload.key), who, traffic, number, workload.key)


def _possible(
    selected: Sequence[Workload], service: Service, selector: Labels, port: ServicePort, *, shown: bool
) -> Backend:
    """The pods that could be created; ``shown``: an existing one shows which number the target port is."""
    wanted = port.target_port
    if isinstance(wanted, int):
        return _created(selected, service, selector, only(port.protocol, wanted), wanted)
    return _created(selected, service, selector, NamedPort(port.protocol, wanted), wanted, names_freely=not shown)


def _created(  # noqa: PLR0913 -- the parts of one backend
    selected: Sequence[Workload],
    service: Service,
    selector: Labels,
    traffic: Predicate,
    port: int | str | None,
    *,
    names_freely: bool = False,
) -> Backend:
    """The pods that could be created and ``selector`` selects, which are none of the existing ones ``selected``."""
    others = [Not(IsWorkload(End.DESTINATION, workload.key)) for workload in selected]
    labels = ",".join([f"{key}={value}" for key, value in sorted(selector.items())])
    text = f"pods {labels} in namespace {service.namespace} that could be created"
    who = All((selected_pods(service, End.DESTINATION), *others))
    return Backend(EndpointKind.POSSIBLE, text, who, traffic, port, names_freely=names_freely)


def _pods_selected(workload: Workload, selector: Labels) -> Predicate:
    """The pods of ``workload`` that have all labels of ``selector``: all of them, unless replicas differ in one."""
    who = IsWorkload(End.DESTINATION, workload.key)
    if selector.keys().isdisjoint(workload.open_labels):
        return who
    return All((who, PodMatches(End.DESTINATION, selector_of(selector))))


def _written(
    index: RoutingIndex,
    service: Service,
    port: ServicePort,
    kinds: tuple[str, ...] = ("EndpointSlice", "Endpoints"),
) -> Iterator[Backend]:
    """The endpoints that objects of ``kinds`` list, whose ports go by the name of the Service's port."""
    for each in index.slices.get((service.namespace, service.name), ()):
        if each.kind not in kinds:
            continue
        for subset in each.subsets:
            numbers = [one.number for one in subset.ports if (one.name, one.protocol) == (port.name, port.protocol)]
            for number in numbers:
                traffic = PortIn(port.protocol, EVERY_PORT if number is None else port_set((number, number)))
                yield from (_at(index, one.address, traffic, number) for one in subset.addresses)


def _at(index: RoutingIndex, address: Address, traffic: Predicate, number: int | None) -> Backend:
    here = alone(address)
    known = [f"a pod of {one.key}" for one in index.cluster.workloads if address in one.known_addresses]
    text = f"address {f'[{address}]' if address.family == 6 else address}" + (f" ({', '.join(known)})" if known else "")
    return Backend(EndpointKind.ADDRESS, text, whoever_is_in(here, End.DESTINATION, index.cluster), traffic, number)


def outside_backend(index: RoutingIndex, outside: Outside, protocol: Protocol) -> Backend:
    """What a controller reaches that connects to ``outside``; at an address that is written there may be a pod."""
    traffic = PortIn(protocol, EVERY_PORT) if outside.port is None else only(protocol, outside.port)
    if outside.address is not None:
        return _at(index, outside.address, traffic, outside.port)
    return Backend(EndpointKind.ADDRESS, outside.name, is_outside(End.DESTINATION), traffic, outside.port)


@lru_cache(maxsize=4096)
def only(protocol: Protocol, number: int) -> PortIn:
    """One port of ``protocol``."""
    return PortIn(protocol, port_set((number, number)))


def _only_number(traffic: Predicate) -> int | None:
    """The port that ``traffic`` leaves no choice about; None where it does."""
    if not isinstance(traffic, PortIn) or len(traffic.ports.ranges) != 1:
        return None
    first, last = traffic.ports.ranges[0]
    return first if first == last else None
