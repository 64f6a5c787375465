"""A flow: one direction of one connection, as policy sees it, after address translation."""

from __future__ import annotations

from dataclasses import field, replace
from enum import StrEnum
from typing import TypeAlias

from netverify.model.addresses import Address
from netverify.model.cluster import DEFAULT_SERVICE_ACCOUNT, ContainerPort, WorkloadKey, is_node
from netverify.model.labels import Labels
from netverify.model.traffic import Protocol
from netverify.records import dataclass


class End(StrEnum):
    """The two ends of a flow."""

    SOURCE = "source"
    DESTINATION = "destination"

    @property
    def other(self) -> End:
        """The opposite end."""
        return End.DESTINATION if self is End.SOURCE else End.SOURCE


class Direction(StrEnum):
    """The two directions of policy. The subject of ingress is the destination, of egress the source."""

    INGRESS = "ingress"
    EGRESS = "egress"

    @property
    def subject(self) -> End:
        """The end that a policy of this direction protects."""
        return End.DESTINATION if self is Direction.INGRESS else End.SOURCE

    @property
    def peer(self) -> End:
        """The other end."""
        return End.SOURCE if self is Direction.INGRESS else End.DESTINATION

    @property
    def other(self) -> Direction:
        """The opposite direction."""
        return Direction.EGRESS if self is Direction.INGRESS else Direction.INGRESS


@dataclass(frozen=True, slots=True)
class Pod:
    """A pod at one end of a flow. ``workload`` is None for a possible pod, one that is not in the manifests.

    It runs as the ``service_account`` of its namespace.
    ``address`` is the one that the flow uses, in the flow's family. A node stands here as well: it is no pod, but is on
    the host network as pods are.
    """

    namespace: str
    namespace_labels: Labels
    labels: Labels
    address: Address
    ports: tuple[ContainerPort, ...] = ()
    host_network: bool = False
    workload: WorkloadKey | None = None
    service_account: str = DEFAULT_SERVICE_ACCOUNT

    @property
    def is_node(self) -> bool:
        """Whether it is a node."""
        return is_node(self.workload)


@dataclass(frozen=True, slots=True)
class External:
    """An address outside the cluster: neither a pod's nor a node's."""

    address: Address


Endpoint: TypeAlias = Pod | External


@dataclass(frozen=True, slots=True)
class Flow:
    """A connection attempt from ``source`` to ``port`` of ``destination``.

    ``port`` is the destination port on the pod. ``same_node`` says whether both ends are on one node; it matters only
    where one of them is on the host network.
    """

    source: Endpoint
    destination: Endpoint
    protocol: Protocol
    port: int
    same_node: bool = field(default=False)

    def at(self, end: End) -> Endpoint:
        """The endpoint at ``end``."""
        return self.source if end is End.SOURCE else self.destination

    def with_end(self, end: End, endpoint: Endpoint) -> Flow:
        """The same flow with ``endpoint`` at ``end``."""
        return replace(self, source=endpoint) if end is End.SOURCE else replace(self, destination=endpoint)
