"""What obligations look up in a cluster, and what its possible pods may be."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field

from netverify.model.address_plan import NO_NODES, AddressPlan, NodesAt
from netverify.model.addresses import Address, AddressRange, parse_cidr
from netverify.model.cluster import Cluster
from netverify.model.intervals import Intervals
from netverify.model.nodes import nodes_at
from netverify.model.traffic import Protocol
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class ClusterIndex:
    """What obligations look up in a cluster.

    ``port_numbers`` maps a namespace and a (protocol, name) to the numbers that existing pods there declare.
    ``nodes`` is where nodes are known to be.
    """

    cluster: Cluster
    addresses: tuple[Address, ...]
    port_numbers: Mapping[str, Mapping[tuple[Protocol, str], frozenset[int]]]
    nodes: NodesAt = NO_NODES
    _plans: dict[tuple[frozenset[AddressRange], tuple[str, ...]], AddressPlan] = field(default_factory=dict)

    def plan(self, ranges: Iterable[AddressRange], pod_cidrs: Iterable[str]) -> AddressPlan:
        """The plan of the addresses that ``ranges`` tell apart, and that only nodes have; the same one for the same."""
        key = frozenset((*ranges, *self.nodes.ranges)), tuple(pod_cidrs)
        plan = self._plans.get(key)
        if plan is None:
            blocks, cidrs = key
            plan = AddressPlan(Intervals(blocks), self.addresses, map(parse_cidr, cidrs), self.nodes)
            self._plans[key] = plan
        return plan


def index_cluster(cluster: Cluster) -> ClusterIndex:
    """Index the known addresses and the declared port names of ``cluster``."""
    numbers: dict[str, dict[tuple[Protocol, str], set[int]]] = {}
    addresses: list[Address] = []
    for workload in cluster.workloads:
        addresses.extend(workload.known_addresses)
        for port in workload.ports:
            if port.name:
                names = numbers.setdefault(workload.key.namespace, {})
                names.setdefault((port.protocol, port.name), set()).add(port.number)
    frozen = {
        namespace: {name: frozenset(values) for name, values in names.items()} for namespace, names in numbers.items()
    }
    return ClusterIndex(cluster, tuple(sorted(addresses)), frozen, nodes_at(cluster))


@dataclass(frozen=True, slots=True)
class ModelOptions:
    """What possible pods may be: where their addresses lie (empty: anywhere), and if they may name ports freely."""

    pod_cidrs: tuple[str, ...] = ()
    free_named_ports: bool = False
