"""The search for a flow: which goals are solved, in which order, about how much of the policies.

First all pods that could exist; where that finds a flow, the existing pods alone, so that the answer says whether they
suffice. Policies of many namespaces are added only as models need them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import islice
from types import MappingProxyType

from netverify.budget import Budget
from netverify.model.behaviours import CAUTIOUS, Behaviour
from netverify.model.cluster import Workload, is_node
from netverify.model.flow import Direction, End, External, Flow
from netverify.queries.question import Question
from netverify.rules.predicate import ALWAYS, All, IsWorkload, Predicate, SameNode
from netverify.rules.slicing import PolicyIndex, Slice
from netverify.rules.table import Selection
from netverify.symbolic.candidates import Admission, may_allow
from netverify.symbolic.casting import Casting, PodScope
from netverify.symbolic.cluster_index import ClusterIndex, Latitude
from netverify.symbolic.obligations import (
    PREFER_EXISTING,
    Obligation,
    annotated,
    premises_only,
    reachability,
    refusal,
)
from netverify.symbolic.pieces import Pieces
from netverify.symbolic.scene import Cast, Scene
from netverify.symbolic.solver import decide, solve
from netverify.symbolic.status import Status
from netverify.symbolic.witness import decode

NARROW = 8
"""Up to so many namespaces at an end, all their policies are in the first goal."""

NAMED_AT_ONCE = 10
"""Up to so many existing pods, one goal names them all; beyond, possible pods stand for them first."""

EXISTING_AT_ONCE = 60
"""How many existing pods of a wide end one goal speaks of."""

_NOTHING_SETTLED: Mapping[Behaviour, bool] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Found:
    """What the search found. ``SAT`` comes with ``flow`` and ``behaviours``, decoded from a model of ``goal``.

    ``UNSAT`` comes with its ``carriers``: the selections of subjects that the proof needs, none of which it can do
    without. ``premises_hold``: ends and traffic of the question were seen to match something; ``vacuous``: they match
    nothing. ``obligations`` are the goals with what the solver said, in order.
    """

    status: Status
    flow: Flow | None = None
    behaviours: Mapping[Behaviour, bool] = field(default_factory=dict)
    goal: Obligation | None = None
    carriers: tuple[tuple[Direction, Selection], ...] = ()
    premises_hold: bool = False
    vacuous: bool = False
    reason: str = ""
    obligations: tuple[tuple[Obligation, Status], ...] = ()

    @property
    def existing(self) -> bool:
        """Whether both ends of the flow are in the manifests, or outside."""
        return self.flow is not None and all(_exists(self.flow, end) for end in End)


def _exists(flow: Flow, end: End) -> bool:
    endpoint = flow.at(end)
    return isinstance(endpoint, External) or endpoint.workload is not None


class Search:
    """Searches for flows in one cluster, under one set of fixed behaviours."""

    def __init__(
        self,
        index: ClusterIndex,
        policies: PolicyIndex,
        behaviours: Mapping[Behaviour, bool],
        latitude: Latitude,
        budget: Budget,
    ) -> None:
        self._index = index
        self._policies = policies
        self._behaviours = behaviours
        self._latitude = latitude
        self._budget = budget
        self.casting = Casting(index.cluster)
        self.pieces = Pieces(self.casting, policies, behaviours)

    def with_latitude(self, latitude: Latitude) -> Search:
        """A search in the same cluster for flows of possible pods that may be what ``latitude`` says."""
        other = copy(self)
        other._latitude = latitude  # noqa: SLF001 - of the same class
        return other

    def find(self, question: Question) -> Found:
        """A flow that answers ``question``, with as many existing ends as can be; or the proof that there is none."""
        found, scene = self._find_anyone(question)
        if found.status is Status.UNSAT and not found.vacuous and not found.premises_hold:
            return self._unsatisfiable(question, scene, found, list(found.obligations))
        return self._with_better_ends(question, found)

    def find_any(self, question: Question) -> Found:
        """As :meth:`find`, but the flow is the first that comes: whether existing pods suffice is not looked for."""
        found, scene = self._find_anyone(question)
        if found.status is Status.UNSAT and not found.vacuous and not found.premises_hold:
            return self._unsatisfiable(question, scene, found, list(found.obligations))
        return found

    def find_another(self, question: Question) -> Found:
        """As :meth:`find`, but that there is no flow may be for want of anybody; that is not looked for."""
        return self._with_better_ends(question, self._find_anyone(question)[0])

    def _find_anyone(self, question: Question) -> tuple[Found, Scene]:
        """A flow that answers ``question``, by whom it may be; or the proof that there is none; and the scene."""
        scope = PodScope.NAMED if self._are_few(question) else PodScope.POSSIBLE
        attempts: list[tuple[Obligation, Status]] = []
        anyone = self.casting.scene(question, scope, scope, self._behaviours)
        if any(cast.empty for cast in anyone.casts.values()):
            return Found(Status.UNSAT, vacuous=True), anyone
        return _with(self._solve(question, anyone, attempts), attempts), anyone

    def _with_better_ends(self, question: Question, found: Found) -> Found:
        """A flow of ``question`` with more existing ends than ``found`` has, where there is one."""
        if found.status is not Status.SAT or found.existing or self._are_few(question):
            return found
        attempts = list(found.obligations)
        for scene in self._with_existing_ends(question):
            better = self._solve(question, scene, attempts)
            if better.status is not Status.UNSAT:
                return _with(better, attempts)
        return _with(found, attempts)

    def _within_one_host(self) -> Iterator[Predicate]:
        """Flows between pods of one workload at one address, that of their node: no policy can block them."""
        for workload in self._index.cluster.workloads:
            if workload.host_network:
                ends = tuple(IsWorkload(end, workload.key) for end in End)
                yield All((*ends, SameNode()))

    def _are_few(self, question: Question) -> bool:
        """Whether so few existing pods are at the ends of ``question`` that one goal names them all."""
        return self._count_existing(question) <= NAMED_AT_ONCE

    def find_existing(self, question: Question) -> Found:
        """As :meth:`find`, about existing pods and addresses outside alone."""
        attempts: list[tuple[Obligation, Status]] = []
        scene = self.casting.scene(question, PodScope.EXISTING, PodScope.EXISTING, self._behaviours)
        if any(cast.empty for cast in scene.casts.values()):
            return Found(Status.UNSAT, vacuous=True)
        carriers: dict[tuple[Direction, Selection], None] = {}
        premises_hold = False
        for portion in self._portions(scene):
            found = self._solve(question, portion, attempts)
            if found.status is not Status.UNSAT:
                return _with(found, attempts)
            carriers.update(dict.fromkeys(found.carriers))
            premises_hold = premises_hold or found.premises_hold
        proof = Found(Status.UNSAT, carriers=tuple(carriers), premises_hold=premises_hold)
        if premises_hold:
            return _with(proof, attempts)
        return self._unsatisfiable(question, scene, proof, attempts)

    def find_refused(self, question: Question, scope: PodScope) -> Found:
        """A flow that ``question`` asks about and policy refuses, among pods of ``scope``; or the proof of none.

        ``UNSAT``: every such flow is allowed, whatever is left open; ``vacuous`` iff there is no such flow at all.
        """
        attempts: list[tuple[Obligation, Status]] = []
        question = replace(question, beside=(*question.beside, *self._within_one_host()))
        scene = self.casting.scene(question, scope, scope, self._behaviours)
        if any(cast.empty for cast in scene.casts.values()):
            return Found(Status.UNSAT, vacuous=True)
        for portion in self.casting.portions(scene, EXISTING_AT_ONCE):
            tables = {d: self._policies.slice(d, portion.casts[d.subject].places) for d in Direction}
            obligation = refusal(question, portion, tables, self._index, self._latitude)
            solved = solve(obligation.goal, self._budget, _preferences(obligation))
            attempts.append((obligation, solved.status))
            if solved.status is Status.UNKNOWN:
                return _with(Found(Status.UNKNOWN, reason=solved.reason), attempts)
            if solved.status is Status.SAT:
                flow, behaviours = decode(solved.model, obligation, self._index.cluster.namespaces)
                return _with(Found(Status.SAT, flow, behaviours, obligation, premises_hold=True), attempts)
        return self._unsatisfiable(question, scene, Found(Status.UNSAT), attempts)

    def _count_existing(self, question: Question) -> int:
        return self.casting.count(question.source, End.SOURCE) + self.casting.count(
            question.destination,
            End.DESTINATION,
        )

    def is_anyone(self, question: Question, end: End) -> bool:
        """Whether the question's words for ``end`` match any existing or possible pod, or any address outside.

        False only if that is sure.
        """
        anyone = replace(question, traffic=ALWAYS)
        alone = replace(anyone, destination=ALWAYS) if end is End.SOURCE else replace(anyone, source=ALWAYS)
        scene = self.casting.scene(alone, PodScope.POSSIBLE, PodScope.POSSIBLE, self._behaviours)
        if scene.casts[end].empty:
            return False
        premises = premises_only(alone, scene, self._index, self._latitude)
        return solve(premises.goal, self._budget).status is not Status.UNSAT

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
        scopes = {end: PodScope.CREATED}
        scene = self.casting.scene(
            question,
            scopes.get(End.SOURCE, other),
            scopes.get(End.DESTINATION, other),
            {**self._behaviours, **settled},
        )
        if any(cast.empty for cast in scene.casts.values()):
            return Found(Status.UNSAT, vacuous=True)
        tables = {d: self._policies.slice(d, scene.casts[d.subject].places) for d in Direction}
        make = refusal if refused else reachability
        obligation = make(question, scene, tables, self._index, self._latitude)
        solved = decide(obligation.goal, self._budget)
        return Found(solved.status, reason=solved.reason, obligations=((obligation, solved.status),))

    def _unsatisfiable(
        self,
        question: Question,
        scene: Scene,
        found: Found,
        attempts: list[tuple[Obligation, Status]],
    ) -> Found:
        """Tell a proof from a question about nothing: the premises must be satisfiable."""
        premises = premises_only(question, scene, self._index, self._latitude)
        solved = solve(premises.goal, self._budget)
        attempts.append((premises, solved.status))
        if solved.status is Status.UNKNOWN:
            return _with(Found(Status.UNKNOWN, reason=solved.reason), attempts)
        return _with(replace(found, vacuous=solved.status is Status.UNSAT), attempts)

    def _with_existing_ends(self, question: Question) -> Iterator[Scene]:
        """Scenes with existing pods at both ends, then at one; wide ends in portions."""
        scopes = (
            (PodScope.EXISTING, PodScope.EXISTING),
            (PodScope.POSSIBLE, PodScope.EXISTING),
            (PodScope.EXISTING, PodScope.POSSIBLE),
        )
        for source, destination in scopes:
            scene = self.casting.scene(question, source, destination, self._behaviours)
            if not any(cast.empty for cast in scene.casts.values()):
                yield from self._portions(scene)

    def _portions(self, scene: Scene) -> Iterator[Scene]:
        """Scenes with few existing pods at each end that together have every flow of ``scene``."""
        for direction in Direction:
            subject, peer = scene.casts[direction.subject], scene.casts[direction.peer]
            if len(peer.workloads) > EXISTING_AT_ONCE and len(subject.places) <= NARROW and not subject.external:
                yield from self._let_in(scene, direction)
                return
        yield from self.casting.portions(scene, EXISTING_AT_ONCE)

    def _let_in(self, scene: Scene, direction: Direction) -> Iterator[Scene]:
        """Portions of a wide peer's end with only those pods that policies may let through to the subject's."""
        through = self._through(scene, direction)
        others = replace(scene.casts[direction.peer], workloads=())
        while portion := tuple(islice(through, EXISTING_AT_ONCE)):
            cast = replace(others, workloads=portion)
            yield from self.casting.portions(
                replace(scene, casts={**scene.casts, direction.peer: cast}), EXISTING_AT_ONCE
            )
            others = Cast()
        if not others.empty:
            yield replace(scene, casts={**scene.casts, direction.peer: others})

    def _through(self, scene: Scene, direction: Direction) -> Iterator[Workload]:
        """The existing pods at the peer's end that policies may let through; those left out certainly are not."""
        admission = Admission(self._policies.slice(direction, scene.casts[direction.subject].places), scene)
        let_out = cache(lambda namespace: self._let_out(namespace, direction, scene))
        for workload in scene.casts[direction.peer].workloads:
            if (workload.host_network or let_out(workload.key.namespace)) and admission.admits(workload):
                yield workload

    def _let_out(self, namespace: str, direction: Direction, scene: Scene) -> bool:
        """Whether the policies of the peer's own namespace may let any of its pods through."""
        opposite = Direction.EGRESS if direction is Direction.INGRESS else Direction.INGRESS
        anyone = {**scene.casts, direction.peer: Cast(namespaces=(namespace,))}
        return may_allow(self._policies.slice(opposite, (namespace,)), replace(scene, casts=anyone))

    def _solve(self, question: Question, scene: Scene, attempts: list[tuple[Obligation, Status]]) -> Found:
        """Solve for ``scene``, adding policies of further namespaces until no model depends on one that is left out."""
        included = {direction: self._included(direction, scene) for direction in Direction}
        batch = 1
        while True:
            slices = {
                direction: self._policies.slice_for(direction, scene.casts[direction.subject].places, names)
                for direction, names in included.items()
            }
            obligation = reachability(question, scene, slices, self._index, self._latitude)
            solved = solve(obligation.goal, self._budget, _preferences(obligation))
            attempts.append((obligation, solved.status))
            if solved.status is Status.UNSAT:
                carriers = tuple(obligation.guards[guard] for guard in solved.core)
                return Found(Status.UNSAT, carriers=carriers, premises_hold=solved.satisfiable_without_core)
            if solved.status is Status.UNKNOWN:
                return Found(Status.UNKNOWN, reason=solved.reason)
            flow, behaviours = decode(solved.model, obligation, self._index.cluster.namespaces)
            missing = self._left_out(flow, slices)
            if not missing:
                return Found(Status.SAT, flow, behaviours, obligation)
            for direction, namespace in missing:
                places = scene.casts[direction.subject].places
                included[direction].update(_next_places(places, namespace, batch))
            batch *= 4

    def _included(self, direction: Direction, scene: Scene) -> set[str]:
        """The namespaces whose policies are in the first goal of a search, if others may be left out."""
        places = scene.casts[direction.subject].places
        return set(places) if len(places) <= NARROW else set()

    def _left_out(self, flow: Flow, slices: Mapping[Direction, Slice]) -> list[tuple[Direction, str]]:
        """The namespaces whose policies could decide ``flow`` but were not in the goal."""
        missing = []
        for direction in Direction:
            subject = flow.at(direction.subject)
            if isinstance(subject, External) or subject.namespace in slices[direction].namespaces:
                continue
            if self._policies.speaks_of(direction, subject.namespace):
                missing.append((direction, subject.namespace))
        return missing


def _preferences(obligation: Obligation) -> list[list[str]]:
    """Which models make the best witnesses: existing ends first, then a CNI that allows little."""
    names, choices = obligation.encoder.behaviours, obligation.choices
    cautious = [f"{'' if CAUTIOUS[free] else '-'}{names[free]}" for free in obligation.free_behaviours]
    apart = [f"-{obligation.encoder.same_node}"] if _asks_about_nodes(obligation) else []
    wishes: list[list[str]] = []
    for ends in (choices, *((end,) for end in reversed(choices) if len(choices) > 1), ()):
        existing = [str(PREFER_EXISTING[end]) for end in ends]
        wishes.extend(([*existing, *cautious], [*existing, *apart], existing))
    return [wish for number, wish in enumerate(wishes) if wish and wish not in wishes[:number]]


def _asks_about_nodes(obligation: Obligation) -> bool:
    """Whether an end may be a node: what policy says of it shows where the other end is not on that node."""
    encoder = obligation.encoder
    spaces = encoder.spaces.values()
    there = any(is_node(workload.key) for space in spaces for workload in space.cast.workloads)
    return there and str(encoder.same_node) in obligation.body


def _next_places(places: Sequence[str], namespace: str, batch: int) -> Sequence[str]:
    position = places.index(namespace)
    return places[position : position + batch]


def _with(found: Found, attempts: list[tuple[Obligation, Status]]) -> Found:
    return replace(found, obligations=tuple(attempts))


def printed(found: Found) -> tuple[tuple[str, str], ...]:
    """The goals of a search as files: text with comments, and what the solver said."""
    return tuple((annotated(obligation), status.value) for obligation, status in found.obligations)
