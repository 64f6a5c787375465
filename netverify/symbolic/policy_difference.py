"""Goals about what policies change: whether two tables decide every flow alike, and whether any flow is such.

Source: Cedar's analysis asks the same of two policy sets (equivalent, and for single policies: vacuous, redundant).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from typing import assert_never

from netverify.budget import Budget
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Workload
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, requirement_holds, selector_matches
from netverify.rules.predicate import (
    ALWAYS,
    AddressIn,
    Behaves,
    InNamespace,
    IsPod,
    IsWorkload,
    Leaf,
    NamedPort,
    NamespaceMatches,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
)
from netverify.rules.table import RuleTable
from netverify.rules.visit import ends_of, leaves, predicates_of
from netverify.symbolic.casting import Casting, PodScope
from netverify.symbolic.cluster_index import ClusterIndex, Latitude
from netverify.symbolic.legend import legend
from netverify.symbolic.obligations import Obligation, grounded
from netverify.symbolic.scene import NEW_NAMESPACE, Cast, Scene, surviving
from netverify.symbolic.solver import decide
from netverify.symbolic.status import Status
from netverify.symbolic.terms import conjunction, equivalence, negation


@dataclass(frozen=True, slots=True)
class Judged:
    """What the solver said of a goal, and the goal in print. ``UNSAT`` only where its premises can be met."""

    status: Status
    reason: str = ""
    smt2: tuple[tuple[str, str], ...] = ()


class Differences:
    """Decides, for every pod that could be created, whether policies of one namespace make a difference.

    What a CNI may do either way is free unless it is among ``behaviours``.
    """

    def __init__(
        self, index: ClusterIndex, behaviours: Mapping[Behaviour, bool], latitude: Latitude, budget: Budget
    ) -> None:
        self._index = index
        self._behaviours = behaviours
        self._latitude = latitude
        self._budget = budget
        self._casting = Casting(index.cluster)
        self._anyone = cache(self._cast_anyone)
        self._scene = cache(self._make_scene)
        self._alike = cache(self._make_alike)

    def alike(
        self, before: RuleTable, after: RuleTable, namespace: str, text: str, *, strictly: bool = False
    ) -> Judged:
        """``UNSAT`` iff both tables, of one direction, decide alike about every flow of a subject in ``namespace``.

        ``strictly``: and they isolate the same subjects, so that they are alike whatever other policies there are.
        """
        return self._judged(*self.goals(before, after, namespace, text, strictly=strictly), text)

    def goals(
        self, before: RuleTable, after: RuleTable, namespace: str, text: str, *, strictly: bool = False
    ) -> tuple[Obligation, Obligation]:
        """The goal of :meth:`alike`, whose models are flows that are decided differently, and its premises."""
        scene = self._scene_for(before.direction, namespace, (before, after))
        tables = surviving(before, scene), surviving(after, scene)
        ground = grounded((), tables, scene, self._index, self._latitude)
        encoder = ground.encoder
        same = [equivalence(*(encoder.table_allows(table) for table in tables))]
        if strictly:
            for one, other in zip(tables[0].tiers, tables[1].tiers, strict=True):
                applies = (encoder.tier_applies(tier, before.direction) for tier in (one, other))
                same.append(equivalence(*applies))
        goal = (encoder.port_is_valid(), negation(conjunction(same)))
        return ground.obligation(goal, frozenset(), text), ground.obligation((), frozenset(), text)

    def occurs(self, predicate: Predicate, direction: Direction, namespace: str, text: str) -> Judged:
        """``UNSAT`` iff ``predicate`` holds of no flow of a subject in ``namespace`` at all."""
        scene = self._scene_for(direction, namespace, (), (predicate,))
        ground = grounded((predicate,), (), scene, self._index, self._latitude)
        goal = (ground.encoder.port_is_valid(), ground.encoder.matches(predicate))
        return self._judged(ground.obligation(goal, frozenset(), text), ground.obligation((), frozenset(), text), text)

    def _judged(self, goal: Obligation, premises: Obligation, text: str) -> Judged:
        solved = decide(goal.goal, self._budget)
        printed: tuple[tuple[str, str], ...] = (_printed(goal, text, solved.status),)
        if solved.status is not Status.UNSAT:
            return Judged(solved.status, solved.reason, printed)
        met = decide(premises.goal, self._budget)
        printed = (*printed, _printed(premises, f"the premises of: {text}", met.status))
        if met.status is Status.SAT:
            return Judged(Status.UNSAT, smt2=printed)
        return Judged(Status.UNKNOWN, met.reason or "no flow is possible at all", printed)

    def _scene_for(
        self,
        direction: Direction,
        namespace: str,
        tables: Iterable[RuleTable],
        predicates: Iterable[Predicate] = (),
    ) -> Scene:
        """The scene, with one namespace at the peer's end for all that ``tables`` and ``predicates`` take for alike."""
        scene = self._scene(direction, namespace)
        looked_at = _LookedAt({namespace})
        for predicate in predicates:
            looked_at.collect(predicate, direction.peer)
        for table in tables:
            for predicate in predicates_of(table):
                looked_at.collect(predicate, direction.peer)
        cast = scene.casts[direction.peer]
        kept = self._alike(frozenset(looked_at.names), frozenset(looked_at.selectors))
        namespaces = tuple(name for name in cast.namespaces if name in kept)
        return replace(scene, casts={**scene.casts, direction.peer: replace(cast, namespaces=namespaces)})

    def _make_alike(self, names: frozenset[str], selectors: frozenset[LabelSelector]) -> frozenset[str]:
        """``names``, and of all other namespaces one of each sort that ``selectors`` tell apart.

        A namespace that could be created is always among them.
        """
        order = sorted(selectors, key=repr)
        sorts: dict[tuple[bool, ...], str] = {}
        for name, namespace in self._index.cluster.namespaces.items():
            if name in names:
                continue
            if namespace.declared:
                sorts.setdefault((True, *(selector_matches(one, namespace.labels) for one in order)), name)
            else:
                sorts.setdefault((False, *(_may_match_by_name(one, name) for one in order)), name)
        return frozenset((NEW_NAMESPACE, *names, *sorts.values()))

    def _make_scene(self, direction: Direction, namespace: str) -> Scene:
        at_home = InNamespace(direction.subject, namespace)
        subject = self._casting.cast(at_home, direction.subject, PodScope.POSSIBLE)
        peer, crowd = self._anyone(direction.peer)
        casts = {direction.subject: subject, direction.peer: peer}
        crowds = {direction.subject: self._casting.crowd(at_home, direction.subject, subject), direction.peer: crowd}
        return Scene(casts, self._index.cluster.namespaces, self._behaviours, crowds=crowds)

    def _cast_anyone(self, end: End) -> tuple[Cast, tuple[Workload, ...]]:
        cast = self._casting.cast(ALWAYS, end, PodScope.POSSIBLE)
        return cast, self._casting.crowd(ALWAYS, end, cast)


@dataclass(frozen=True, slots=True)
class _LookedAt:
    """The namespaces that predicates name at one end, and the selectors by which they look at others."""

    names: set[str]
    selectors: set[LabelSelector] = field(default_factory=set)

    def collect(self, predicate: Predicate, end: End) -> None:
        """Add what ``predicate`` looks at."""
        for leaf in leaves(predicate):
            if end in ends_of(leaf):
                self._collect(leaf)

    def _collect(self, leaf: Leaf) -> None:
        match leaf:
            case NamespaceMatches(_, selector):
                self.selectors.add(selector)
            case InNamespace(_, name):
                self.names.add(name)
            case IsWorkload(_, key):
                self.names.add(key.namespace)
            case PodMatches() | AddressIn() | OnHostNetwork() | IsPod():
                pass  # tells pods apart that may be in any namespace
            case Behaves() | SameNode() | PortIn() | NamedPort():
                pass
            case _ as never:
                assert_never(never)


def _may_match_by_name(selector: LabelSelector, name: str) -> bool:
    labels = {NAMESPACE_NAME_LABEL: name}
    return all(
        requirement_holds(requirement, labels)
        for requirement in selector.requirements
        if requirement.key == NAMESPACE_NAME_LABEL
    )


def _printed(obligation: Obligation, text: str, status: Status) -> tuple[str, str]:
    _, *variables = legend(text, obligation.encoder)
    told = "".join(character if " " <= character <= "~" else "?" for character in text)
    return "\n".join((f"; netverify: unsatisfiable iff {told}", *variables, obligation.goal.text)), status.value
