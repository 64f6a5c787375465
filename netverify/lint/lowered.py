"""Policies of one cluster, and policies without some of their rules, each lowered once."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property

from netverify.model.flow import Direction
from netverify.model.network_policy import NetworkPolicy, PolicyRule
from netverify.policy.network_policy import lower_policy
from netverify.policy.table import Rule, Selection
from netverify.records import dataclass


@dataclass(frozen=True)
class Lowered:
    """What a policy says about one direction: whom it isolates, and its rules, each with what it is lowered to."""

    selection: Selection | None
    by_rule: tuple[tuple[PolicyRule, tuple[Rule, ...]], ...]

    def without(self, rule: PolicyRule) -> Lowered:
        """The same without one of the rules."""
        return Lowered(self.selection, tuple(one for one in self.by_rule if one[0] is not rule))

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """What all rules are lowered to."""
        return tuple(rule for _, lowered in self.by_rule for rule in lowered)


class LoweredPolicies:
    """What policies are lowered to, which are told by their identity, since to compare them would cost more."""

    def __init__(self) -> None:
        self._lowered: dict[tuple[int, Direction], Lowered] = {}
        self._alive: list[NetworkPolicy] = []

    def of(self, policy: NetworkPolicy, direction: Direction) -> Lowered:
        """What ``policy`` says about ``direction``."""
        key = id(policy), direction
        if key not in self._lowered:
            self._alive.append(policy)
            self._lowered[key] = _lowered(policy, direction)
        return self._lowered[key]

    def without_rule(self, policy: NetworkPolicy, direction: Direction, rule: PolicyRule) -> NetworkPolicy:
        """``policy`` without one of its rules, and with the types that it had."""
        ingress = direction is Direction.INGRESS
        rules = tuple(one for one in (policy.ingress if ingress else policy.egress) if one is not rule)
        left = replace(policy, ingress=rules) if ingress else replace(policy, egress=rules)
        listed = policy.for_ingress if ingress else policy.for_egress
        if (listed or rules) and not any(isinstance(port.port, str) for port in rule.ports):
            # Whether the policy names a port, or has any rule, is all of a rule that others are lowered by.
            self._alive.append(left)
            for one in Direction:
                lowered = self.of(policy, one)
                self._lowered[id(left), one] = lowered.without(rule) if one is direction else lowered
        return left


def _lowered(policy: NetworkPolicy, direction: Direction) -> Lowered:
    selection, lowered = lower_policy(policy, direction)
    of_rule: dict[int, list[Rule]] = {}
    for rule in lowered:
        of_rule.setdefault(rule.index, []).append(rule)
    rules = policy.ingress if direction is Direction.INGRESS else policy.egress
    return Lowered(selection, tuple((rule, tuple(of_rule.get(index, ()))) for index, rule in enumerate(rules)))
