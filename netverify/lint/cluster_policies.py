"""What ClusterNetworkPolicies do not do, or not for sure: nobody reads them, equal priorities, a Pass at the end.

Source: ClusterNetworkPolicySpec.priority ("the implementation can apply any of the matching policies").
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Sequence
from dataclasses import replace
from itertools import combinations, product
from typing import TypeAlias

from netverify.answers.context import Context
from netverify.answers.settings import Settings
from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.changes import Change, Changes
from netverify.model.cluster_network_policy import ENFORCED, ClusterNetworkPolicy, PolicyTier, RuleAction
from netverify.model.flow import Direction
from netverify.model.labels import unused
from netverify.policy.overlap import Overlaps
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
    yield from _Ties(context, changes).findings(policies)


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


_Lot: TypeAlias = tuple[ClusterNetworkPolicy, ...]
"""Policies of one tier and priority that say the same, in their order."""


class _Ties:
    """Policies of one priority of which it matters which is looked at first, asked once for all that say the same."""

    def __init__(self, context: Context, changes: Changes) -> None:
        self._changes = changes
        self._overlaps = Overlaps()
        self._around = {direction: around(context.inventory.cluster, direction) for direction in Direction}
        self._home = unused("anywhere", context.inventory.cluster.namespaces)
        self._rules: dict[tuple[Direction, str, str], list[Rule]] = {}
        for direction, outer in self._around.items():
            for rule in (rule for tier in (outer.admin, outer.baseline) if tier is not None for rule in tier.rules):
                self._rules.setdefault((direction, rule.policy.kind, rule.policy.name), []).append(rule)

    def findings(self, policies: Sequence[ClusterNetworkPolicy]) -> Iterator[Diagnostic]:
        """NV638 for each two of ``policies``; of two that say the same it never matters which is first."""
        place = {(policy.api, policy.name): number for number, policy in enumerate(policies)}
        for first, second in self._lots_of_one_priority(policies):
            direction = next((d for d in Direction if self._matters(first[0], second[0], d)), None)
            if direction is None:
                continue
            for pair in product(first, second):
                one, other = sorted(pair, key=lambda policy: place[policy.api, policy.name])
                yield _tied(one, other, direction)

    def _lots_of_one_priority(self, policies: Sequence[ClusterNetworkPolicy]) -> Iterator[tuple[_Lot, _Lot]]:
        lots: dict[tuple[PolicyTier, int], dict[Hashable, list[ClusterNetworkPolicy]]] = {}
        for policy in policies:
            said = tuple(tuple(map(self._overlaps.key, self._of(policy, direction))) for direction in Direction)
            lots.setdefault((policy.tier, policy.priority), {}).setdefault(said, []).append(policy)
        for of_priority in lots.values():
            yield from combinations(map(tuple, of_priority.values()), 2)

    def _of(self, policy: ClusterNetworkPolicy, direction: Direction) -> Sequence[Rule]:
        return self._rules.get((direction, policy.api, policy.name), ())

    def _matters(self, one: ClusterNetworkPolicy, other: ClusterNetworkPolicy, direction: Direction) -> bool:
        """Whether some flow is decided otherwise when ``other`` comes before ``one``, and all others after both."""
        outer = self._around[direction]
        tier = outer.admin if one.tier is PolicyTier.ADMIN else outer.baseline
        if tier is None or not self._may_differ(one, other, direction):
            return False
        homes = (self._home, *sorted({rule.namespace for rule in tier.rules if rule.namespace is not None}))
        text = f"the order of {one.name} and {other.name} matters"
        before, after = (_with(outer, _ordered(tier, *pair)) for pair in ((one, other), (other, one)))
        asked = (self._changes.of_orders(before, after, direction, home, text) for home in homes)
        return any(found is Change.SOMETHING for found in asked)

    def _may_differ(self, one: ClusterNetworkPolicy, other: ClusterNetworkPolicy, direction: Direction) -> bool:
        """Whether a flow may match rules of both that do not do the same with it."""
        return any(
            ours.action is not theirs.action and self._overlaps.may_meet(ours, theirs)
            for ours, theirs in product(self._of(one, direction), self._of(other, direction))
        )


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
