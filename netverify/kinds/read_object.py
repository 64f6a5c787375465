"""One object that was read: the fact that it is, and what decides how it joins the others."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

from netverify.diagnostics import Origin
from netverify.model.cluster import Namespace, Node, Workload
from netverify.model.cluster_network_policy import ClusterNetworkPolicy
from netverify.model.gateway import GatewayClass
from netverify.model.ingress import IngressClass
from netverify.model.network_policy import NetworkPolicy
from netverify.model.routing import RoutingFact
from netverify.records import dataclass

Fact: TypeAlias = Namespace | Node | NetworkPolicy | ClusterNetworkPolicy | Workload | RoutingFact
_ClusterScoped: TypeAlias = Namespace | Node | ClusterNetworkPolicy | IngressClass | GatewayClass


class Identity(NamedTuple):
    """What tells an object from all others; ``namespace`` is empty for what is in none."""

    kind: str
    group: str
    namespace: str
    name: str


@dataclass(frozen=True, slots=True)
class Owner:
    """The controller that an object says it belongs to."""

    group: str
    kind: str
    name: str


@dataclass(frozen=True, slots=True)
class ReadObject:
    """One object of a modelled kind that the API server would take.

    ``kind`` is how it is counted and called: with its group where Kubernetes has another kind of that name.
    ``placed`` is false where the object names no namespace and got the default one. ``generated``: the server
    makes up the end of the name. ``ended``: a pod that has terminated, or a controller that wants no pods.
    """

    fact: Fact
    group: str
    kind: str
    owner: Owner | None = None
    placed: bool = True
    generated: bool = False
    ended: bool = False

    @property
    def identity(self) -> Identity:
        """What tells it from all other objects."""
        fact = self.fact
        if isinstance(fact, Workload):
            return Identity(self.kind, self.group, fact.key.namespace, fact.key.name)
        namespace = "" if isinstance(fact, _ClusterScoped) else fact.namespace
        return Identity(self.kind, self.group, namespace, fact.name)

    @property
    def origin(self) -> Origin:
        """Where the object starts."""
        assert self.fact.origin is not None
        return self.fact.origin
