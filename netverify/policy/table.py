"""The rule table: per direction an ordered list of tiers, first match decides, after the last tier ``ALLOW``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import field, replace
from enum import StrEnum
from itertools import groupby
from typing import TypeAlias

from netverify.diagnostics import Origin
from netverify.model.flow import Direction
from netverify.policy.predicate import ALWAYS, Bias, Predicate, Unspecified
from netverify.records import dataclass


class Action(StrEnum):
    """What a rule or a tier does with a flow. ``PASS`` leaves it to the next tier."""

    ALLOW = "allow"
    DENY = "deny"
    PASS = "pass"  # noqa: S105 - an action, not a password


@dataclass(frozen=True, slots=True, order=True)
class PolicyRef:
    """The policy object that something comes from: ``NetworkPolicy b/allow-admin``; no namespace if cluster-scoped."""

    kind: str
    namespace: str
    name: str
    origin: Origin

    @property
    def is_built_in(self) -> bool:
        """Whether it stands for what is so without any policy object, which nobody can take away."""
        return not self.origin.path

    def __str__(self) -> str:
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"


@dataclass(frozen=True, slots=True)
class Approximation:
    """That a rule or a selection is not taken as it is: it errs to the side of ``bias``, for ``reason``.

    ``reason`` is for people; ``left_out`` is all that is left out, as it is written: two that leave out the same, for
    one reason, are taken for the same, on both sides of a comparison as well.
    """

    bias: Bias
    reason: str
    left_out: str


@dataclass(frozen=True, slots=True)
class Selection:
    """One policy's claim on subjects. The tier applies to a subject iff one of its selections holds.

    ``namespace`` is where the subject must be for ``subject`` to hold (None: anywhere); it repeats what the predicate
    says, so that a table can be sliced by namespace. One with an ``approximation`` is made by
    :func:`~netverify.policy.approximation.approximated`.
    ``isolates``: its tier leaves nothing open for these subjects, unless a rule passes.
    """

    policy: PolicyRef
    subject: Predicate
    namespace: str | None
    approximation: Approximation | None = None
    isolates: bool = True


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a policy: ``action`` iff ``subject``, ``peer`` and ``traffic`` all hold.

    ``index`` counts from 0 among the policy's rules of this direction. One rule of a policy may be lowered to several
    rules with one index. Rules that stand together in a tier and have the same ``tie`` are of one priority: the API
    does not say which of their policies is looked at first. Any policy with a rule that matches may decide, by its
    first one. A tie has one place in a tier, and tiers of all tables of a direction have names of their own. One
    with an ``approximation`` is made by :func:`~netverify.policy.approximation.approximated`.
    """

    policy: PolicyRef
    index: int
    subject: Predicate
    peer: Predicate
    traffic: Predicate
    action: Action
    origin: Origin
    namespace: str | None
    tie: str = ""
    approximation: Approximation | None = None


Carrier: TypeAlias = Selection | Rule
"""What a proof that no flow is allowed may need: a selection of subjects, or a rule that denies."""


@dataclass(frozen=True, slots=True)
class Tier:
    """One level of policy. A tier that applies to the subject runs its rules in order, then its ``default``.

    ``applies`` is a disjunction of selections under the common condition ``condition`` (which does not depend on a
    single policy, such as "policies are enforced at all"); a tier without selections never applies.
    """

    name: str
    applies: tuple[Selection, ...]
    rules: tuple[Rule, ...]
    default: Action
    condition: Predicate = field(default=ALWAYS)


@dataclass(frozen=True, slots=True)
class Decides:
    """What is left open about a tie: which action decides, of those that its policies take.

    One that allows where ``allowing`` holds, else one that denies where ``denying`` holds; else another one.
    """

    allowing: Unspecified
    denying: Unspecified


def decides(tie: str, tier: Tier, direction: Direction) -> Decides:
    """What is left open about the rules of ``tier`` with that ``tie``."""
    those = f"among those of {tie} in tier {tier.name} ({direction})"
    policies = dict.fromkeys(str(rule.policy) for rule in tier.rules if rule.tie == tie)
    source = ", ".join(sorted(policies))
    allowing, denying = (f"a policy that {action} decides {those}" for action in ("allows", "denies"))
    return Decides(Unspecified(allowing, source), Unspecified(denying, source))


def runs(tier: Tier) -> Iterator[tuple[str, tuple[Rule, ...]]]:
    """The rules of ``tier`` in order: those of one tie together, and what is between ties."""
    for tie, rules in groupby(tier.rules, key=lambda rule: rule.tie):
        yield tie, tuple(rules)


def by_policy(rules: Iterable[Rule]) -> list[list[Rule]]:
    """``rules`` by their policies, in order."""
    grouped: dict[PolicyRef, list[Rule]] = {}
    for rule in rules:
        grouped.setdefault(rule.policy, []).append(rule)
    return list(grouped.values())


def open_ties(tier: Tier, direction: Direction) -> Iterator[Unspecified]:
    """All that is left open about the ties of ``tier``."""
    for tie in dict.fromkeys(rule.tie for rule in tier.rules if rule.tie):
        open_ = decides(tie, tier, direction)
        yield from (open_.allowing, open_.denying)


@dataclass(frozen=True, slots=True)
class RuleTable:
    """All policy of one direction.

    ``also`` are further tables of that direction, of others who enforce policy: all of them must allow.
    """

    direction: Direction
    tiers: tuple[Tier, ...]
    also: tuple[RuleTable, ...] = ()

    def every(self) -> Iterator[RuleTable]:
        """The table itself, then those that must allow as well, each without others beside it."""
        yield replace(self, also=()) if self.also else self
        for table in self.also:
            yield from table.every()

    def every_tier(self) -> Iterator[Tier]:
        """The tiers of all these tables."""
        for table in self.every():
            yield from table.tiers


@dataclass(frozen=True, slots=True)
class PolicySet:
    """A flow is allowed iff the source's egress table and the destination's ingress table both allow it."""

    tables: Mapping[Direction, RuleTable]
