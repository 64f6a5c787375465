"""Where the API server listens: what manifests or the user say, or else every place that is usual.

Source: ``kubeadm init --apiserver-bind-port`` (6443), and the documentation of k3s, RKE2, kind, OpenShift, EKS, GKE,
AKS, minikube and MicroK8s. It runs on nodes of the cluster, or is managed outside of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.addresses import alone
from netverify.model.api_server import API_SERVER, USUAL_PORTS, ApiServer
from netverify.model.cluster import NODE
from netverify.model.flow import End
from netverify.model.nodes import is_known_node
from netverify.model.traffic import Protocol
from netverify.policy.predicate import AddressIn, All, IsWorkload, Predicate
from netverify.query.whereabouts import is_outside, whoever_is_in
from netverify.records import dataclass
from netverify.routes.backends import only
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions

ADVICE = "add the EndpointSlice of default/kubernetes to the manifests, or give `--api-server ADDRESS:PORT`"
"""How a user says where the API server listens."""

_LISTED = ", ".join(str(one.port) for one in USUAL_PORTS[:-1])
ANY_USUAL_PORT = f"the API server listens on TCP {_LISTED} or {USUAL_PORTS[-1].port}"
"""What a proof takes as given that looked at every usual port."""

COMMON_PORT = f"the API server listens on TCP {' or '.join(str(one.port) for one in USUAL_PORTS if one.is_common)}"
"""What an answer takes as given that holds for every common port."""


@dataclass(frozen=True, slots=True)
class ApiServerPlace:
    """One place where the API server may listen.

    ``on_node``: it is a node of the cluster. Places of one ``site`` differ in the port alone, and it listens at one of
    them. ``provided`` is what must hold for it to be there. ``is_common`` as :class:`UsualPort` has it.
    """

    text: str
    destination: Predicate
    traffic: Predicate
    port: int
    on_node: bool = False
    site: str = ""
    provided: tuple[str, ...] = ()
    is_common: bool = True


def is_told(index: RoutingIndex, options: RoutingOptions) -> bool:
    """Whether the manifests or the user say where the API server listens."""
    return bool(options.api_servers) or in_slices(index)


def in_slices(index: RoutingIndex) -> bool:
    """Whether EndpointSlices or Endpoints of the manifests say where the API server listens."""
    return any(subset.addresses for one in index.slices.get(API_SERVER, ()) for subset in one.subsets)


def api_server_places(index: RoutingIndex, options: RoutingOptions) -> Iterator[ApiServerPlace]:
    """Every place where the API server may listen, as far as its EndpointSlices do not say."""
    if options.api_servers:
        for one in options.api_servers:
            yield from _told(index, one)
        return
    for site, where, on_node in (
        ("the API server outside the cluster", is_outside(End.DESTINATION), False),
        ("the API server on a node", IsWorkload(End.DESTINATION, NODE), True),
    ):
        for usual in USUAL_PORTS:
            yield ApiServerPlace(
                site,
                where,
                only(Protocol.TCP, usual.port),
                usual.port,
                on_node,
                site,
                (f"where the API server listens on {usual.port} ({usual.where})",),
                is_common=usual.is_common,
            )


def _told(index: RoutingIndex, told: ApiServer) -> Iterator[ApiServerPlace]:
    """``told`` as whoever is known to be there, and as a node, which no manifest may show."""
    address = told.address
    here = alone(address)
    traffic = only(Protocol.TCP, told.port)
    known = whoever_is_in(here, End.DESTINATION, index.cluster)
    shown = f"[{address}]" if address.family == 6 else str(address)
    yield ApiServerPlace(f"the API server at {shown}", known, traffic, told.port)
    cluster = index.cluster
    if any(address in one.known_addresses for one in cluster.workloads) or is_known_node(address, cluster):
        return
    on_node = All((IsWorkload(End.DESTINATION, NODE), AddressIn(End.DESTINATION, (here,))))
    why = (f"where {shown} is the address of a node",)
    yield ApiServerPlace(
        f"the API server on the node at {shown}", on_node, traffic, told.port, on_node=True, provided=why
    )
