"""The cluster: a snapshot of facts read from manifests, without any judgement about them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from netverify.diagnostics import Origin
from netverify.model.addresses import Address, AddressRange
from netverify.model.cluster_network_policy import ClusterNetworkPolicy
from netverify.model.ignores import Ignore
from netverify.model.labels import Labels
from netverify.model.network_policy import NetworkPolicy
from netverify.model.pod_network import PLAIN, PodNetwork
from netverify.model.routing import RoutingObjects
from netverify.model.traffic import Protocol
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Namespace:
    """A namespace.

    ``labels`` always hold ``kubernetes.io/metadata.name``. When ``declared`` (a Namespace object is in the manifests)
    they are all its labels; otherwise the namespace is only referred to and every other label is unknown.
    """

    name: str
    labels: Labels
    declared: bool
    origin: Origin | None = None
    ignores: tuple[Ignore, ...] = ()


@dataclass(frozen=True, slots=True)
class ContainerPort:
    """A declared container port; ``name`` is empty when it has none.

    ``init`` marks a port of an init container, ``sidecar`` one of an init container that keeps running.
    """

    number: int
    protocol: Protocol = Protocol.TCP
    name: str = ""
    init: bool = False
    sidecar: bool = False


DEFAULT_SERVICE_ACCOUNT = "default"
"""The service account of a pod that names none."""

NODES = "(nodes)"
"""The place of nodes, in that of a namespace; no namespace can have such a name."""


@dataclass(frozen=True, slots=True, order=True)
class WorkloadKey:
    """What identifies a workload: ``shop/web[Deployment]``. A node is written ``node worker-1``."""

    namespace: str
    name: str
    kind: str

    def __str__(self) -> str:
        if self.namespace == NODES:
            return f"node {self.name}"
        return f"{self.namespace}/{self.name}[{self.kind}]"


NODE = WorkloadKey(NODES, "(any)", "Node")
"""A node of the cluster of which nothing is known, where it is an end of a flow."""


def is_node(key: WorkloadKey | None) -> bool:
    """Whether ``key`` is that of a node, which is on the host network, but is no pod."""
    return key is not None and key.namespace == NODES


@dataclass(frozen=True, slots=True)
class Node:
    """A node of the cluster: its ``addresses``, or else the ranges ``within`` which it has one.

    ``pod_cidrs`` are those of ``spec``, which not every plugin takes pod addresses from. ``known_by`` says in words how
    it is known where no Node object tells it: ``the pod mon/agent[DaemonSet] on the host network``. ``annotated_by`` is
    the CNI plugin whose annotations it has; empty for none.
    """

    name: str
    addresses: tuple[Address, ...] = ()
    within: tuple[AddressRange, ...] = ()
    pod_cidrs: tuple[AddressRange, ...] = ()
    labels: Labels = field(default_factory=dict)
    known_by: str = ""
    origin: Origin | None = None
    annotated_by: str = ""

    @property
    def key(self) -> WorkloadKey:
        """What it goes by as an end of a flow."""
        return WorkloadKey(NODES, self.name, "Node")


@dataclass(frozen=True, slots=True)
class Workload:
    """One class of existing pods: a bare Pod, or all replicas of a controller's template.

    ``labels`` are what every pod of it has; ``open_labels`` are keys that its controller adds with a value that the
    manifests do not tell (``pod-template-hash``): mapped to the values that it can have, or to None for any value.
    ``addresses`` are known pod addresses, and empty when unknown. ``replica_addresses`` are those of some pods of a
    controller; its others may have any. ``single`` is true for a bare Pod, which has no second replica to talk to.
    ``network`` is what their template says about names and ports of the node. ``host_addresses`` are those that its
    node is known to have. A node, see :func:`is_node`, has an address ``within`` these ranges, where there are any.
    ``arguments`` are those of its containers that tell a controller of Ingresses what to serve, by their name without
    dashes, with all their values. ``service_account`` is the one that all its pods run as, None where that is not
    known; ``node`` is the one that all of them are on, and empty where that is not known.
    """

    key: WorkloadKey
    labels: Labels
    ports: tuple[ContainerPort, ...] = ()
    host_network: bool = False
    addresses: tuple[Address, ...] = ()
    single: bool = False
    open_labels: Mapping[str, tuple[str, ...] | None] = field(default_factory=dict)
    origin: Origin | None = None
    replica_addresses: tuple[Address, ...] = ()
    network: PodNetwork = PLAIN
    host_addresses: tuple[Address, ...] = ()
    within: tuple[AddressRange, ...] = ()
    arguments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    service_account: str | None = None
    node: str = ""

    @property
    def known_addresses(self) -> tuple[Address, ...]:
        """Every address that a pod of it is known to have."""
        return (*self.addresses, *self.replica_addresses)


def run_alike(one: Workload, other: Workload) -> Workload:
    """``one``, of whose pods ``other`` describes some too: where both say different things, it is not known.

    This is about the service account alone, and a node that all are said to be on.
    """
    account = one.service_account if one.service_account == other.service_account else None
    node = one.node if one.node == other.node else ""
    if (account, node) == (one.service_account, one.node):
        return one
    return replace(one, service_account=account, node=node)


@dataclass(frozen=True, slots=True)
class Unsupported:
    """An object that could change a verdict but is not modelled.

    ``may_allow``: it could make something reachable that is not reachable without it; ``may_deny``: the reverse.
    ``may_route``: it could bring traffic to pods by another way. ``namespace`` limits its effect to pods of that
    namespace (None: anywhere). Two with one ``digest`` say the same; it is empty where that is not known.
    ``makes_pods``: pods are made for it that the manifests do not show. ``relabels_pods``: it could change labels of
    those that they show. ``unrendered`` is why what the object stands for, as a release does, is not in the manifests;
    it is empty where the object stands for itself. ``is_known`` is false for a kind that is on no list.
    """

    kind: str
    name: str
    namespace: str | None
    origin: Origin
    may_allow: bool
    may_deny: bool
    may_route: bool = False
    digest: str = ""
    makes_pods: bool = False
    relabels_pods: bool = False
    unrendered: str = ""
    is_known: bool = True


@dataclass(frozen=True, slots=True)
class Cluster:
    """Everything that the manifests say about the cluster, in the order of names.

    ``namespaces`` holds every namespace that is declared, that an object lives in, or that a selector names by
    ``kubernetes.io/metadata.name``.
    """

    namespaces: Mapping[str, Namespace]
    workloads: tuple[Workload, ...] = ()
    network_policies: tuple[NetworkPolicy, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    routing: RoutingObjects = field(default_factory=RoutingObjects)
    nodes: tuple[Node, ...] = ()
    cluster_policies: tuple[ClusterNetworkPolicy, ...] = ()
