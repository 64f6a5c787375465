"""What the user took as given about the cluster, and fixed about the run."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from netverify.budget import Budget
from netverify.model.addresses import parse_cidr
from netverify.model.behaviours import FIXED_BY_DEFAULT, LEFT_OPEN_BY, Behaviour
from netverify.model.nodes import with_known_nodes
from netverify.records import dataclass
from netverify.routes.options import RoutingOptions
from netverify.sources.coverage import Inventory

_LOOK_AFTER_TRANSLATION = frozenset(
    ("azure-npm", "calico", "gke-dataplane-v2", "kindnet", "kube-router", "ovn-kubernetes", "weave")
)
"""Others look before (AWS VPC CNI), or do so unless they take the place of kube-proxy (Cilium, Antrea)."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Premises and limits of answers.

    ``behaviours`` come from ``--cni`` and ``--assume``; what is missing stays free. ``cni`` is the name of the profile
    that most of them come from, for the report, and ``cni_from`` the file that names it, if one does. ``pod_cidrs`` are
    CIDRs that hold every pod address (empty: unknown), and ``node_cidrs`` CIDRs in which nobody has an address but
    nodes and pods.
    ``free_named_ports``: possible pods may call any port by any name, instead of following the declarations of existing
    pods of their namespace. ``unrendered_is_harmless``: what was not rendered changes no answer.

    ``budget`` is what the solver may use. ``default_namespace`` is where bare names are looked up first.
    ``keep_goals``: answers carry the texts that were solved, for ``--emit-smt2``. ``routing`` is what the manifests do
    not tell about how traffic is routed.
    """

    behaviours: Mapping[Behaviour, bool] = field(default_factory=dict)
    cni: str | None = None
    pod_cidrs: tuple[str, ...] = ()
    node_cidrs: tuple[str, ...] = ()
    free_named_ports: bool = False
    unrendered_is_harmless: bool = False
    budget: Budget = field(default_factory=Budget)
    default_namespace: str | None = None
    keep_goals: bool = False
    routing: RoutingOptions = field(default_factory=RoutingOptions)
    cni_from: str = ""

    @property
    def fixed(self) -> Mapping[Behaviour, bool]:
        """Every behaviour that is not free: what the user fixed, else what is fixed by default."""
        left_open = LEFT_OPEN_BY.get(self.cni or "", frozenset())
        by_default = {one: value for one, value in FIXED_BY_DEFAULT.items() if one not in left_open}
        return {**by_default, **self.behaviours}

    @property
    def may_see_outer_addresses(self) -> bool:
        """Whether policy of the source may see an external IP or a load balancer's address instead of the pod behind.

        It does where the plugin looks before the node has translated the address.
        """
        return self.cni not in _LOOK_AFTER_TRANSLATION


def with_owners(inventory: Inventory, settings: Settings) -> Inventory:
    """``inventory`` with every node that is known, be it by what ``settings`` take as given."""
    cluster = with_known_nodes(inventory.cluster, map(parse_cidr, settings.node_cidrs))
    return replace(inventory, cluster=cluster) if cluster.nodes != inventory.cluster.nodes else inventory
