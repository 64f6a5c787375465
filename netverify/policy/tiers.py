"""Which tier the rules of a policy API go to, decided in one place because it depends on who enforces them."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType

from netverify.diagnostics import NOWHERE
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster
from netverify.model.flow import Direction
from netverify.policy.network_policy import lower_policy
from netverify.policy.predicate import ALWAYS, All, Behaves, IsPod, OnHostNetwork, SameNode
from netverify.policy.table import Action, PolicyRef, PolicySet, Rule, RuleTable, Selection, Tier

OWN_NODE = PolicyRef("built-in", "", "own-node", NOWHERE)
"""The exemption of traffic between a pod and the node that it runs on."""


def lower(cluster: Cluster) -> PolicySet:
    """All policy of ``cluster``: own-node traffic first, then NetworkPolicy, then ``ALLOW``."""
    return PolicySet(MappingProxyType({direction: _table(cluster, direction) for direction in Direction}))


def _table(cluster: Cluster, direction: Direction) -> RuleTable:
    return table_of(direction, (lower_policy(policy, direction) for policy in cluster.network_policies))


def table_of(direction: Direction, policies: Iterable[tuple[Selection | None, tuple[Rule, ...]]]) -> RuleTable:
    """The table of NetworkPolicies that are lowered already, in their order; what any of them denies comes first."""
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
    return RuleTable(direction, (_own_node(direction), network_policy))


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
