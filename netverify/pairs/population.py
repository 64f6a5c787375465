"""Everyone who may stand at an end of a connection, in blocks: sets within a block are bits.

Blocks keep sets short: most policies speak of one namespace. Pods on the host network stand apart from their
namespaces, since policies see them differently, and so do external addresses.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from netverify.model.address_plan import AddressPlan, Holder
from netverify.model.cluster import NODES, Cluster, Workload, WorkloadKey
from netverify.pairs.bits import bits_of
from netverify.pairs.outcome import MapEndpoint, Members
from netverify.records import dataclass

HOSTS = 0
"""The number of the block of pods on the host network, of all namespaces."""
ACCOUNT = "(service account)"
"""The key under which the service account of a pod is kept beside its labels; no label has such a key."""
EXTERNAL = 1
"""The number of the block of external addresses; its bits are the numbers of elementary intervals."""


class Block:
    """Endpoints that are kept in one set.

    ``endpoints`` gives the number of the endpoint of each bit, ascending, and ``full`` the bits that somebody has.
    ``namespace`` is None for the two blocks that belong to none. ``labels`` maps a label's key and value to who has
    it, ``having`` a key to who has it with any value, and ``opened`` a key to those whose controller sets its value;
    these are in neither of the others. Only keys that selectors name are there, and ``ACCOUNT`` where predicates name
    service accounts; it is open where it is not known.
    """

    __slots__ = ("endpoints", "full", "having", "labels", "namespace", "number", "opened", "workloads")

    def __init__(self, number: int, namespace: str | None, endpoints: tuple[int, ...]) -> None:
        self.number = number
        self.namespace = namespace
        self.endpoints = endpoints
        self.full = (1 << len(endpoints)) - 1
        self.workloads: tuple[Workload, ...] = ()
        self.labels: Mapping[str, Mapping[str, int]] = {}
        self.having: Mapping[str, int] = {}
        self.opened: Mapping[str, int] = {}

    def members(self, bits: int) -> Members:
        """The members that ``bits`` stand for."""
        return Members(self.number, self.endpoints, bits)

    def settle(self, workloads: tuple[Workload, ...], keys: frozenset[str]) -> None:
        """Let ``workloads`` be the members, and index their labels with one of ``keys``."""
        self.workloads = workloads
        values: dict[str, dict[str, list[int]]] = {}
        opened: dict[str, list[int]] = defaultdict(list)
        for bit, workload in enumerate(workloads):
            open_labels = open_labels_of(workload)
            for key, value in (*workload.labels.items(), (ACCOUNT, workload.service_account or "")):
                if key in keys and key not in open_labels:
                    values.setdefault(key, {}).setdefault(value, []).append(bit)
            for key in open_labels:
                if key in keys:
                    opened[key].append(bit)
        labels = {key: {value: bits_of(who) for value, who in named.items()} for key, named in values.items()}
        self.labels = labels
        self.having = {key: _union(named.values()) for key, named in labels.items()}
        self.opened = {key: bits_of(who) for key, who in opened.items()}


def open_labels_of(workload: Workload) -> Mapping[str, tuple[str, ...] | None]:
    """The labels of ``workload`` whose value is open, and ``ACCOUNT`` where its service account is not known."""
    if workload.service_account is not None:
        return workload.open_labels
    return {**workload.open_labels, ACCOUNT: None}


def _union(sets: Iterable[int]) -> int:
    union = 0
    for one in sets:
        union |= one
    return union


@dataclass(frozen=True, slots=True)
class Population:
    """The endpoints, in the order of their numbers, and the blocks that they are in.

    ``of_namespace`` gives the block of the pods of a namespace that are not on the host network, and
    ``hosts_of`` who of the block of hosts is of a namespace. ``nodes`` are who of them is a node and no pod. ``places``
    gives block and bit of each endpoint.
    """

    endpoints: tuple[MapEndpoint, ...]
    blocks: tuple[Block, ...]
    of_namespace: Mapping[str, int]
    hosts_of: Mapping[str, int]
    places: Sequence[tuple[int, int]]
    workloads: Mapping[WorkloadKey, int]
    nodes: int


def populate(cluster: Cluster, plan: AddressPlan, keys: frozenset[str]) -> Population:
    """The population of ``cluster``: its workloads, and the intervals of ``plan`` in which somebody outside can be.

    ``keys`` are the keys of pod labels that selectors name.
    """
    workloads = sorted(cluster.workloads, key=lambda workload: workload.key)
    members: dict[str, list[int]] = defaultdict(list)
    hosts: list[int] = []
    for number, workload in enumerate(workloads):
        (hosts if workload.host_network else members[workload.key.namespace]).append(number)
    host_block = Block(HOSTS, None, tuple(hosts))
    external = _external_block(plan, len(workloads))
    blocks = [host_block, external]
    blocks += [Block(number, name, tuple(members[name])) for number, name in enumerate(sorted(members), start=2)]
    for block in blocks:
        if block is not external:
            block.settle(tuple([workloads[number] for number in block.endpoints]), keys)
    hosts_of: dict[str, list[int]] = defaultdict(list)
    for bit, workload in enumerate(host_block.workloads):
        hosts_of[workload.key.namespace].append(bit)
    outside = [MapEndpoint(block=plan.intervals.all[bit]) for bit in _bits_with_room(plan)]
    endpoints = (*(MapEndpoint(workload.key) for workload in workloads), *outside)
    return Population(
        endpoints=endpoints,
        blocks=tuple(blocks),
        of_namespace={block.namespace: block.number for block in blocks if block.namespace is not None},
        hosts_of={name: bits_of(bits) for name, bits in hosts_of.items()},
        places=_places(blocks, len(endpoints)),
        workloads={workload.key: number for number, workload in enumerate(workloads)},
        nodes=bits_of(hosts_of.get(NODES, ())),
    )


def _bits_with_room(plan: AddressPlan) -> list[int]:
    return plan.with_room(Holder.EXTERNAL)


def _external_block(plan: AddressPlan, first: int) -> Block:
    """Its bits are the numbers of intervals; where nobody can be, the endpoint is -1."""
    endpoints = [-1] * len(plan.intervals.all)
    roomy = _bits_with_room(plan)
    for number, bit in enumerate(roomy, start=first):
        endpoints[bit] = number
    block = Block(EXTERNAL, None, tuple(endpoints))
    block.full = bits_of(roomy)
    return block


def _places(blocks: Sequence[Block], count: int) -> list[tuple[int, int]]:
    places = [(0, 0)] * count
    for block in blocks:
        for bit, endpoint in enumerate(block.endpoints):
            if endpoint >= 0:
                places[endpoint] = (block.number, bit)
    return places
