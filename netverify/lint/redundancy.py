"""Policies and rules without which every connection is decided as with them, proved for every CNI plugin.

Source: "Network Policies": what policies allow adds up, so what one allows another may allow already; a pod is isolated
where any of them selects it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from operator import is_

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.lint.changes import Change, Changes, policies_by_namespace
from netverify.lint.duplicates import duplicates
from netverify.lint.mending import Mending
from netverify.lint.neighbours import Neighbours
from netverify.lint.parts import RulePart, rules_of
from netverify.lint.unreachable import Unreachable
from netverify.lint.wording import policy_text
from netverify.model.flow import Direction
from netverify.model.network_policy import NetworkPolicy, PolicyRule

_CANDIDATES = 24
"""So many other rules, or policies, are tried as the one that makes another redundant."""


def redundancy_findings(
    policies: tuple[NetworkPolicy, ...], changes: Changes, dead: Unreachable, mending: Mending
) -> Iterator[Diagnostic]:
    """NV625: a redundant policy; NV626: a redundant rule of another.

    Each could go alone, and all of them together. What repeats another policy, or never matches, is another finding.
    """
    for of_namespace in policies_by_namespace(policies).values():
        yield from _Namespace(of_namespace, changes, dead, mending).findings()


class _Namespace:
    """The policies of one namespace, and what is left of them when all that is redundant goes, by name."""

    def __init__(
        self, policies: Sequence[NetworkPolicy], changes: Changes, dead: Unreachable, mending: Mending
    ) -> None:
        self._mending = mending
        self._changes = changes
        self._dead = dead
        self._neighbours = Neighbours(policies)
        copies = duplicates(tuple(policies))
        self._policies = {policy.name: policy for policy in policies}
        self._left = {name: policy for name, policy in self._policies.items() if policy not in copies}

    def findings(self) -> Iterator[Diagnostic]:
        """First whole policies, then rules of those that are left."""
        for policy in tuple(self._left.values()):
            if policy not in self._dead.policies and self._goes(policy):
                yield self._about_policy(policy)
        for policy in tuple(self._left.values()):
            if policy in self._dead.policies:
                continue
            for part in rules_of(policy):
                if part.listed and part not in self._dead.rules and self._rule_goes(part):
                    yield self._about_rule(part)

    def _goes(self, policy: NetworkPolicy) -> bool:
        """Whether ``policy`` is redundant, and is gone from what is left."""
        shown_by = [(policy, direction, None) for direction in Direction]
        text = f"{policy_text(policy)} makes a difference"
        for current, beside in self._beside(policy):
            if self._changes.of([*beside, current], beside, shown_by, text) is not Change.NOTHING:
                return False
        del self._left[policy.name]
        return True

    def _rule_goes(self, part: RulePart) -> bool:
        """Whether the rule is redundant, and is gone from what is left."""
        shown_by = [(part.policy, part.direction, part.rule)]
        text = f"{part} makes a difference"
        without = part.policy
        for current, beside in self._beside(part.policy):
            without = self._changes.lowered.without_rule(current, part.direction, part.rule)
            if self._changes.of([*beside, current], [*beside, without], shown_by, text) is not Change.NOTHING:
                return False
        self._left[without.name] = without
        return True

    def _beside(self, policy: NetworkPolicy) -> Iterator[tuple[NetworkPolicy, list[NetworkPolicy]]]:
        """``policy``, with the others that may select a pod which it selects; and the same of those that are left.

        What is left decides as all policies do. So what also goes from what is left may go from all at once.
        """
        names = [name for name in self._neighbours.of(policy.pod_selector) if name != policy.name]
        everyone = [self._policies[name] for name in names]
        yield policy, everyone
        current, left = self._left[policy.name], [self._left[name] for name in names if name in self._left]
        if current is not policy or len(left) != len(everyone) or not all(map(is_, left, everyone)):
            yield current, left

    def _about_policy(self, policy: NetworkPolicy) -> Diagnostic:
        shown_by = [(policy, direction, None) for direction in Direction]
        fix = self._mending.without_policy(policy)
        alone = f"{policy_text(policy)} makes a difference alone"
        if self._changes.of([policy], [], shown_by, alone, by_the_way=True) is Change.NOTHING:
            text = f"{policy_text(policy)} is redundant: it allows everything, and only it selects its pods (proved)"
            return Diagnostic("NV625", Severity.NOTE, text, policy.origin, "remove it, or restrict it", fix=fix)
        says = "allows" if policy.ingress or policy.egress else "denies"
        text = f"{policy_text(policy)} is redundant: without it the same connections are allowed (proved)"
        severity = Severity.WARNING if policy.ingress or policy.egress else Severity.NOTE
        where: list[tuple[Origin, str]] = []
        for other in islice(self._left.values(), _CANDIDATES):
            question = f"{policy_text(policy)} makes a difference beside {policy_text(other)}"
            if self._changes.of([policy, other], [other], shown_by, question, by_the_way=True) is Change.NOTHING:
                where = [(other.origin, f"{says} as much by itself")]
                break
        return Diagnostic("NV625", severity, text, policy.origin, "remove it", tuple(where), fix)

    def _about_rule(self, part: RulePart) -> Diagnostic:
        text = f"{part} is redundant: the same connections are allowed without it (proved)"
        where: list[tuple[Origin, str]] = []
        bare = _only(part, keep=False)
        tried = [
            other for policy in self._left.values() for other in rules_of(policy) if other.direction is part.direction
        ]
        for other in tried[:_CANDIDATES]:
            same = other.policy.name == part.policy.name
            beside = [] if same else [_only(other, keep=True)]
            own = [other.rule] if same else []
            before = [_with_rules(bare, part.direction, [part.rule, *own]), *beside]
            after = [_with_rules(bare, part.direction, own), *beside]
            question = f"{part} makes a difference beside {other}"
            shown_by = [(part.policy, part.direction, part.rule)]
            if self._changes.of(before, after, shown_by, question, by_the_way=True) is Change.NOTHING:
                where = [(other.rule.origin, "allows as much by itself")]
                break
        return Diagnostic(
            "NV626",
            Severity.WARNING,
            text,
            part.rule.origin,
            "remove it",
            tuple(where),
            self._mending.without_rule(part),
        )


def _only(part: RulePart, *, keep: bool) -> NetworkPolicy:
    """The policy of ``part`` with that rule alone, or without any."""
    return _with_rules(replace(part.policy, ingress=(), egress=()), part.direction, [part.rule] if keep else [])


def _with_rules(policy: NetworkPolicy, direction: Direction, rules: Sequence[PolicyRule]) -> NetworkPolicy:
    if direction is Direction.INGRESS:
        return replace(policy, ingress=tuple(rules))
    return replace(policy, egress=tuple(rules))
