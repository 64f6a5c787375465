"""What the manifests do not tell about how traffic is routed, and a user may."""

from __future__ import annotations

from netverify.model.api_server import ApiServer
from netverify.policy.predicate import Predicate
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class GivenController:
    """Who answers for every Ingress, Gateway and Route, as the user says; ``text`` is in the words of a question.

    ``source`` holds for such a pod at the source of a connection. ``is_shown``: some pod of the manifests may be one.
    """

    text: str
    source: Predicate
    is_shown: bool = True


@dataclass(frozen=True, slots=True)
class RoutingOptions:
    """Facts about the cluster outside the manifests.

    ``cluster_domain`` is the zone of cluster names. ``node_local_dns``: NodeLocal DNSCache answers on each node; None
    where the manifests are to show it.
    ``api_servers``: where the API server listens; empty where nobody says.
    ``controller`` is None where each class of Ingress is looked up among the controllers that are known.
    """

    cluster_domain: str = "cluster.local"
    node_local_dns: bool | None = None
    controller: GivenController | None = None
    api_servers: tuple[ApiServer, ...] = ()
