"""A model decoded into a flow: two endpoints, protocol, port, and what the CNI does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from typing import Protocol

from netverify.model.address_plan import AddressPlan, Holder
from netverify.model.addresses import Address
from netverify.model.cluster import DEFAULT_SERVICE_ACCOUNT, ContainerPort, Namespace, Workload
from netverify.model.flow import End, Endpoint, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL, Labels, unused
from netverify.model.traffic import MIN_PORT
from netverify.policy.predicate import Choice, Choices, Decided
from netverify.symbolic.encode import PROTOCOLS, Encoder
from netverify.symbolic.scene import NEW_NAMESPACE
from netverify.symbolic.space import NOBODY_EXISTING, EndSpace
from netverify.symbolic.terms import FALSE, TRUE, Index
from netverify.symbolic.vocabulary import ABSENT, OTHER

Model = Mapping[str, int | bool]


class Printed(Protocol):
    """A goal with what its variables mean."""

    @property
    def encoder(self) -> Encoder:
        """The variables."""

    @property
    def plan(self) -> AddressPlan:
        """Which addresses are free."""


def decode(
    model: Model,
    obligation: Printed,
    namespaces: Mapping[str, Namespace],
) -> tuple[Flow, dict[Choice, bool]]:
    """The flow and the behaviours of ``model``, a model of ``obligation``; what the model leaves open is chosen."""
    encoder = obligation.encoder
    addresses = _addresses(model, encoder, obligation.plan)
    source, destination = (
        _endpoint(model, encoder, end, addresses[end], namespaces) for end in (End.SOURCE, End.DESTINATION)
    )
    flow = Flow(
        source,
        destination,
        PROTOCOLS[_number(model, encoder.protocol)],
        max(MIN_PORT, _number(model, encoder.port)),
        same_node=bool(model.get(encoder.same_node, False)),
    )
    behaviours = {
        behaviour: term == TRUE if term in (TRUE, FALSE) else bool(model.get(term, False))
        for behaviour, term in encoder.behaviours.items()
    }
    unspecified: Choices = {one: bool(model.get(term, False)) for one, term in encoder.unspecified.items()}
    return flow, Decided(behaviours, unspecified)


def _number(model: Model, index: Index) -> int:
    return index.fixed if index.fixed is not None else int(model.get(index.name, 0))


def _who(model: Model, space: EndSpace) -> Workload | None:
    number = _number(model, space.who)
    return None if number == NOBODY_EXISTING else space.cast.workloads[number - 1]


def _on_host(model: Model, space: EndSpace) -> bool:
    """Whether the possible pod of the model is on the host network."""
    return bool(model.get(space.host, False))


def _endpoint(
    model: Model,
    encoder: Encoder,
    end: End,
    address: Address,
    namespaces: Mapping[str, Namespace],
) -> Endpoint:
    space = encoder.spaces[end]
    workload = _who(model, space)
    if workload is not None:
        namespace = workload.key.namespace
        labels = {**workload.labels, **_open_labels(model, space, workload)}
        ports, host_network, key = workload.ports, workload.host_network, workload.key
        account = workload.service_account or _account(model, space)
    else:
        place = _number(model, space.place)
        if place == space.outside:
            return External(address)
        namespace = space.places[place]
        labels = _labels(model, space.labels, space.values)
        ports = _named_ports(model, encoder) if end is End.DESTINATION else ()
        host_network, key = _on_host(model, space), None
        account = _account(model, space)
    namespace_labels = _namespace_labels(model, space, namespace, namespaces)
    name = namespace_labels[NAMESPACE_NAME_LABEL]
    return Pod(name, namespace_labels, labels, address, ports, host_network, key, account)


def _account(model: Model, space: EndSpace) -> str:
    """The service account of a pod of which it is not known otherwise; the usual one if that will do."""
    number = _number(model, space.account)
    named = next((name for name, index in space.accounts.items() if index == number), None)
    return named or unused(DEFAULT_SERVICE_ACCOUNT, space.accounts)


def _labels(model: Model, indexes: Mapping[str, Index], values: Mapping[str, Mapping[str, int]]) -> dict[str, str]:
    labels: dict[str, str] = {}
    for key, index in indexes.items():
        number = _number(model, index)
        if number != ABSENT:
            labels[key] = _value(number, values[key])
    return labels


def _value(number: int, values: Mapping[str, int]) -> str:
    """The label value with that index; for ``OTHER`` one that nobody names."""
    if number == OTHER:
        return unused("other", values)
    return next(value for value, index in values.items() if index == number)


def _open_labels(model: Model, space: EndSpace, workload: Workload) -> dict[str, str]:
    """The labels whose value the controller chooses, as far as the goal speaks of them."""
    chosen: dict[str, str] = {}
    for key, choices in workload.open_labels.items():
        if key not in space.labels:
            continue
        number = _number(model, space.labels[key])
        unnamed = [choice for choice in choices or () if choice not in space.values[key]]
        chosen[key] = unnamed[0] if number == OTHER and unnamed else _value(number, space.values[key])
    return chosen


def _namespace_labels(
    model: Model,
    space: EndSpace,
    name: str,
    namespaces: Mapping[str, Namespace],
) -> Labels:
    known = namespaces.get(name)
    if known is not None and known.declared:
        return known.labels
    labels = _labels(model, space.namespace_labels, space.namespace_values)
    shown = unused("new-namespace", namespaces) if name == NEW_NAMESPACE else name
    return {**labels, NAMESPACE_NAME_LABEL: shown}


def _named_ports(model: Model, encoder: Encoder) -> tuple[ContainerPort, ...]:
    protocol = PROTOCOLS[_number(model, encoder.protocol)]
    port = _number(model, encoder.port)
    return tuple(
        ContainerPort(port, protocol, wanted.name)
        for wanted, term in encoder.names.items()
        if wanted.protocol is protocol and model.get(term, False)
    )


def _addresses(model: Model, encoder: Encoder, plan: AddressPlan) -> dict[End, Address]:
    """Addresses for both ends, of one family and distinct where two ends cannot share one."""
    choices = {end: _address_choices(model, encoder.spaces[end], plan) for end in End}
    pairs = list(product(choices[End.SOURCE], choices[End.DESTINATION]))
    of_one_family = [(one, other) for one, other in pairs if one.family == other.family]
    distinct = [(one, other) for one, other in of_one_family if one != other]
    source, destination = (distinct or of_one_family or pairs)[0]
    return {End.SOURCE: source, End.DESTINATION: destination}


def _address_choices(model: Model, space: EndSpace, plan: AddressPlan) -> list[Address]:
    workload = _who(model, space)
    wanted = None if space.address is None else _number(model, space.address)
    if workload is not None and workload.addresses:
        known = [a for a in workload.addresses if wanted is None or plan.intervals.index_of(a) == wanted]
        return known or list(workload.addresses)
    if workload is None and _number(model, space.place) == space.outside:
        holder = Holder.EXTERNAL
    else:
        on_host = _on_host(model, space) if workload is None else workload.host_network
        holder = Holder.NODE if on_host else Holder.POD
    everywhere: Sequence[int] = range(len(plan.intervals.all))
    if workload is not None and workload.within:
        everywhere = plan.intervals.covered_by(workload.within)
    intervals = everywhere if wanted is None else (wanted,)
    free = [address for interval in intervals for address in plan.free(holder, interval)]
    if workload is None or wanted is None:
        return free
    return [*(a for a in workload.replica_addresses if plan.intervals.index_of(a) == wanted), *free][:2]
