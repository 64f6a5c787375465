"""What the template of a pod says about its own place in the network: names, resolver, ports of its node.

Source: k8s.io/api ``core/v1/types.go`` (PodSpec, PodDNSConfig, ContainerPort).
"""

from __future__ import annotations

from enum import StrEnum

from netverify.model.addresses import Address
from netverify.model.traffic import Protocol
from netverify.records import dataclass


class DnsPolicy(StrEnum):
    """Where a pod's resolver configuration comes from."""

    CLUSTER_FIRST = "ClusterFirst"
    CLUSTER_FIRST_WITH_HOST_NET = "ClusterFirstWithHostNet"
    DEFAULT = "Default"
    NONE = "None"


@dataclass(frozen=True, slots=True)
class HostPort:
    """A port of the node that leads to a container's port; ``host_ip`` is None for every address of the node."""

    number: int
    container_port: int
    protocol: Protocol = Protocol.TCP
    host_ip: Address | None = None


@dataclass(frozen=True, slots=True)
class PodNetwork:
    """How the pods of a workload look names up, and what they are called.

    ``nameservers``, ``searches`` and ``ndots`` are those of ``dnsConfig``; ``ndots`` is None where it is not written.
    ``governing_service`` is the ``serviceName`` of a StatefulSet, whose pods have its name as their subdomain.
    ``ordinals`` are the first number of a StatefulSet's pods and how many there are, None where that is not told.
    """

    dns_policy: DnsPolicy = DnsPolicy.CLUSTER_FIRST
    nameservers: tuple[Address, ...] = ()
    searches: tuple[str, ...] = ()
    ndots: int | None = None
    hostname: str = ""
    subdomain: str = ""
    host_ports: tuple[HostPort, ...] = ()
    governing_service: str = ""
    ordinals: tuple[int, int] | None = None


PLAIN = PodNetwork()
"""What a template says that says nothing of it, as most do."""
