"""Pods that are reached at an address of their node: host ports, and pods on the host network.

Source: ContainerPort.hostPort and hostIP, PodSpec.hostNetwork; the portmap plugin keeps the client's address, except
where the connection comes from the node itself.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from dataclasses import replace

from netverify.model.cluster import Workload
from netverify.model.pod_network import HostPort
from netverify.query.outcome import Hop
from netverify.routes.index import RoutingIndex
from netverify.routes.load_balancers import NODES_REACHED, OWN_NODE_SEEN
from netverify.routes.way_in import SeenAs, SeenSource, WayIn

_SEEN = (
    SeenSource(SeenAs.CLIENT, (), (NODES_REACHED,)),
    SeenSource(SeenAs.OWN_NODE, (), (NODES_REACHED, OWN_NODE_SEEN)),
)


def node_ways(index: RoutingIndex) -> Iterator[WayIn]:
    """The ways in to pods by their nodes, in the order of names."""
    for workload in index.cluster.workloads:
        if workload.host_network:
            yield from _on_host_network(workload)
        else:
            yield from (_by_host_port(workload, port) for port in workload.network.host_ports if not _is_local(port))


def _is_local(port: HostPort) -> bool:
    """Whether only the node itself can connect to it."""
    return port.host_ip is not None and ipaddress.ip_address(str(port.host_ip)).is_loopback


def _by_host_port(workload: Workload, port: HostPort) -> WayIn:
    address = port.host_ip
    at = "" if address is None or ipaddress.ip_address(str(address)).is_unspecified else f" at {address}"
    way = _way(workload, "hostPort", f"host port{at}", port.number)
    return replace(way, protocol=port.protocol, pod_port=port.container_port, sources=_SEEN)


def _on_host_network(workload: Workload) -> Iterator[WayIn]:
    declared = sorted({(port.protocol, port.number) for port in workload.ports if not port.init or port.sidecar})
    for protocol, number in declared:
        way = _way(workload, "hostNetwork", "address of its node", number)
        note = "ports that it does not declare are reachable too"
        yield replace(way, protocol=protocol, pod_port=number, notes=(note,))
    if not declared:
        way = _way(workload, "hostNetwork", "address of its node", None)
        yield replace(way, notes=("it declares no port: every port that it listens on is reachable",))


def _way(workload: Workload, by: str, hop: str, number: int | None) -> WayIn:
    """A way in to the pods of ``workload`` where a client knocks at ``number`` of their node (None: at any)."""
    key = workload.key
    return WayIn(
        by=by,
        kind=key.kind,
        namespace=key.namespace,
        name=key.name,
        origin=workload.origin,
        port=number,
        workload=key,
        sources=_SEEN[:1],
        hops=(Hop(hop, number, workload.origin),),
    )
