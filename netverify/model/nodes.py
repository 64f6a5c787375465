"""The nodes of a cluster, as far as anything says where they are.

A node's address is the node's wherever it is written: traffic from it reaches the pods that run there whatever policy
says, and whether an ipBlock matches it is up to the CNI plugin. Source: NetworkPolicySpec.ingress ("traffic … from the
pod's local node"), "Network Policies" (``hostNetwork`` pods, whose traffic is that of their node).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netverify.model.address_plan import NodesAt
from netverify.model.addresses import Address, AddressRange, cidrs
from netverify.model.api_server import API_SERVER
from netverify.model.cluster import NODE, NODES, Cluster, Namespace, Node, Workload
from netverify.model.labels import NAMESPACE_NAME_LABEL


def with_known_nodes(cluster: Cluster, node_cidrs: Iterable[AddressRange] = ()) -> Cluster:
    """``cluster`` with every node that is known: the declared ones, and one for each other address of a node.

    Such are the addresses of pods on the host network, what pods say of the address of their host, the endpoints of
    ``default/kubernetes``, and those within ``node_cidrs``. The same again changes nothing.
    """
    nodes = {node.name: node for node in cluster.nodes}
    known = {address for node in cluster.nodes for address in node.addresses}
    for address, known_by in _other_addresses(cluster):
        if address not in known:
            known.add(address)
            nodes[str(address)] = Node(str(address), (address,), known_by=known_by)
    for block in node_cidrs:
        name = cidrs(block)[0]
        nodes.setdefault(name, Node(name, within=(block,), known_by="the CIDRs of nodes that are taken as given"))
    return replace(cluster, nodes=tuple(sorted(nodes.values(), key=lambda node: node.name)))


def _other_addresses(cluster: Cluster) -> Iterator[tuple[Address, str]]:
    for workload in cluster.workloads:
        for address in workload.known_addresses if workload.host_network else ():
            yield address, f"a pod of {workload.key} on the host network"
        for address in workload.host_addresses:
            yield address, f"the host of a pod of {workload.key}"
    for each in cluster.routing.endpoint_slices:
        if (each.namespace, each.service) == API_SERVER:
            for subset in each.subsets:
                for one in subset.addresses:
                    yield one.address, "an endpoint of Service default/kubernetes"


def is_known_node(address: Address, cluster: Cluster) -> bool:
    """Whether a node of ``cluster`` is known to have ``address``."""
    return any(address in node.addresses for node in cluster.nodes)


def peopled(cluster: Cluster) -> Cluster:
    """``cluster`` with its nodes among the workloads, as those who may be at an end of a flow."""
    if not cluster.nodes:
        return cluster
    there = {workload.key for workload in cluster.workloads}
    added = [node_workload(node) for node in cluster.nodes if node.key not in there]
    return replace(
        cluster,
        namespaces={NODES: place_of_nodes(), **cluster.namespaces},
        workloads=tuple(sorted((*cluster.workloads, *added), key=lambda workload: workload.key)),
    )


def place_of_nodes() -> Namespace:
    """What stands in the place of the namespace of nodes: they are in none, so that no selector matches it."""
    return Namespace(NODES, {NAMESPACE_NAME_LABEL: NODES}, declared=True)


def node_workload(node: Node) -> Workload:
    """``node`` as an end of a flow."""
    return Workload(
        node.key,
        {},
        host_network=True,
        addresses=node.addresses,
        single=bool(node.addresses),
        origin=node.origin,
        within=node.within,
    )


ANY_NODE = Workload(NODE, {}, host_network=True)
"""A node of which nothing is known."""


def nodes_at(cluster: Cluster) -> NodesAt:
    """Where the nodes of ``cluster`` are, and its pods on the host network, which share their addresses."""
    hosts = {address for one in cluster.workloads if one.host_network for address in one.known_addresses}
    nodes = {address for node in cluster.nodes for address in node.addresses}
    ranges = {block for node in cluster.nodes for block in node.within}
    return NodesAt(frozenset(hosts | nodes), tuple(sorted(ranges)))
