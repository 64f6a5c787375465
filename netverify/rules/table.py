"""The rule table: per direction an ordered list of tiers, first match decides, after the last tier ``ALLOW``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

from netverify.diagnostics import Origin
from netverify.model.flow import Direction
from netverify.rules.predicate import ALWAYS, Predicate


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
class Selection:
    """One policy's claim on subjects. The tier applies to a subject iff one of its selections holds.

    ``namespace`` is where the subject must be for ``subject`` to hold (None: anywhere); it repeats what the predicate
    says, so that a table can be sliced by namespace.
    """

    policy: PolicyRef
    subject: Predicate
    namespace: str | None


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of a policy: ``action`` iff ``subject``, ``peer`` and ``traffic`` all hold.

    ``index`` counts from 0 among the policy's rules of this direction. One rule of a policy may be lowered to several
    rules with one index.
    """

    policy: PolicyRef
    index: int
    subject: Predicate
    peer: Predicate
    traffic: Predicate
    action: Action
    origin: Origin
    namespace: str | None


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
class RuleTable:
    """All policy of one direction."""

    direction: Direction
    tiers: tuple[Tier, ...]


@dataclass(frozen=True, slots=True)
class PolicySet:
    """A flow is allowed iff the source's egress table and the destination's ingress table both allow it."""

    tables: Mapping[Direction, RuleTable]
