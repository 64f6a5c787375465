"""Which pairs of ends are real: constraints that speak of both ends, or of the ends and the traffic."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netverify.model.address_plan import Holder
from netverify.model.addresses import Address
from netverify.model.flow import End
from netverify.symbolic.cluster_index import ClusterIndex, ModelOptions
from netverify.symbolic.encode import Encoder
from netverify.symbolic.scene import NEW_NAMESPACE
from netverify.symbolic.space import EndSpace
from netverify.symbolic.terms import Term, conjunction, disjunction, equivalence, implication, negation


def joint_domain(
    spaces: Mapping[End, EndSpace],
    encoder: Encoder,
    index: ClusterIndex,
    options: ModelOptions,
) -> Iterator[Term]:
    """Constraints that speak of both ends, or of the ends and the traffic."""
    source, destination = spaces[End.SOURCE], spaces[End.DESTINATION]
    yield encoder.protocol.bounded()
    yield from _addresses_fit(source, destination, encoder)
    yield from _not_oneself(source, destination)
    yield from _one_address_one_node(source, destination, encoder)
    yield from _one_namespace_one_set_of_labels(source, destination)
    yield from _names_are_declared(destination, encoder, index, options)


def _addresses_fit(source: EndSpace, destination: EndSpace, encoder: Encoder) -> Iterator[Term]:
    """Both addresses are of one family, and two ends do not share the last free address of an interval.

    Two pods on the host network of one node do: they have the node's.
    """
    if source.address is None or destination.address is None or source.plan is None:
        return
    last_ipv4 = source.plan.intervals.ipv4_count - 1
    both_on_hosts = source.on_host_network(), destination.on_host_network()
    on_one_node = conjunction((*both_on_hosts, encoder.same_node))
    yield equivalence(source.address.within(0, last_ipv4), destination.address.within(0, last_ipv4))
    for number in range(len(source.plan.intervals.all)):
        if source.plan.plainly_roomy(number):
            continue
        free = {address for holder in (Holder.POD, Holder.EXTERNAL) for address in source.plan.free(holder, number)}
        both_there = conjunction((source.address.equals(number), destination.address.equals(number)))
        of_nodes = source.plan.of_nodes(number)
        if not free and len(of_nodes) == 1:
            yield implication(conjunction((*both_on_hosts, both_there)), encoder.same_node)
        if len(free) == 1:
            both_free = [source.takes_free_address(number), destination.takes_free_address(number)]
            # Who is on a host network may have the address of a node that is known instead.
            both_free += map(negation, both_on_hosts) if of_nodes else ()
            yield implication(conjunction((*both_free, both_there)), on_one_node)
        elif not free:
            yield from _no_second_replica(source, destination, number, both_there)


def _no_second_replica(source: EndSpace, destination: EndSpace, number: int, both_there: Term) -> Iterator[Term]:
    """Two pods of one controller are not both in an interval that holds one known address and no free one."""
    there = {destination.cast.workloads[who - 1].key: who for who in destination.replicas.get(number, ())}
    for who, count in source.replicas.get(number, {}).items():
        workload = source.cast.workloads[who - 1]
        if count == 1 and not workload.host_network and workload.key in there:
            same = (source.who.equals(who), destination.who.equals(there[workload.key]))
            yield negation(conjunction((*same, both_there)))


def _one_address_one_node(source: EndSpace, destination: EndSpace, encoder: Encoder) -> Iterator[Term]:
    """Two pods on the host network that are known to have one address are on the node that has it."""
    there: dict[Address, list[int]] = {}
    for number, workload in enumerate(destination.cast.workloads, start=1):
        for address in workload.addresses if workload.host_network else ():
            there.setdefault(address, []).append(number)
    for number, workload in enumerate(source.cast.workloads, start=1):
        if not workload.host_network:
            continue
        for other in sorted({n for address in workload.addresses for n in there.get(address, ())}):
            if _share_all(workload.addresses, destination.cast.workloads[other - 1].addresses):
                same = (source.who.equals(number), destination.who.equals(other))
                yield implication(conjunction(same), encoder.same_node)


def _share_all(ours: tuple[Address, ...], theirs: tuple[Address, ...]) -> bool:
    """Whether two ends with these addresses have the same one in each family that both have."""
    by_family = [
        ({one for one in ours if one.family == family}, {one for one in theirs if one.family == family})
        for family in (4, 6)
    ]
    both = [(one, other) for one, other in by_family if one and other]
    return bool(both) and all(one == other and len(one) == 1 for one, other in both)


def _not_oneself(source: EndSpace, destination: EndSpace) -> Iterator[Term]:
    """A flow is between two pods: a bare Pod has no replica to talk to."""
    numbers = {workload.key: number for number, workload in enumerate(destination.cast.workloads, start=1)}
    for number, workload in enumerate(source.cast.workloads, start=1):
        if workload.single and workload.key in numbers:
            same = (source.who.equals(number), destination.who.equals(numbers[workload.key]))
            yield negation(conjunction(same))


def _one_namespace_one_set_of_labels(source: EndSpace, destination: EndSpace) -> Iterator[Term]:
    """Both ends in one namespace see the same labels of it. A new namespace at both ends may be two namespaces."""
    shared = [key for key in source.namespace_labels if key in destination.namespace_labels]
    if not shared:
        return
    same = conjunction(source.namespace_labels[key].same_as(destination.namespace_labels[key]) for key in shared)
    for name in source.places:
        if name != NEW_NAMESPACE and not source.declared(name):
            both = conjunction((source.in_namespace(name), destination.in_namespace(name)))
            yield implication(both, same)


def _names_are_declared(
    destination: EndSpace,
    encoder: Encoder,
    index: ClusterIndex,
    options: ModelOptions,
) -> Iterator[Term]:
    """A possible pod names a port only as existing pods of its namespace do, unless names are free."""
    if options.free_named_ports or not destination.cast.namespaces:
        return
    for wanted, named in encoder.names.items():
        declared = disjunction(
            conjunction((destination.in_namespace(place), encoder.port.one_of(numbers)))
            for place in destination.cast.namespaces
            if (numbers := index.port_numbers.get(place, {}).get((wanted.protocol, wanted.name)))
        )
        yield implication(named, declared)
