"""Which tier the rules of a policy API go to, decided in one place because it depends on who enforces them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from types import MappingProxyType
from typing import TYPE_CHECKING, TypeAlias

from netverify.diagnostics import NOWHERE
from netverify.late import late
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster
from netverify.model.cluster_network_policy import PolicyTier
from netverify.model.flow import Direction
from netverify.policy.moved import at_end
from netverify.policy.network_policy import lower_policy
from netverify.policy.predicate import ALWAYS, All, Behaves, IsPod, Not, OnHostNetwork, SameNode
from netverify.policy.table import Action, PolicyRef, PolicySet, Rule, RuleTable, Selection, Tier
from netverify.records import dataclass

if TYPE_CHECKING:
    from netverify.policy import cluster_network_policy
else:
    (cluster_network_policy,) = late("netverify.policy", "cluster_network_policy")

Lowered: TypeAlias = tuple[Selection | None, tuple[Rule, ...]]
"""What one NetworkPolicy says about a direction: whom it isolates, if anybody, and its rules."""

OWN_NODE = PolicyRef("built-in", "", "own-node", NOWHERE)
"""The exemption of traffic between a pod and the node that it runs on."""


@dataclass(frozen=True, slots=True)
class Around:
    """The tiers of policies for the whole cluster, in one direction: before NetworkPolicy, and after it."""

    admin: Tier | None = None
    baseline: Tier | None = None


NOTHING = Around()


def lower(cluster: Cluster) -> PolicySet:
    """All policy of ``cluster``: own-node traffic first, then Admin, NetworkPolicy, Baseline, then ``ALLOW``."""
    lowered = {
        direction: [lower_policy(policy, direction) for policy in cluster.network_policies] for direction in Direction
    }
    tables = {
        direction: table_of(direction, lowered[direction], lowered[direction.other], around(cluster, direction))
        for direction in Direction
    }
    return PolicySet(MappingProxyType(tables))


def around(cluster: Cluster, direction: Direction) -> Around:
    """The tiers of ``cluster`` that are not NetworkPolicy's."""
    policies, nodes = cluster.cluster_policies, cluster.nodes
    if not policies:
        return Around()
    return Around(
        *(
            cluster_network_policy.lower_tier(tier, policies, direction, nodes)
            for tier in (PolicyTier.ADMIN, PolicyTier.BASELINE)
        )
    )


def table_of(
    direction: Direction,
    policies: Sequence[Lowered],
    of_other: Sequence[Lowered] = (),
    outer: Around = NOTHING,
) -> RuleTable:
    """The table of NetworkPolicies that are lowered already, in their order, with the tiers ``outer`` around them.

    Of what NetworkPolicies say, what any of them denies comes first. ``of_other`` is what the same policies say about
    the other direction.
    """
    selections: list[Selection] = []
    rules: list[Rule] = []
    for selection, lowered in policies:
        if selection is not None:
            selections.append(selection)
            rules.extend(lowered)
    rules.sort(key=lambda rule: rule.action is not Action.DENY)
    network_policy = Tier(
        name="NetworkPolicy",
        applies=tuple(selections),
        rules=tuple(rules),
        default=Action.DENY,
        condition=Behaves(Behaviour.POLICY_ENFORCED),
    )
    before = (outer.admin,) if outer.admin is not None else ()
    after = (*_spared(direction, policies, of_other), outer.baseline) if outer.baseline is not None else ()
    return RuleTable(direction, (_own_node(direction), *before, network_policy, *after))


def _spared(direction: Direction, policies: Sequence[Lowered], of_other: Sequence[Lowered]) -> Iterator[Tier]:
    """Pods that a NetworkPolicy selects for the other direction alone: some plugins keep Baseline from them as well.

    Source: ClusterNetworkPolicySpec.tier ("Further evaluation only happens for Pods not selected by a
    v1.NetworkPolicy"), which does not say whether directions count one by one.
    """
    spared = []
    for (here, _), (there, _) in zip(policies, of_other, strict=True):
        if there is None:
            continue
        subject = at_end(there.subject, direction.subject)
        if here is None or here.subject != subject:
            spared.append(Selection(there.policy, subject, there.namespace, isolates=False))
    if spared:
        condition = All((Behaves(Behaviour.POLICY_ENFORCED), Not(Behaves(Behaviour.BASELINE_PER_DIRECTION))))
        yield Tier("NetworkPolicy of the other direction", tuple(spared), (), Action.ALLOW, condition)


@cache
def _own_node(direction: Direction) -> Tier:
    """Traffic between a pod and its own node: allowed where the CNI exempts that direction, else left to the policies.

    The API exempts traffic from the node and says nothing of traffic to it; each is a behaviour of its own, since
    plugins differ. Source: NetworkPolicySpec.ingress ("traffic … from the pod's local node"), and "Network Policies".
    """
    behaviour = (
        Behaviour.NODE_TO_LOCAL_POD_ALLOWED if direction is Direction.INGRESS else Behaviour.POD_TO_LOCAL_NODE_ALLOWED
    )
    subject = All((IsPod(direction.subject), OnHostNetwork(direction.peer), SameNode(), Behaves(behaviour)))
    allow = Rule(OWN_NODE, 0, ALWAYS, ALWAYS, ALWAYS, Action.ALLOW, OWN_NODE.origin, None)
    return Tier("own node", (Selection(OWN_NODE, subject, None),), (allow,), Action.PASS)
