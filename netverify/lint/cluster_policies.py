"""What ClusterNetworkPolicies do not do, or not for sure: nobody reads them, equal priorities, a Pass at the end.

Source: ClusterNetworkPolicySpec.priority ("the implementation can apply any of the matching policies").
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import combinations

from netverify.answers.context import Context
from netverify.answers.settings import Settings
from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.changes import Change, Changes
from netverify.model.cluster_network_policy import ENFORCED, ClusterNetworkPolicy, PolicyTier, RuleAction
from netverify.model.flow import Direction
from netverify.model.labels import unused
from netverify.policy.table import Rule, Tier
from netverify.policy.tiers import Around, around


def cluster_policy_findings(context: Context, changes: Changes) -> Iterator[Diagnostic]:
    """NV637, NV638 and NV639: policies without effect, equal priorities that matter, Pass in the last tier."""
    policies = context.inventory.cluster.cluster_policies
    inert = [one for one in policies if context.settings.fixed.get(ENFORCED[one.api]) is False]
    yield from (_inert(policy, context.settings) for policy in inert)
    policies = tuple(one for one in policies if one not in inert)
    for policy in policies:
        yield from _last_passes(policy)
    for one, other in combinations(policies, 2):
        if (one.tier, one.priority) == (other.tier, other.priority):
            direction = next((d for d in Direction if _matters(one, other, d, context, changes)), None)
            if direction is not None:
                yield _tied(one, other, direction)


def _inert(policy: ClusterNetworkPolicy, settings: Settings) -> Diagnostic:
    who = settings.cni or "the CNI"
    text = f"{policy.api} `{policy.name}` has no effect: {who} does not enforce such policies"
    advice = "use a plugin that does, or NetworkPolicy in each namespace"
    return Diagnostic("NV637", Severity.WARNING, text, policy.origin, advice)


def _last_passes(policy: ClusterNetworkPolicy) -> Iterator[Diagnostic]:
    """NV639: after Baseline there is no tier, so that Pass there is Accept."""
    if policy.tier is not PolicyTier.BASELINE:
        return
    for rule in (*policy.ingress, *policy.egress):
        if rule.action is RuleAction.PASS:
            text = f"{policy.api} `{policy.name}` has a rule with `Pass` in the last tier, where it allows"
            yield Diagnostic("NV639", Severity.NOTE, text, rule.origin, "write `Accept`, if that is meant")


def _tied(one: ClusterNetworkPolicy, other: ClusterNetworkPolicy, direction: Direction) -> Diagnostic:
    text = (
        f"{one.api} `{one.name}` and `{other.name}` have priority {one.priority} in tier {one.tier}, and "
        f"for some {direction} traffic it matters which of them decides, which is up to the plugin"
    )
    where = ((other.origin, "of the same priority"),)
    return Diagnostic("NV638", Severity.WARNING, text, one.origin, "give them different priorities", where)


def _matters(
    one: ClusterNetworkPolicy, other: ClusterNetworkPolicy, direction: Direction, context: Context, changes: Changes
) -> bool:
    """Whether some flow is decided otherwise when ``other`` comes before ``one``, and all others after both."""
    outer = around(context.inventory.cluster, direction)
    tier = outer.admin if one.tier is PolicyTier.ADMIN else outer.baseline
    if tier is None or not _may_differ(tier, one, other):
        return False
    home = unused("anywhere", context.inventory.cluster.namespaces)
    homes = (home, *sorted({rule.namespace for rule in tier.rules if rule.namespace is not None}))
    text = f"the order of {one.name} and {other.name} matters"
    orders = [_with(outer, _ordered(tier, *pair)) for pair in ((one, other), (other, one))]
    return any(changes.of_orders(orders[0], orders[1], direction, home, text) is Change.SOMETHING for home in homes)


def _may_differ(tier: Tier, one: ClusterNetworkPolicy, other: ClusterNetworkPolicy) -> bool:
    actions = {rule.action for rule in tier.rules if rule.policy.name in {one.name, other.name}}
    both = {rule.policy.name for rule in tier.rules} >= {one.name, other.name}
    return both and len(actions) > 1


def _ordered(tier: Tier, first: ClusterNetworkPolicy, second: ClusterNetworkPolicy) -> Tier:
    """``tier`` with the two policies before others of their priority, and no ties."""
    tie = f"priority {first.priority}"
    names = {first.name: 0, second.name: 1}
    tied = [rule for rule in tier.rules if rule.tie == tie]
    tied.sort(key=lambda rule: names.get(rule.policy.name, 2))
    following = iter(tied)
    rules: list[Rule] = [replace(next(following) if rule.tie == tie else rule, tie="") for rule in tier.rules]
    return replace(tier, rules=tuple(rules))


def _with(outer: Around, tier: Tier) -> Around:
    return replace(outer, admin=tier) if tier.name == PolicyTier.ADMIN.value else replace(outer, baseline=tier)
