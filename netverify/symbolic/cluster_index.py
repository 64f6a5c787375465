"""What obligations look up in a cluster, and what its possible pods may be."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from netverify.model.addresses import Address
from netverify.model.cluster import Cluster
from netverify.model.traffic import Protocol


@dataclass(frozen=True, slots=True)
class ClusterIndex:
    """What obligations look up in a cluster.

    ``port_numbers`` maps a namespace and a (protocol, name) to the numbers that existing pods there declare.
    """

    cluster: Cluster
    addresses: tuple[Address, ...]
    port_numbers: Mapping[str, Mapping[tuple[Protocol, str], frozenset[int]]]


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
    return ClusterIndex(cluster, tuple(sorted(addresses)), frozen)


@dataclass(frozen=True, slots=True)
class Latitude:
    """What possible pods may be: where their addresses lie (empty: anywhere), and if they may name ports freely."""

    pod_cidrs: tuple[str, ...] = ()
    free_named_ports: bool = False
