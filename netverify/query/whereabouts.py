"""Who is at an address: a node, a pod that is known to be there, or somebody outside."""

from __future__ import annotations

from typing import assert_never

from netverify.model.addresses import AddressRange, alone, overlap, subtract
from netverify.model.cluster import NODES, Cluster, is_node
from netverify.model.flow import End
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    Behaves,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    Leaf,
    NamedPort,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
    Unspecified,
)
from netverify.policy.visit import fold

_TOLD_APART = 64
"""Of controllers' pods with known addresses in a block, so many are told apart; with more, goals grow too large."""

ON_ONES_OWN_NODE = All((SameNode(), AnyOf(tuple(InNamespace(end, NODES) for end in End))))
"""A flow between a pod and the node that it runs on. It says nothing of policy, since no policy can block it."""


def is_outside(end: End) -> Predicate:
    """Whoever at ``end`` is outside the cluster: no pod and no node."""
    return All((Not(IsPod(end)), Not(OnHostNetwork(end))))


def is_inside(end: End) -> Predicate:
    """Whoever at ``end`` is in the cluster: a pod or a node."""
    return AnyOf((IsPod(end), OnHostNetwork(end)))


def whoever_is_in(block: AddressRange, end: End, cluster: Cluster) -> Predicate:
    """Whoever at ``end`` has an address in ``block``, and is no pod of which no address is known.

    Nodes that ``cluster`` knows are those who have their addresses; the rest of ``block`` is outside, or of such pods.
    Where nodes say from which addresses their pods have theirs (``podCIDRs``), any pod may be there.
    """
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
            ranges = tuple(map(alone, inside))
        pods.append(All((IsWorkload(end, workload.key), AddressIn(end, ranges))))
    nodes = _nodes_in(block, end, cluster)
    parts = [*nodes, *pods, *_pods_of_nodes(block, end, cluster)]
    if not nodes or _has_others(block, cluster):
        parts.insert(0, All((is_outside(end), AddressIn(end, (block,)))))
    return AnyOf(tuple(parts)) if len(parts) > 1 else parts[0]


def _pods_of_nodes(block: AddressRange, end: End, cluster: Cluster) -> tuple[Predicate, ...]:
    """Any pod at ``end`` that has an address in ``block`` which a node may give to its pods.

    Not every plugin takes addresses from there, so that somebody outside may be there as well.
    """
    shared = overlap((block,), tuple(one for node in cluster.nodes for one in node.pod_cidrs))
    return (All((IsPod(end), AddressIn(end, shared))),) if shared else ()


def _nodes_in(block: AddressRange, end: End, cluster: Cluster) -> tuple[Predicate, ...]:
    """The nodes at ``end`` that have, or may have, an address in ``block``."""
    there = [
        node
        for node in cluster.nodes
        if any(address in block for address in node.addresses) or overlap((block,), node.within)
    ]
    if not there:
        return ()
    at = AddressIn(end, (block,))
    if len(there) > _TOLD_APART:
        return (All((InNamespace(end, NODES), at)),)
    return tuple(All((IsWorkload(end, node.key), at)) for node in there)


def _has_others(block: AddressRange, cluster: Cluster) -> bool:
    """Whether ``block`` has an address that is no node's."""
    taken = [alone(address) for node in cluster.nodes for address in node.addresses if address in block]
    taken += [one for node in cluster.nodes for one in node.within]
    return bool(subtract(block, tuple(taken)))


def names_nodes(predicate: Predicate, end: End) -> bool:
    """Whether ``predicate`` means nodes at ``end`` as such, by their addresses, and not as some of many."""
    return fold(predicate, lambda leaf: _is_of_nodes(leaf, end), every=any, some=any, negated=lambda _: False)


def _is_of_nodes(leaf: Leaf, end: End) -> bool:
    match leaf:
        case IsWorkload(at, key):
            return at is end and is_node(key)
        case InNamespace(at, name):
            return at is end and name == NODES
        case NamespaceMatches() | PodMatches() | AddressIn() | OnHostNetwork() | IsPod() | HasServiceAccount():
            return False
        case Behaves() | Unspecified() | SameNode() | PortIn() | NamedPort():
            return False
        case _ as never:
            assert_never(never)


def beside_policy(source: Predicate, destination: Predicate) -> tuple[Predicate, ...]:
    """The flows between the two ends that no policy is about, unless a node is asked about as such."""
    asked = names_nodes(source, End.SOURCE) or names_nodes(destination, End.DESTINATION)
    return () if asked else (ON_ONES_OWN_NODE,)


def counting_own_node(beside: tuple[Predicate, ...]) -> tuple[Predicate, ...]:
    """``beside`` where a node stands in for a client: what it sends to its pods is the client's, and counts."""
    return tuple(one for one in beside if one != ON_ONES_OWN_NODE)
