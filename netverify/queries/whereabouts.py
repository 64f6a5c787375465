"""Who is at an address: somebody outside, and the existing pods that are known to be there."""

from __future__ import annotations

from netverify.model.addresses import AddressRange
from netverify.model.cluster import Cluster
from netverify.model.flow import End
from netverify.rules.predicate import AddressIn, All, AnyOf, IsPod, IsWorkload, Not, Predicate

_TOLD_APART = 64
"""Of controllers' pods with known addresses in a block, so many are told apart; with more, goals grow too large."""


def whoever_is_in(block: AddressRange, end: End, cluster: Cluster) -> Predicate:
    """Whoever at ``end`` has an address in ``block``, and is no pod of which no address is known."""
    known = [
        (workload, inside)
        for workload in cluster.workloads
        if (inside := [a for a in workload.known_addresses if a in block])
    ]
    told_apart = sum(len(inside) for workload, inside in known if workload.replica_addresses)
    pods: list[Predicate] = []
    for workload, inside in known:
        ranges: tuple[AddressRange, ...] = (block,)
        # A bare Pod has no other address; of a controller, pods that are not known to be in the block may be there.
        if workload.replica_addresses and told_apart <= _TOLD_APART:
            ranges = tuple(AddressRange(address.family, address.value, address.value) for address in inside)
        pods.append(All((IsWorkload(end, workload.key), AddressIn(end, ranges))))
    outside = All((Not(IsPod(end)), AddressIn(end, (block,))))
    return AnyOf((outside, *pods)) if pods else outside
