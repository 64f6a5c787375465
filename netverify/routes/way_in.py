"""A way in from outside the cluster: where a client knocks, who opens, and where that leads.

Whether policy lets it through is not decided here.
"""

from __future__ import annotations

from enum import Enum, StrEnum

from netverify.diagnostics import Origin
from netverify.model.addresses import AddressRange
from netverify.model.cluster import WorkloadKey
from netverify.model.service import Service, ServicePort
from netverify.model.traffic import Protocol
from netverify.policy.predicate import Predicate
from netverify.query.outcome import Hop
from netverify.records import dataclass
from netverify.routes.outside import Outside


class SeenAs(Enum):
    """As whom policy sees the source of the connection that reaches the pod.

    Source: "Using Source IP" for Services; for Ingress and Gateway, the documentation of each controller.
    """

    CLIENT = "client"
    NODE = "another node"
    OWN_NODE = "the pod's own node"
    CONTROLLER = "controller"
    RANGES = "ranges"


@dataclass(frozen=True, slots=True)
class Controller:
    """Who answers for an Ingress, a Gateway or a Route.

    ``workloads`` are its pods in the manifests. Where there are none, it is any pod for which ``possible`` (about the
    source) holds, and ``where`` says in words which; ``possible`` is None where no pod answers, but a load balancer of
    the cloud outside. ``name`` is such as ``ingress-nginx``.
    """

    name: str
    workloads: tuple[WorkloadKey, ...] = ()
    possible: Predicate | None = None
    where: str = ""


@dataclass(frozen=True, slots=True)
class SeenSource:
    """One source that policy may see.

    ``ranges`` are the addresses of ``RANGES`` (none: any outside); for others, those that the client is restricted to
    (none: anyone). ``clients`` are those that the load balancer behind ``RANGES`` lets in (none: anyone).
    ``provided`` is what must hold outside the manifests for it, in words such as ``where the cloud ignores
    loadBalancerSourceRanges``.
    """

    seen_as: SeenAs
    ranges: tuple[AddressRange, ...] = ()
    provided: tuple[str, ...] = ()
    clients: tuple[AddressRange, ...] = ()

    @property
    def lets_in(self) -> tuple[AddressRange, ...]:
        """The addresses of the clients that it serves; none: anyone."""
        return self.clients if self.seen_as is SeenAs.RANGES else self.ranges


class Tls(StrEnum):
    """What becomes of TLS at the way in."""

    NONE = ""
    TERMINATED = "terminated"
    PASSED_THROUGH = "passed through"


@dataclass(frozen=True, slots=True)
class WayIn:
    """One way in.

    ``kind`` is that of the object which opens it (``Ingress``, ``HTTPRoute``, ``Service``, or a workload),
    ``by`` what it opens it with: ``Ingress``, ``Gateway``, ``Route``, ``LoadBalancer``, ``NodePort``, ``externalIPs``,
    ``hostPort``, ``hostNetwork``. ``host`` and ``path`` are empty for all. ``port`` is where the client knocks, None
    where the server allocates it. It leads to ``service_port`` of ``service``, or to ``pod_port`` of ``workload``; to
    neither where there is a ``problem``, which says in words why it leads nowhere. ``outside`` is where it leads out of
    the cluster again, and ``alias`` the Service of type ExternalName on the way. Where there is a ``doubt``, it is not
    known where else it leads, and the doubt says why. ``aside``: requests that another way of the same object serves go
    here as well, or in some cases. ``listens`` is the port of the controller that the client has to get to, None for
    any. ``internal``: only for clients inside the network of the cloud. ``hops`` is the path from the client to the
    last station before the pod, and ``class_name`` that of the Ingress, the Gateway or the load balancer.
    ``redirects``: it is meant to lead to no pod, since whoever serves it answers by itself, or that the client is to
    go elsewhere.
    """

    by: str
    kind: str
    namespace: str
    name: str
    origin: Origin | None
    protocol: Protocol = Protocol.TCP
    port: int | None = None
    host: str = ""
    path: str = ""
    path_type: str = ""
    tls: Tls = Tls.NONE
    service: Service | None = None
    service_port: ServicePort | None = None
    workload: WorkloadKey | None = None
    pod_port: int | None = None
    sources: tuple[SeenSource, ...] = ()
    controller: Controller | None = None
    restricted_to: tuple[AddressRange, ...] = ()
    internal: bool = False
    problem: str = ""
    outside: Outside | None = None
    alias: Service | None = None
    doubt: str = ""
    aside: bool = False
    listens: int | None = None
    notes: tuple[str, ...] = ()
    hops: tuple[Hop, ...] = ()
    class_name: str = ""
    redirects: bool = False

    @property
    def object(self) -> str:
        """The object that opens it: ``Ingress shop/web``."""
        return f"{self.kind} {self.namespace}/{self.name}"
