"""Whether taking policies of one namespace away makes a difference, for every pod that could be created.

Source: Cedar's analysis asks the same of two policy sets (equivalent, and for single policies: vacuous, redundant).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import field, replace
from functools import cache
from typing import assert_never

from netverify.budget import Budget
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster, Workload
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, requirement_holds, selector_matches
from netverify.policy.predicate import (
    ALWAYS,
    AddressIn,
    Behaves,
    HasServiceAccount,
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
    Unspecified,
)
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import PolicySet, RuleTable
from netverify.policy.visit import ends_of, leaves, predicates_of
from netverify.records import dataclass
from netverify.symbolic.casting import Casting, PodScope
from netverify.symbolic.cluster_index import ClusterIndex, ModelOptions
from netverify.symbolic.goal import Differs, Flows
from netverify.symbolic.refinement import Attempts, Found, Refinement
from netverify.symbolic.scene import NEW_NAMESPACE, Cast, Scene
from netverify.symbolic.status import Status


class Redundancy:
    """Decides about one cluster. What a CNI may do either way is free unless it is among ``behaviours``.

    ``UNSAT`` is found only where there are flows of such subjects at all.
    """

    def __init__(
        self, index: ClusterIndex, behaviours: Mapping[Behaviour, bool], options: ModelOptions, budget: Budget
    ) -> None:
        self._subjects = Subjects(index.cluster, behaviours)
        self._refinement = Refinement(index, options, budget)
        self.any_subject = cache(self._any_subject)

    def alike(self, before: RuleTable, after: RuleTable, namespace: str, text: str, *, strictly: bool = False) -> Found:
        """``UNSAT`` iff both tables, of one direction, decide alike about every flow of a subject in ``namespace``.

        ``strictly``: and they isolate the same subjects, so that they are alike whatever other policies there are.
        ``text`` says that they are not.
        """
        direction = before.direction
        predicates = (*predicates_of(before), *predicates_of(after))
        flows = Flows(self._subjects.scene(direction, namespace, predicates), (), text)
        goal = Differs(_alone(before), _alone(after), direction, either_way=True, strictly=strictly)
        found = self._refinement.decide(goal, flows)
        return self._of_something(found, flows) if found.status is Status.UNSAT else found

    def never(self, predicate: Predicate, direction: Direction, namespace: str, text: str) -> Found:
        """``UNSAT`` iff ``predicate`` holds of no flow of a subject in ``namespace`` at all."""
        scene = self._subjects.scene(direction, namespace, (predicate,))
        attempts: Attempts = []
        found = self._refinement.with_premises(Found(Status.UNSAT), Flows(scene, (predicate,), text), attempts)
        found = replace(found, obligations=tuple(attempts))
        if found.vacuous:
            return self._of_something(replace(found, vacuous=False), Flows(scene, (), text))
        return replace(found, status=Status.SAT) if found.status is Status.UNSAT else found

    def _any_subject(self, direction: Direction, namespace: str) -> Found:
        """``UNSAT`` iff there are flows of subjects in ``namespace``: what two equal tables are proved by."""
        scene = self._subjects.scene(direction, namespace, ())
        return self._of_something(Found(Status.UNSAT), Flows(scene, (), f"any flow of {namespace} ({direction})"))

    def _of_something(self, found: Found, flows: Flows) -> Found:
        """``found``, a proof, where there are any ``flows``; or else that nothing is known."""
        attempts: Attempts = list(found.obligations)
        proof = self._refinement.with_premises(found, replace(flows, text=f"the premises of: {flows.text}"), attempts)
        if proof.vacuous:
            proof = Found(Status.UNKNOWN, reason="no flow is possible at all")
        return replace(proof, obligations=tuple(attempts))


def _alone(table: RuleTable) -> PolicyIndex:
    """The policies of ``table``, without any of the other direction."""
    return PolicyIndex(PolicySet({d: table if d is table.direction else RuleTable(d, ()) for d in Direction}))


class Subjects:
    """Scenes of one cluster, with subjects of one namespace."""

    def __init__(self, cluster: Cluster, behaviours: Mapping[Behaviour, bool]) -> None:
        self._cluster = cluster
        self._behaviours = behaviours
        self._casting = Casting(cluster)
        self._anyone = cache(self._cast_anyone)
        self._scene = cache(self._make_scene)
        self._alike = cache(self._make_alike)

    def scene(self, direction: Direction, namespace: str, predicates: Iterable[Predicate]) -> Scene:
        """The scene, with one namespace at the peer's end for all that ``predicates`` take for alike."""
        scene = self._scene(direction, namespace)
        looked_at = _LookedAt({namespace})
        for predicate in predicates:
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
        for name, namespace in self._cluster.namespaces.items():
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
        return Scene(casts, self._cluster.namespaces, self._behaviours, crowds=crowds)

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
            case PodMatches() | AddressIn() | OnHostNetwork() | IsPod() | HasServiceAccount():
                pass  # tells pods apart that may be in any namespace
            case Behaves() | Unspecified() | SameNode() | PortIn() | NamedPort():
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
