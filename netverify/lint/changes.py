"""What taking a policy or a rule away would change: nothing, something, or nobody knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from enum import Enum
from functools import lru_cache
from typing import TypeAlias

from netverify.answers.context import Context, with_nodes
from netverify.lint.specimens import ORDINARY, Specimens
from netverify.model.flow import Direction, Flow
from netverify.model.labels import LabelSelector, satisfiable
from netverify.model.network_policy import NetworkPolicy, PolicyRule
from netverify.policy.evaluate import matches, table_allows
from netverify.policy.network_policy import lower_policy
from netverify.policy.predicate import Decided, Predicate
from netverify.policy.table import Rule, RuleTable, Selection
from netverify.policy.tiers import table_of
from netverify.records import dataclass
from netverify.symbolic.cluster_index import ModelOptions, index_cluster
from netverify.symbolic.redundancy import Redundancy
from netverify.symbolic.refinement import Found, printed
from netverify.symbolic.status import Status

Lowered: TypeAlias = tuple[Selection | None, tuple[Rule, ...]]


class Change(Enum):
    """What a change does: to some flow, to none (proved), or it could not be decided."""

    SOMETHING = "something"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Changes:
    """Judges changes to the policies of one cluster, about every pod that could be created, and nodes.

    ``undecided`` are the questions that the solver gave up on, ``smt2`` the goals that were solved, if they are kept.
    """

    context: Context
    undecided: list[str] = field(default_factory=list)
    smt2: list[tuple[str, str]] = field(default_factory=list)
    _lowered: dict[tuple[int, Direction], Lowered] = field(default_factory=dict)
    _alive: list[NetworkPolicy] = field(default_factory=list)
    _redundancy: Redundancy = field(init=False)
    _specimens: Specimens = field(init=False)
    _strictly: bool = field(init=False)

    def __post_init__(self) -> None:
        """Make ready what all questions share."""
        settings, inventory = self.context.settings, self.context.inventory
        cluster = with_nodes(self.context).inventory.cluster
        options = ModelOptions(settings.pod_cidrs, free_named_ports=True)
        self._redundancy = Redundancy(index_cluster(cluster), settings.fixed, options, settings.budget)
        self._specimens = Specimens(inventory.cluster.namespaces)
        others = any(one.may_allow or one.may_deny for one in inventory.cluster.unsupported)
        self._strictly = others or bool(inventory.coverage.unread)

    def of(
        self,
        before: Sequence[NetworkPolicy],
        after: Sequence[NetworkPolicy],
        shown_by: Iterable[tuple[NetworkPolicy, Direction, PolicyRule | None]],
        text: str,
        *,
        by_the_way: bool = False,
    ) -> Change:
        """What it changes that the policies ``after`` are all that is left of ``before``; all of one namespace.

        Flows of the policies and rules of ``shown_by`` are looked at first. ``text`` is the question in words; where it
        is asked ``by_the_way`` it may stay undecided.
        """
        namespace = before[0].namespace
        before, after = _that_matter(before, after)
        tables = {d: (self._table(before, d), self._table(after, d)) for d in Direction}
        different = [direction for direction, (one, other) in tables.items() if one != other]
        for policy, direction, rule in shown_by:
            one, other = tables[direction]
            if direction in different and any(self._told_apart(one, other, self._flows(policy, direction, rule))):
                return Change.SOMETHING
        for direction in different:
            judged = self._redundancy.alike(
                *tables[direction], namespace, f"{text} ({direction})", strictly=self._strictly
            )
            if (found := self._noted(judged, "" if by_the_way else text)) is not Change.NOTHING:
                return found
        return Change.NOTHING

    def never(self, predicate: Predicate, direction: Direction, home: str, flows: Iterable[Flow], text: str) -> Change:
        """``NOTHING`` iff ``predicate`` holds of no flow of a subject in ``home`` at all; ``flows`` are tried first."""
        behaviours = Decided(ORDINARY, self.context.settings.fixed)
        if any(matches(predicate, flow, behaviours) for flow in flows):
            return Change.SOMETHING
        return self._noted(self._redundancy.never(predicate, direction, home, text), text)

    @property
    def specimens(self) -> Specimens:
        """The maker of flows to try."""
        return self._specimens

    def _noted(self, found: Found, text: str) -> Change:
        if self.context.settings.keep_goals:
            self.smt2.extend(printed(found))
        if found.status is Status.UNKNOWN:
            if text:
                self.undecided.append(f"whether {text}: {found.reason}")
            return Change.UNKNOWN
        return Change.NOTHING if found.status is Status.UNSAT else Change.SOMETHING

    def _told_apart(self, one: RuleTable, other: RuleTable, flows: Iterable[Flow]) -> Iterator[bool]:
        behaviours = Decided(ORDINARY, self.context.settings.fixed)
        for flow in flows:
            yield table_allows(one, flow, behaviours) != table_allows(other, flow, behaviours)

    def _flows(self, policy: NetworkPolicy, direction: Direction, rule: PolicyRule | None) -> Iterator[Flow]:
        if rule is None:
            return self._specimens.of_policy(policy, direction)
        return self._specimens.of_rule(policy, direction, rule)

    def _table(self, policies: Sequence[NetworkPolicy], direction: Direction) -> RuleTable:
        return table_of(direction, [self._lower(policy, direction) for policy in policies])

    def _lower(self, policy: NetworkPolicy, direction: Direction) -> Lowered:
        """What ``policy`` is lowered to; it is told by its identity, since to compare policies would cost more."""
        key = id(policy), direction
        if key not in self._lowered:
            self._alive.append(policy)
            self._lowered[key] = lower_policy(policy, direction)
        return self._lowered[key]


def _that_matter(
    before: Sequence[NetworkPolicy], after: Sequence[NetworkPolicy]
) -> tuple[Sequence[NetworkPolicy], Sequence[NetworkPolicy]]:
    """Both without the policies, left as they are, that select no pod which a changed one selects.

    About a pod that no changed policy selects both decide alike anyway, and about the others these say nothing.
    """
    old, new = {id(one) for one in before}, {id(one) for one in after}
    changed = {one.pod_selector for one in (*before, *after) if (id(one) in old) != (id(one) in new)}
    kept = [[one for one in some if any(_overlap(one.pod_selector, of) for of in changed)] for some in (before, after)]
    return kept[0], kept[1]


@lru_cache(maxsize=1 << 16)
def _overlap(one: LabelSelector, other: LabelSelector) -> bool:
    """Whether some labels match both."""
    return satisfiable(LabelSelector((*one.requirements, *other.requirements)))


def without_rule(policy: NetworkPolicy, direction: Direction, rule: PolicyRule) -> NetworkPolicy:
    """``policy`` without one of its rules, and with the types that it had."""
    if direction is Direction.INGRESS:
        return replace(policy, ingress=tuple(one for one in policy.ingress if one is not rule))
    return replace(policy, egress=tuple(one for one in policy.egress if one is not rule))


def policies_by_namespace(policies: Iterable[NetworkPolicy]) -> Mapping[str, list[NetworkPolicy]]:
    """``policies`` of each namespace, in their order."""
    found: dict[str, list[NetworkPolicy]] = {}
    for policy in policies:
        found.setdefault(policy.namespace, []).append(policy)
    return found
