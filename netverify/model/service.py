"""Services and the endpoints that are written for them, as the API server stores them; nothing interpreted.

Source: k8s.io/api ``core/v1/types.go`` (Service, Endpoints) and ``discovery/v1/types.go`` (EndpointSlice).
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from netverify.diagnostics import Origin
from netverify.model.addresses import Address, AddressRange
from netverify.model.labels import Labels
from netverify.model.traffic import Protocol
from netverify.records import dataclass

SOURCE_RANGES = "service.beta.kubernetes.io/load-balancer-source-ranges"
"""The annotation that says what ``loadBalancerSourceRanges`` does, where that field is not set."""

FIRST_NODE_PORT, LAST_NODE_PORT = 30000, 32767
"""The ports that a server takes for nodes unless it is told otherwise. Source: ``--service-node-port-range``."""


class ServiceType(StrEnum):
    """``spec.type`` after defaulting."""

    CLUSTER_IP = "ClusterIP"
    NODE_PORT = "NodePort"
    LOAD_BALANCER = "LoadBalancer"
    EXTERNAL_NAME = "ExternalName"


class TrafficPolicy(StrEnum):
    """Whether traffic may go to endpoints on any node (``CLUSTER``) or only on the node that it arrives at."""

    CLUSTER = "Cluster"
    LOCAL = "Local"


@dataclass(frozen=True, slots=True)
class ServicePort:
    """One item of ``ports``. ``target_port`` is a number, or the name of a container port; it defaults to ``port``.

    ``node_port`` is None where none is written: the server then allocates one.
    """

    port: int
    target_port: int | str
    protocol: Protocol = Protocol.TCP
    name: str = ""
    node_port: int | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """A stored Service.

    ``selector`` is None where somebody else manages the endpoints (no selector, or an empty one). ``headless`` is
    ``clusterIP: None``. ``source_ranges`` are those of the field, or else of the annotation; none means anyone.
    ``ingress`` are the addresses that ``status.loadBalancer`` tells, without those that nodes leave to the load
    balancer (``ipMode: Proxy``), and ``asked_ingress`` that which ``loadBalancerIP`` asks for where the status tells
    none. ``has_outer_ingress``: the status also tells such an address, or a host name. ``annotations`` hold only those
    that say how traffic is to arrive.
    """

    namespace: str
    name: str
    type: ServiceType = ServiceType.CLUSTER_IP
    selector: Labels | None = None
    ports: tuple[ServicePort, ...] = ()
    headless: bool = False
    cluster_ips: tuple[Address, ...] = ()
    external_ips: tuple[Address, ...] = ()
    external_name: str = ""
    publish_not_ready: bool = False
    internal_traffic_policy: TrafficPolicy = TrafficPolicy.CLUSTER
    external_traffic_policy: TrafficPolicy = TrafficPolicy.CLUSTER
    source_ranges: tuple[AddressRange, ...] = ()
    load_balancer_class: str = ""
    allocates_node_ports: bool = True
    ingress: tuple[Address, ...] = ()
    asked_ingress: tuple[Address, ...] = ()
    has_outer_ingress: bool = False
    annotations: Labels = field(default_factory=dict)
    origin: Origin | None = None

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


@dataclass(frozen=True, slots=True)
class EndpointPort:
    """A port of an EndpointSlice or of Endpoints; ``number`` is None for every port."""

    number: int | None
    protocol: Protocol = Protocol.TCP
    name: str = ""


@dataclass(frozen=True, slots=True)
class EndpointAddress:
    """One address behind a Service.

    ``hostname`` makes a DNS record of its own; ``pod`` is the Pod that ``targetRef`` names: ``namespace/name``.
    """

    address: Address
    hostname: str = ""
    ready: bool = True
    pod: str = ""


@dataclass(frozen=True, slots=True)
class EndpointSubset:
    """Addresses, each of which serves all ``ports``."""

    addresses: tuple[EndpointAddress, ...]
    ports: tuple[EndpointPort, ...]


@dataclass(frozen=True, slots=True)
class EndpointSlice:
    """Addresses for the Service called ``service`` in the same namespace, which is empty when the slice names none.

    ``kind`` is ``EndpointSlice``, or ``Endpoints``, which alone may have several ``subsets``.
    ``names`` are the host names of a slice of address type FQDN, which nothing routes to.
    """

    namespace: str
    name: str
    service: str
    subsets: tuple[EndpointSubset, ...] = ()
    names: tuple[str, ...] = ()
    kind: str = "EndpointSlice"
    origin: Origin | None = None
