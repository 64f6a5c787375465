"""What taking a policy or a rule away would change: nothing, something, or nobody knows."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import field, replace
from enum import Enum
from itertools import islice

from netverify.answers.context import Context, with_nodes
from netverify.lint.specimens import ORDINARY, Specimens
from netverify.lint.table_pair import TablePair, table_pair
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Namespace
from netverify.model.flow import Direction, Flow
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.network_policy import NetworkPolicy, PolicyRule
from netverify.policy.evaluate import matches, rule_matches, table_allows
from netverify.policy.network_policy import lower_policy
from netverify.policy.overlap import Overlaps
from netverify.policy.predicate import Choices, Decided, Predicate
from netverify.policy.table import Rule, RuleTable, Selection
from netverify.policy.tiers import Around, table_of
from netverify.records import dataclass
from netverify.symbolic.cluster_index import ModelOptions, index_cluster
from netverify.symbolic.redundancy import Redundancy
from netverify.symbolic.refinement import Found, printed
from netverify.symbolic.status import Status

_FEW = 6
"""With more rules that both sides have, a proof with fewer of them is tried first."""


@dataclass(frozen=True, slots=True)
class Lowered:
    """What a policy says about one direction: whom it isolates, and its rules, each with what it is lowered to."""

    selection: Selection | None
    by_rule: tuple[tuple[PolicyRule, tuple[Rule, ...]], ...]

    def without(self, rule: PolicyRule) -> Lowered:
        """The same without one of the rules."""
        return Lowered(self.selection, tuple(one for one in self.by_rule if one[0] is not rule))

    @property
    def rules(self) -> tuple[Rule, ...]:
        """What all rules are lowered to."""
        return tuple(rule for _, lowered in self.by_rule for rule in lowered)


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
    _selectors: dict[int, int] = field(default_factory=dict)
    _overlaps: Overlaps = field(default_factory=Overlaps)
    _known: dict[Hashable, Found] = field(default_factory=dict)
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
        # Whom a NetworkPolicy isolates never meets the Baseline tier.
        beside = inventory.cluster.cluster_policies
        self._strictly = others or bool(inventory.coverage.unread) or bool(beside)

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
        sides = self._that_matter(before, after)
        shown = [*shown_by]
        pairs: dict[Direction, TablePair] = {}
        flows: dict[Direction, list[Flow]] = {}
        for direction in Direction:
            pair = self._pair(*sides, direction)
            if pair is None:
                continue
            pairs[direction], flows[direction] = pair, []
            tables = pair.tables()
            for flow in self._flows(shown, direction) if not pair.is_same else ():
                if self._is_told_apart(*tables, flow):
                    return Change.SOMETHING
                flows[direction].append(flow)
        for direction, pair in pairs.items():
            judged = self._judged(pair, flows[direction], namespace, f"{text} ({direction})")
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
                lowered = self._lower(policy, one)
                self._lowered[id(left), one] = lowered.without(rule) if one is direction else lowered
        return left

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

    def _is_told_apart(self, before: RuleTable, after: RuleTable, flow: Flow) -> bool:
        behaviours = Decided(ORDINARY, self.context.settings.fixed)
        return table_allows(before, flow, behaviours) != table_allows(after, flow, behaviours)

    def _flows(
        self, shown_by: Iterable[tuple[NetworkPolicy, Direction, PolicyRule | None]], direction: Direction
    ) -> Iterator[Flow]:
        for policy, one, rule in shown_by:
            if one is direction:
                of_rule = self._specimens.of_rule
                yield from self._specimens.of_policy(policy, one) if rule is None else of_rule(policy, one, rule)

    def _pair(
        self,
        common: Sequence[NetworkPolicy],
        before: Sequence[NetworkPolicy],
        after: Sequence[NetworkPolicy],
        direction: Direction,
    ) -> TablePair | None:
        def lowered(some: Sequence[NetworkPolicy]) -> Iterator[tuple[Selection, tuple[Rule, ...]]]:
            for one in (self._lower(policy, direction) for policy in some):
                if one.selection is not None:
                    yield one.selection, one.rules

        return table_pair(direction, lowered(common), lowered(before), lowered(after), self._overlaps)

    def _lower(self, policy: NetworkPolicy, direction: Direction) -> Lowered:
        """What ``policy`` is lowered to; it is told by its identity, since to compare policies would cost more."""
        key = id(policy), direction
        if key not in self._lowered:
            self._alive.append(policy)
            self._lowered[key] = _lowered(policy, direction)
        return self._lowered[key]

    def _that_matter(
        self, before: Sequence[NetworkPolicy], after: Sequence[NetworkPolicy]
    ) -> tuple[Sequence[NetworkPolicy], Sequence[NetworkPolicy], Sequence[NetworkPolicy]]:
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


def _lowered(policy: NetworkPolicy, direction: Direction) -> Lowered:
    selection, lowered = lower_policy(policy, direction)
    of_rule: dict[int, list[Rule]] = {}
    for rule in lowered:
        of_rule.setdefault(rule.index, []).append(rule)
    rules = policy.ingress if direction is Direction.INGRESS else policy.egress
    return Lowered(selection, tuple((rule, tuple(of_rule.get(index, ()))) for index, rule in enumerate(rules)))


def policies_by_namespace(policies: Iterable[NetworkPolicy]) -> Mapping[str, list[NetworkPolicy]]:
    """``policies`` of each namespace, in their order."""
    found: dict[str, list[NetworkPolicy]] = {}
    for policy in policies:
        found.setdefault(policy.namespace, []).append(policy)
    return found
