"""Specimens of policies and rules tried on both sides of a change: one that is told apart spares the solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TypeAlias

from netverify.lint.lowered import LoweredPolicies
from netverify.lint.specimens import ORDINARY, Specimens
from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, Flow, Pod
from netverify.model.labels import selector_matches
from netverify.model.network_policy import NetworkPolicy, PolicyRule
from netverify.policy.evaluate import matches
from netverify.policy.predicate import Decided
from netverify.policy.table import Action, Rule, Selection

Sides: TypeAlias = tuple[Sequence[NetworkPolicy], Sequence[NetworkPolicy], Sequence[NetworkPolicy]]
"""The policies of both sides of a change, of the one alone, and of the other alone."""

ShownBy: TypeAlias = Iterable[tuple[NetworkPolicy, Direction, PolicyRule | None]]
"""Policies and rules of which flows are tried; ``None`` for all rules of a policy."""

_Said: TypeAlias = tuple[Selection, tuple[Rule, ...]]


class Trials:
    """Tries ``specimens`` where the CNI plugin does what is ``fixed``, and else what is ordinary."""

    def __init__(self, specimens: Specimens, lowered: LoweredPolicies, fixed: Mapping[Behaviour, bool]) -> None:
        self._specimens = specimens
        self._lowered = lowered
        self._behaviours = Decided(ORDINARY, fixed)

    def alike(self, sides: Sides, shown_by: ShownBy) -> Mapping[Direction, Sequence[Flow]] | None:
        """The flows that both ``sides`` decide alike; None if there is one that they do not."""
        alike: dict[Direction, list[Flow]] = {direction: [] for direction in Direction}
        for policy, direction, rule in shown_by:
            about: list[list[_Said]] = []
            for flow in self._flows(policy, direction, rule):
                if not about:
                    # All these flows have a subject with the same labels.
                    about = [self._about(side, flow, direction) for side in sides]
                if self._is_told_apart(about, flow):
                    return None
                alike[direction].append(flow)
        return alike

    def _flows(self, policy: NetworkPolicy, direction: Direction, rule: PolicyRule | None) -> Iterator[Flow]:
        if rule is None:
            return self._specimens.of_policy(policy, direction)
        return self._specimens.of_rule(policy, direction, rule)

    def _about(self, policies: Sequence[NetworkPolicy], flow: Flow, direction: Direction) -> list[_Said]:
        """What those of ``policies`` say that select the subject of ``flow``; the others say nothing about it."""
        subject = flow.at(direction.subject)
        if isinstance(subject, Pod) and not self._behaviours[Behaviour.IDENTITY_LABELS_LEFT_OUT]:
            policies = [one for one in policies if selector_matches(one.pod_selector, subject.labels)]
        lowered = (self._lowered.of(policy, direction) for policy in policies)
        return [
            (one.selection, one.rules)
            for one in lowered
            if one.selection is not None and matches(one.selection.subject, flow, self._behaviours)
        ]

    def _is_told_apart(self, about: Sequence[Sequence[_Said]], flow: Flow) -> bool:
        """Whether two sides decide otherwise about ``flow``, of whose subject all this is said."""
        common, before, after = about
        if not before and not after:
            return False
        old, new = ([self._matching(one, flow) for one in side] for side in (before, after))
        if old and new and not any(rules for _, rules in (*old, *new)):
            return False
        both = [self._matching(one, flow) for one in common]
        return self._allows([*both, *old]) != self._allows([*both, *new])

    def _allows(self, said: Sequence[_Said]) -> bool:
        """What the tier of NetworkPolicy does with a flow whose subject all this is about, and that all rules match.

        The other tier of :func:`netverify.policy.tiers.table_of` is about traffic with the own node: no specimen is.
        """
        if not said or not self._behaviours[Behaviour.POLICY_ENFORCED]:
            return True
        actions = {rule.action for _, rules in said for rule in rules}
        return Action.DENY not in actions and Action.ALLOW in actions

    def _matching(self, said: _Said, flow: Flow) -> _Said:
        """``said`` with those rules alone that match ``flow``, whose subject it is about."""
        selection, rules = said
        return selection, tuple(
            rule
            for rule in rules
            if matches(rule.traffic, flow, self._behaviours)
            and (rule.subject is selection.subject or matches(rule.subject, flow, self._behaviours))
            and matches(rule.peer, flow, self._behaviours)
        )
