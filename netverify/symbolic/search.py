"""The search for a flow: which goals are solved, in which order, about which ends.

First all pods that could exist; where that finds a flow, the existing pods alone, so that the answer says whether they
suffice. Where there are many of them, they are asked about in portions.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import replace
from types import MappingProxyType

from netverify.budget import Budget
from netverify.model.address_plan import AddressPlan
from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, End
from netverify.policy.approximation import otherwise
from netverify.policy.mentions import Mentions
from netverify.policy.predicate import ALWAYS, All, IsWorkload, Predicate, SameNode
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import Carrier
from netverify.query.question import Question, without
from netverify.symbolic import widths
from netverify.symbolic.casting import Casting, PodScope
from netverify.symbolic.cluster_index import ClusterIndex, ModelOptions
from netverify.symbolic.goal import Allowed, Flows, Goal, Refused
from netverify.symbolic.portions import AllowedPortions, Pieces, portions
from netverify.symbolic.refinement import Attempts, Found, Refinement
from netverify.symbolic.scene import Scene
from netverify.symbolic.status import Status

_NOTHING_SETTLED: Mapping[Behaviour, bool] = MappingProxyType({})


class Search:
    """Searches for flows in one cluster, under one set of fixed behaviours."""

    def __init__(  # noqa: PLR0913 - what a search depends on
        self,
        index: ClusterIndex,
        policies: PolicyIndex,
        behaviours: Mapping[Behaviour, bool],
        options: ModelOptions,
        budget: Budget,
        *,
        shows_all: bool = False,
    ) -> None:
        """With ``shows_all`` a goal speaks of each existing pod, also of those whom policies certainly keep away."""
        self._index = index
        self._behaviours = behaviours
        self._budget = budget
        self._allowed, self._refused = Allowed(policies), Refused(policies)
        self._portions = portions if shows_all else AllowedPortions(policies).of
        self._options = options
        self._refinement = Refinement(index, options, budget)
        self.casting = Casting(index.cluster)
        self.pieces = Pieces(self.casting, policies, behaviours)

    def with_options(self, options: ModelOptions) -> Search:
        """A search in the same cluster for flows of possible pods that may be what ``options`` says."""
        other = copy(self)
        other._options = options  # noqa: SLF001 - of the same class
        other._refinement = Refinement(self._index, options, self._budget)  # noqa: SLF001 - of the same class
        return other

    def plan(self, mentions: Mentions) -> AddressPlan:
        """The plan of the addresses that ``mentions`` tell apart."""
        return self._index.plan(mentions.ranges, self._options.pod_cidrs)

    def find(self, question: Question) -> Found:
        """A flow that answers ``question``, with as many existing ends as can be; or the proof that there is none.

        Where some rules are not taken as they are, a flow that needs them otherwise comes after any that does not.
        """
        return self._as_written(question, lambda one: self._with_better_ends(one, self._find_anyone(one)))

    def find_any(self, question: Question) -> Found:
        """As :meth:`find`, but the flow is the first that comes: whether existing pods suffice is not looked for."""
        return self._as_written(question, self._find_anyone)

    def find_another(self, question: Question) -> Found:
        """As :meth:`find`, but that there is no flow may be for want of anybody; that is not looked for."""
        return self._as_written(
            question, lambda one: self._with_better_ends(one, self._find_anyone(one, with_premises=False))
        )

    def find_other(self, question: Question) -> Found:
        """As :meth:`find_any`, but that there is no flow may be for want of anybody; that is not looked for."""
        return self._as_written(question, lambda one: self._find_anyone(one, with_premises=False))

    def find_existing(self, question: Question) -> Found:
        """As :meth:`find`, about existing pods and addresses outside alone."""

        def found(one: Question) -> Found:
            scene = self._scene(one, PodScope.EXISTING, PodScope.EXISTING)
            return self._found(self._allowed, one, scene, self._portions)

        return self._as_written(question, found)

    def find_refused(self, question: Question, scope: PodScope) -> Found:
        """A flow that ``question`` asks about and policy refuses, among pods of ``scope``; or the proof of none.

        ``UNSAT``: every such flow is allowed, whatever is left open; ``vacuous`` iff there is no such flow at all.
        """
        question = without(question, *self._within_one_host())

        def found(one: Question) -> Found:
            return self._found(self._refused, one, self._scene(one, scope, scope), portions)

        return self._as_written(question, found)

    def decide_created(
        self,
        question: Question,
        end: End,
        other: PodScope,
        settled: Mapping[Behaviour, bool] = _NOTHING_SETTLED,
        *,
        refused: bool = False,
    ) -> Found:
        """Whether a pod at ``end`` that is not in the manifests has a flow that ``question`` asks about.

        The flow is allowed, or with ``refused`` it is not. ``other`` says who is at the other end; the CNI does what is
        ``settled``. Only the status is found, and all policies are in one goal.
        """
        scopes = {**dict.fromkeys(End, other), end: PodScope.CREATED}
        scene = self._scene(question, scopes[End.SOURCE], scopes[End.DESTINATION], settled)
        if scene.empty:
            return Found(Status.UNSAT, vacuous=True)
        return self._refinement.decide(self._refused if refused else self._allowed, _flows(question, scene))

    def is_anyone(self, question: Question, end: End) -> bool:
        """Whether the question's words for ``end`` match any existing or possible pod, or any address outside.

        False only if that is sure.
        """
        return not self.find_anyone(question, end).vacuous

    def find_anyone(self, question: Question, end: End) -> Found:
        """As :meth:`is_anyone`: ``vacuous`` iff there is nobody. ``obligations`` show it, if a goal has to."""
        anyone = replace(question, traffic=ALWAYS)
        alone = replace(anyone, destination=ALWAYS) if end is End.SOURCE else replace(anyone, source=ALWAYS)
        scene = self._scene(alone, PodScope.POSSIBLE, PodScope.POSSIBLE)
        return Found(Status.UNSAT, vacuous=True) if scene.casts[end].empty else self._premises(alone, scene)

    def find_premises(self, question: Question, *, existing: bool) -> Found:
        """Whether there are flows that ``question`` is about, allowed or not; ``vacuous`` iff there are none.

        They are flows of ``existing`` pods alone, or of all that there could be.
        """
        anybody = PodScope.NAMED if self._are_few(question) else PodScope.POSSIBLE
        scope = PodScope.EXISTING if existing else anybody
        scene = self._scene(question, scope, scope)
        return Found(Status.UNSAT, vacuous=True) if scene.empty else self._premises(question, scene)

    def _as_written(self, question: Question, find: Callable[[Question], Found]) -> Found:
        """What ``find`` finds where every rule is as it is written, if it finds a flow; otherwise whatever there is."""
        left_out = self._allowed.policies.approximations
        if not left_out:
            return find(question)
        found = find(replace(question, beside=(*question.beside, *map(otherwise, left_out))))
        return found if found.status is Status.SAT else find(question)

    def _premises(self, question: Question, scene: Scene) -> Found:
        attempts: Attempts = []
        found = self._refinement.with_premises(Found(Status.UNSAT), _flows(question, scene), attempts)
        return _with(found, attempts)

    def _found(self, goal: Goal, question: Question, scene: Scene, cut: Callable[[Scene], Iterable[Scene]]) -> Found:
        """What there is in any of the portions that ``cut`` makes of ``scene``, or the proof from all of them."""
        if scene.empty:
            return Found(Status.UNSAT, vacuous=True)
        attempts: Attempts = []
        carriers: dict[tuple[Direction, Carrier], None] = {}
        premises_hold = False
        for portion in cut(scene):
            found = self._refinement.solve(goal, _flows(question, portion), attempts)
            if found.status is not Status.UNSAT:
                return _with(found, attempts)
            carriers.update(dict.fromkeys(found.carriers))
            premises_hold = premises_hold or found.premises_hold
        proof = Found(Status.UNSAT, carriers=tuple(carriers), premises_hold=premises_hold)
        if not premises_hold:
            proof = self._refinement.with_premises(proof, _flows(question, scene), attempts)
        return _with(proof, attempts)

    def _find_anyone(self, question: Question, *, with_premises: bool = True) -> Found:
        """A flow that answers ``question``, by whom it may be; or the proof that there is none."""
        scope = PodScope.NAMED if self._are_few(question) else PodScope.POSSIBLE
        scene = self._scene(question, scope, scope)
        if scene.empty:
            return Found(Status.UNSAT, vacuous=True)
        attempts: Attempts = []
        flows = _flows(question, scene)
        found = self._refinement.solve(self._allowed, flows, attempts)
        if with_premises and found.status is Status.UNSAT and not found.premises_hold:
            found = self._refinement.with_premises(found, flows, attempts)
        return _with(found, attempts)

    def _with_better_ends(self, question: Question, found: Found) -> Found:
        """A flow of ``question`` with more existing ends than ``found`` has, where there is one."""
        if found.status is not Status.SAT or found.existing or self._are_few(question):
            return found
        attempts: Attempts = list(found.obligations)
        for scene in self._with_existing_ends(question):
            better = self._refinement.solve(self._allowed, _flows(question, scene), attempts)
            if better.status is not Status.UNSAT:
                return _with(better, attempts)
        return _with(found, attempts)

    def _with_existing_ends(self, question: Question) -> Iterator[Scene]:
        """Scenes with existing pods at both ends, then at one; wide ends in portions."""
        scopes = (
            (PodScope.EXISTING, PodScope.EXISTING),
            (PodScope.POSSIBLE, PodScope.EXISTING),
            (PodScope.EXISTING, PodScope.POSSIBLE),
        )
        for source, destination in scopes:
            scene = self._scene(question, source, destination)
            if not scene.empty:
                yield from self._portions(scene)

    def _scene(
        self,
        question: Question,
        source: PodScope,
        destination: PodScope,
        settled: Mapping[Behaviour, bool] = _NOTHING_SETTLED,
    ) -> Scene:
        return self.casting.scene(question, source, destination, {**self._behaviours, **settled})

    def _within_one_host(self) -> Iterator[Predicate]:
        """Flows between pods of one workload at one address, that of their node: no policy can block them."""
        for workload in self._index.cluster.workloads:
            if workload.host_network:
                ends = tuple(IsWorkload(end, workload.key) for end in End)
                yield All((*ends, SameNode()))

    def _are_few(self, question: Question) -> bool:
        """Whether so few existing pods are at the ends of ``question`` that one goal names them all."""
        asked = {End.SOURCE: question.source, End.DESTINATION: question.destination}
        return sum(self.casting.count(predicate, end) for end, predicate in asked.items()) <= widths.NAMED_AT_ONCE


def _flows(question: Question, scene: Scene) -> Flows:
    return Flows(scene, question.asked, question.text)


def _with(found: Found, attempts: Attempts) -> Found:
    return replace(found, obligations=tuple(attempts))
