"""What taking a policy or a rule away would change: nothing, something, or nobody knows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from enum import Enum
from itertools import islice

from netverify.answers.context import Context, with_nodes
from netverify.lint.lowered import LoweredPolicies
from netverify.lint.specimens import ORDINARY, Specimens
from netverify.lint.table_pair import TablePair, table_pair
from netverify.lint.trials import ShownBy, Sides, Trials
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Namespace
from netverify.model.flow import Direction, Flow
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.network_policy import NetworkPolicy
from netverify.policy.evaluate import matches, rule_matches, table_allows
from netverify.policy.overlap import Overlaps
from netverify.policy.predicate import Choices, Decided, Predicate
from netverify.policy.table import Rule, Selection
from netverify.policy.tiers import Around, table_of
from netverify.records import dataclass
from netverify.symbolic.cluster_index import ModelOptions, index_cluster
from netverify.symbolic.redundancy import Redundancy
from netverify.symbolic.refinement import Found, printed
from netverify.symbolic.status import Status

_FEW = 6
"""With more rules that both sides have, a proof with fewer of them is tried first."""


class Change(Enum):
    """What a change does: to some flow, to none (proved), or it could not be decided."""

    SOMETHING = "something"
    NOTHING = "nothing"
    UNKNOWN = "unknown"


@dataclass(slots=True)
class Changes:
    """Judges changes to the policies of one cluster, about every pod that could be created, and nodes.

    ``undecided`` are the questions that the solver gave up on, ``smt2`` the goals that were solved, if they are kept,
    ``lowered`` what policies are lowered to.
    """

    context: Context
    undecided: list[str] = field(default_factory=list)
    smt2: list[tuple[str, str]] = field(default_factory=list)
    lowered: LoweredPolicies = field(default_factory=LoweredPolicies)
    _alive: list[NetworkPolicy] = field(default_factory=list)
    _selectors: dict[int, int] = field(default_factory=dict)
    _overlaps: Overlaps = field(default_factory=Overlaps)
    _known: dict[Hashable, Found] = field(default_factory=dict)
    _redundancy: Redundancy = field(init=False)
    _specimens: Specimens = field(init=False)
    _trials: Trials = field(init=False)
    _strictly: bool = field(init=False)

    def __post_init__(self) -> None:
        """Make ready what all questions share."""
        settings, inventory = self.context.settings, self.context.inventory
        cluster = with_nodes(self.context).inventory.cluster
        options = ModelOptions(settings.pod_cidrs, free_named_ports=True)
        self._redundancy = Redundancy(index_cluster(cluster), settings.fixed, options, settings.budget)
        self._specimens = Specimens(inventory.cluster.namespaces)
        self._trials = Trials(self._specimens, self.lowered, settings.fixed)
        others = any(one.may_allow or one.may_deny for one in inventory.cluster.unsupported)
        # Whom a NetworkPolicy isolates never meets the Baseline tier.
        beside = inventory.cluster.cluster_policies
        self._strictly = others or bool(inventory.coverage.unread) or bool(beside)

    def of(
        self,
        before: Sequence[NetworkPolicy],
        after: Sequence[NetworkPolicy],
        shown_by: ShownBy,
        text: str,
        *,
        by_the_way: bool = False,
    ) -> Change:
        """What it changes that the policies ``after`` are all that is left of ``before``; all of one namespace.

        Flows of the policies and rules of ``shown_by`` are looked at first. ``text`` is the question in words; where it
        is asked ``by_the_way`` it may stay undecided.
        """
        namespace = before[0].namespace
        sides = self._that_matter(before, after)
        # Where all that goes is said once more, no flow tells the sides apart.
        shown = [one for one in shown_by if not self._is_repeated(sides, one[1])]
        flows = self._trials.alike(sides, shown)
        if flows is None:
            return Change.SOMETHING
        for direction in Direction:
            pair = self._pair(*sides, direction)
            if pair is None:
                continue
            judged = self._judged(pair, () if pair.is_same else flows[direction], namespace, f"{text} ({direction})")
            if (found := self._noted(judged, "" if by_the_way else text)) is not Change.NOTHING:
                return found
        return Change.NOTHING

    def of_orders(self, one: Around, other: Around, direction: Direction, home: str, text: str) -> Change:
        """What it changes that ``other`` is around NetworkPolicy instead of ``one``, for subjects in ``home``.

        NetworkPolicies are left out. ``home`` may be a namespace that there is not: its labels are free then.
        """
        cluster = with_nodes(self.context).inventory.cluster
        undeclared = Namespace(home, {NAMESPACE_NAME_LABEL: home}, declared=False)
        cluster = replace(cluster, namespaces={home: undeclared, **cluster.namespaces})
        settings = self.context.settings
        options = ModelOptions(settings.pod_cidrs, free_named_ports=True)
        redundancy = Redundancy(index_cluster(cluster), settings.fixed, options, settings.budget)
        before, after = (table_of(direction, (), (), outer) for outer in (one, other))
        return self._noted(redundancy.alike(before, after, home, f"{text} ({direction})"), text)

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

    def _judged(self, pair: TablePair, flows: Sequence[Flow], namespace: str, text: str) -> Found:
        """What the solver says of ``pair``, of which none of ``flows`` tells that its sides differ.

        Where goals are kept, each finding has its own, about all the rules.
        """
        if self.context.settings.keep_goals:
            return self._redundancy.alike(*pair.tables(), namespace, text, strictly=self._strictly)
        if pair.key not in self._known:
            if pair.is_same:
                found = self._redundancy.any_subject(pair.direction, namespace)
            else:
                found = self._with_few(pair, flows, namespace, text) or self._redundancy.alike(
                    *pair.tables(), namespace, text, strictly=self._strictly
                )
            self._known[pair.key] = found
        return self._known[pair.key]

    def _with_few(self, pair: TablePair, flows: Sequence[Flow], namespace: str, text: str) -> Found | None:
        """The same from few of the rules that are kept: those that allow ``flows``, and what the solver finds, too.

        None where that does not tell.
        """
        if not pair.may_be_proved_with_fewer:
            return None
        few: list[Rule] = []
        for flow in flows:
            few += [rule for rule in self._matching(pair, flow, self.context.settings.fixed) if rule not in few]
        while few and len(few) + _FEW <= len(pair.kept):
            found = self._redundancy.alike(*pair.tables(few), namespace, text, strictly=self._strictly)
            if found.status is not Status.SAT or found.flow is None:
                return found if found.status is Status.UNSAT else None
            more = [rule for rule in self._matching(pair, found.flow, found.behaviours) if rule not in few]
            if not more:
                behaviours = Decided(ORDINARY, found.behaviours)
                before, after = (table_allows(table, found.flow, behaviours) for table in pair.tables())
                return found if before != after else None
            few += more
        return None

    def _matching(self, pair: TablePair, flow: Flow, choices: Mapping[Behaviour, bool] | Choices) -> Iterator[Rule]:
        """The first rule that ``pair`` keeps and that matches ``flow``."""
        behaviours = Decided(ORDINARY, choices)
        return islice((rule for rule in pair.kept if rule_matches(rule, flow, behaviours)), 1)

    def _is_repeated(self, sides: Sides, direction: Direction) -> bool:
        """Whether the policies that both sides have, and those of the other side, say all that the one side says."""
        common, gone, added = ([self.lowered.of(policy, direction) for policy in side] for side in sides)
        left = [*common, *added]
        numbers = {self._overlaps.number_of(one.selection) for one in left if one.selection is not None}
        if any(one.selection and self._overlaps.number_of(one.selection) not in numbers for one in gone):
            return False
        keys = {self._overlaps.key(rule) for one in left for rule in one.rules}
        return all(self._overlaps.key(rule) in keys for one in gone for rule in one.rules)

    def _pair(
        self,
        common: Sequence[NetworkPolicy],
        before: Sequence[NetworkPolicy],
        after: Sequence[NetworkPolicy],
        direction: Direction,
    ) -> TablePair | None:
        def lowered(some: Sequence[NetworkPolicy]) -> Iterator[tuple[Selection, tuple[Rule, ...]]]:
            for one in (self.lowered.of(policy, direction) for policy in some):
                if one.selection is not None:
                    yield one.selection, one.rules

        return table_pair(direction, lowered(common), lowered(before), lowered(after), self._overlaps)

    def _that_matter(self, before: Sequence[NetworkPolicy], after: Sequence[NetworkPolicy]) -> Sides:
        """The policies of both, without those that select no pod which a changed one selects, and those of one alone.

        About a pod that no changed policy selects both decide alike anyway, and about the others these say nothing.
        """
        old, new = {id(one) for one in before}, {id(one) for one in after}
        gone, added = [one for one in before if id(one) not in new], [one for one in after if id(one) not in old]
        changed = {self._selector(one) for one in (*gone, *added)}
        common = [
            one
            for one in before
            if id(one) in new and any(self._overlaps.both_match(self._selector(one), of) for of in changed)
        ]
        return common, gone, added

    def _selector(self, policy: NetworkPolicy) -> int:
        """The number of the selector of ``policy``, which is told by its identity."""
        if id(policy) not in self._selectors:
            self._alive.append(policy)
            self._selectors[id(policy)] = self._overlaps.selector(policy.pod_selector)
        return self._selectors[id(policy)]


def policies_by_namespace(policies: Iterable[NetworkPolicy]) -> Mapping[str, list[NetworkPolicy]]:
    """``policies`` of each namespace, in their order."""
    found: dict[str, list[NetworkPolicy]] = {}
    for policy in policies:
        found.setdefault(policy.namespace, []).append(policy)
    return found
