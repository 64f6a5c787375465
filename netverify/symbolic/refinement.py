"""One goal solved: with few policies first, and more of them until no model depends on one that was left out."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field, replace
from types import ModuleType

from netverify.budget import Budget
from netverify.model.behaviours import CAUTIOUS
from netverify.model.cluster import is_node
from netverify.model.flow import Direction, External, Flow
from netverify.policy.predicate import Choices
from netverify.policy.table import Carrier
from netverify.records import dataclass
from netverify.symbolic import widths
from netverify.symbolic.cluster_index import ClusterIndex, ModelOptions
from netverify.symbolic.goal import Allowed, Flows, Goal, Refused, allowing, claim_of, may_leave_out
from netverify.symbolic.obligations import PREFER_EXISTING, PREFER_KNOWN, Obligation, annotated, obligation, premises
from netverify.symbolic.status import Solved, Status
from netverify.symbolic.terms import FALSE, TRUE
from netverify.symbolic.witness import decode

Attempts = list[tuple[Obligation, Status]]


@dataclass(frozen=True, slots=True)
class Found:
    """What the search found. ``SAT`` comes with ``flow`` and ``behaviours``, decoded from a model of ``goal``.

    ``UNSAT`` comes with its ``carriers``: the selections of subjects and the rules that deny which the proof needs, and
    none that it can do without. ``premises_hold``: ends and traffic of the question were seen to match something;
    ``vacuous``: they match nothing. ``obligations`` are the goals with what the solver said, in order. ``refused`` is
    the flow as the second side of a comparison sees it. ``opaque`` is the namespace at the end of a flow where that is
    one whose policies are not known: there is no ``flow`` then, as it may be none.
    """

    status: Status
    flow: Flow | None = None
    behaviours: Choices = field(default_factory=dict)
    goal: Obligation | None = None
    carriers: tuple[tuple[Direction, Carrier], ...] = ()
    premises_hold: bool = False
    vacuous: bool = False
    reason: str = ""
    obligations: tuple[tuple[Obligation, Status], ...] = ()
    refused: Flow | None = None
    opaque: str | None = None

    @property
    def existing(self) -> bool:
        """Whether both ends of the flow are in the manifests, or outside."""
        return self.flow is not None and is_existing(self.flow)


def is_existing(flow: Flow) -> bool:
    """Whether both ends of ``flow`` are in the manifests, or outside."""
    ends = (flow.source, flow.destination)
    return all(isinstance(one, External) or one.workload is not None for one in ends)


def _solver() -> ModuleType:
    """The module that solves, imported with the first goal: help and completion must not wait for Z3."""
    from netverify.symbolic import solver  # noqa: PLC0415 see above

    return solver


class Refinement:
    """Solves goals. What policies say in ``opaque`` namespaces is not known, but is the same for all policy sets."""

    def __init__(
        self, index: ClusterIndex, options: ModelOptions, budget: Budget, opaque: frozenset[str] = frozenset()
    ) -> None:
        self._index = index
        self._options = options
        self._budget = budget
        self._opaque = opaque

    def solve(self, goal: Goal, flows: Flows, attempts: Attempts) -> Found:
        """One of ``flows`` for which ``goal`` holds, or that there is none; what was solved is added to ``attempts``.

        That there is none may be for want of any flow at all: see :meth:`with_premises`.
        """
        if (unclear := self._unclear(goal, flows)) is not None:
            return unclear
        included = {direction: self._first(goal, direction, flows) for direction in Direction}
        batch = 1
        while True:
            printed = self._printed(goal, flows, included)
            solved: Solved = _solver().solve(printed.goal, self._budget, preferences(printed))
            attempts.append((printed, solved.status))
            if solved.status is Status.UNSAT and not isinstance(goal, Allowed):
                return Found(Status.UNSAT)
            if solved.status is Status.UNSAT:
                carriers = tuple(printed.guards[guard] for guard in solved.core)
                return Found(Status.UNSAT, carriers=carriers, premises_hold=solved.satisfiable_without_core)
            if solved.status is Status.UNKNOWN:
                return Found(Status.UNKNOWN, reason=solved.reason)
            flow, behaviours = decode(solved.model, printed, flows.scene.namespaces)
            missing = self._left_out(goal, flow, included)
            if opaque := self._opaque.intersection(name for _, name in missing):
                return Found(Status.SAT, opaque=min(opaque))
            if not missing:
                refused = _as_other(solved.model, printed, flows)
                return Found(Status.SAT, flow, behaviours, printed, refused=refused)
            for direction, namespace in missing:
                places = flows.scene.casts[direction.subject].places
                included[direction].update(self._known(_next_places(places, namespace, batch)))
            batch *= widths.FASTER

    def decide(self, goal: Goal, flows: Flows) -> Found:
        """Whether ``goal`` holds of any of ``flows``: only the status is found, and all policies are in one goal."""
        places = {direction: flows.scene.casts[direction.subject].places for direction in Direction}
        printed = self._printed(goal, flows, places)
        solved: Solved = _solver().decide(printed.goal, self._budget)
        return Found(solved.status, reason=solved.reason, obligations=((printed, solved.status),))

    def with_premises(self, found: Found, flows: Flows, attempts: Attempts) -> Found:
        """Tell a proof from a goal about nothing: it is ``vacuous`` where there are no ``flows`` at all."""
        printed = premises(flows, self._index, self._options)
        solved: Solved = _solver().decide(printed.goal, self._budget)
        attempts.append((printed, solved.status))
        if solved.status is Status.UNKNOWN:
            return Found(Status.UNKNOWN, reason=solved.reason)
        return replace(found, vacuous=solved.status is Status.UNSAT, premises_hold=solved.status is Status.SAT)

    def _printed(self, goal: Goal, flows: Flows, included: Mapping[Direction, Collection[str]]) -> Obligation:
        return obligation(flows, claim_of(goal, flows, included), self._index, self._options)

    def _unclear(self, goal: Goal, flows: Flows) -> Found | None:
        """That nothing is sure where cluster-wide policy may deny what is not known of an opaque namespace."""
        for direction in Direction:
            there = self._opaque.intersection(flows.scene.casts[direction.subject].places)
            if there and may_leave_out(goal, direction) and not _only_adds(goal, direction):
                reason = "cluster-wide policy may deny where other policy is not modelled"
                return Found(Status.UNKNOWN, reason=reason)
        return None

    def _first(self, goal: Goal, direction: Direction, flows: Flows) -> set[str]:
        """The namespaces whose policies are in the first slice."""
        places = flows.scene.casts[direction.subject].places
        if not may_leave_out(goal, direction):
            return set(places)
        return self._known(places) if len(places) <= widths.NARROW or not _only_adds(goal, direction) else set()

    def _known(self, places: Collection[str]) -> set[str]:
        return set(places) - self._opaque

    def _left_out(self, goal: Goal, flow: Flow, included: Mapping[Direction, set[str]]) -> list[tuple[Direction, str]]:
        """The namespaces whose policies could decide ``flow`` but were not in the slices."""
        missing = []
        for direction in Direction:
            subject = flow.at(direction.subject)
            if isinstance(subject, External) or subject.namespace in included[direction]:
                continue
            if subject.namespace in self._opaque or _speaks_of(goal, direction, subject.namespace):
                missing.append((direction, subject.namespace))
        return missing


def _as_other(model: Mapping[str, int | bool], printed: Obligation, flows: Flows) -> Flow | None:
    """The flow of ``model`` as the second side of a comparison sees it."""
    if printed.other is None:
        return None
    return decode(model, printed.other, (flows.other or flows.scene).namespaces)[0]


def _only_adds(goal: Goal, direction: Direction) -> bool:
    return not isinstance(goal, Refused) and allowing(goal).only_adds(direction)


def _speaks_of(goal: Goal, direction: Direction, namespace: str) -> bool:
    return not isinstance(goal, Refused) and allowing(goal).speaks_of(direction, namespace)


def _next_places(places: Sequence[str], namespace: str, batch: int) -> Sequence[str]:
    position = places.index(namespace)
    return places[position : position + batch]


def printed(found: Found) -> tuple[tuple[str, str], ...]:
    """The goals of a search as files: text with comments, and what the solver said."""
    return tuple((annotated(obligation), status.value) for obligation, status in found.obligations)


def preferences(obligation: Obligation) -> list[list[str]]:
    """Lists of constants (``-`` in front: negated), the best wish first."""
    wishes = list(_of_comparison(obligation) if obligation.other else _of_question(obligation))
    return [wish for number, wish in enumerate(wishes) if wish and wish not in wishes[:number]]


def _of_question(obligation: Obligation) -> Iterator[list[str]]:
    """Existing ends first, then a CNI that allows little."""
    choices, cautious = obligation.choices, _cautious(obligation)
    apart = [f"-{obligation.encoder.same_node}"] if _asks_about_nodes(obligation) else []
    for ends in (choices, *((end,) for end in reversed(choices) if len(choices) > 1), ()):
        existing = [str(PREFER_EXISTING[end]) for end in ends]
        yield from ([*existing, *cautious], [*existing, *apart], existing)


def _of_comparison(obligation: Obligation) -> Iterator[list[str]]:
    """Pods on their own network, then a CNI that allows little."""
    hosts = [space.host for space in obligation.encoder.spaces.values()]
    ordinary, cautious = [f"-{host}" for host in hosts if host not in (TRUE, FALSE)], _cautious(obligation)
    known = [str(name) for name in PREFER_KNOWN.values()]
    yield from ([*ordinary, *cautious, *known], [*ordinary, *known], [*ordinary, *cautious], ordinary, known, cautious)


def _cautious(obligation: Obligation) -> list[str]:
    encoder = obligation.encoder
    names = [f"{'' if CAUTIOUS[free] else '-'}{encoder.behaviours[free]}" for free in obligation.free_behaviours]
    return [*names, *(f"{'' if one.as_written else '-'}{term}" for one, term in encoder.unspecified.items())]


def _asks_about_nodes(obligation: Obligation) -> bool:
    """Whether an end may be a node: what policy says of it shows where the other end is not on that node."""
    encoder = obligation.encoder
    spaces = encoder.spaces.values()
    there = any(is_node(workload.key) for space in spaces for workload in space.cast.workloads)
    return there and str(encoder.same_node) in obligation.body
