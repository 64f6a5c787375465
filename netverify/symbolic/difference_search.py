"""The search for flows that one side of a comparison allows and the other does not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from netverify.budget import Budget
from netverify.model.behaviours import CAUTIOUS, Behaviour
from netverify.model.cluster import Namespace
from netverify.model.flow import Direction, End, External, Flow
from netverify.rules.predicate import Predicate
from netverify.rules.slicing import PolicyIndex
from netverify.symbolic.cluster_index import ClusterIndex, Latitude
from netverify.symbolic.difference import PREFER_KNOWN, Allowing, Denying, Difference, annotated, difference
from netverify.symbolic.scene import Cast, Scene
from netverify.symbolic.solver import decide, solve
from netverify.symbolic.status import Status
from netverify.symbolic.terms import FALSE, TRUE
from netverify.symbolic.witness import decode

_AT_ONCE = 8
"""Up to so many namespaces at the other end, all their policies are in the first goal."""


@dataclass(frozen=True, slots=True)
class Side:
    """One side: its policies, and all namespaces of both sides with the labels that they have on this one."""

    namespaces: Mapping[str, Namespace]
    policies: PolicyIndex


@dataclass(frozen=True, slots=True)
class Stage:
    """Who may stand at the ends of a flow, as the allowing side knows them and as the denying one does.

    The two differ in what existing workloads are like, and in nothing else. ``denied`` is the direction in which the
    denying side has to refuse.
    """

    allowing: Mapping[End, Cast]
    denying: Mapping[End, Cast]
    denied: Direction
    text: str


@dataclass(frozen=True, slots=True)
class Differing:
    """What the search found: with ``SAT`` the flow as either side sees it, and what the CNI does.

    ``UNSAT`` is a proof only where ``premises_hold``. ``opaque`` is the namespace at the other end of the flow where
    that is one whose policies are not known: the flow may be no difference. ``goals`` are the texts that were solved,
    with their results.
    """

    status: Status
    allowed: Flow | None = None
    refused: Flow | None = None
    behaviours: Mapping[Behaviour, bool] = field(default_factory=dict)
    goal: Difference | None = None
    premises_hold: bool = True
    opaque: str | None = None
    reason: str = ""
    goals: tuple[tuple[str, str], ...] = ()


class DifferenceSearch:
    """Searches for flows that ``allowing`` allows and ``denying`` does not, whatever the CNI does that is not fixed."""

    def __init__(  # noqa: PLR0913, PLR0917 - two sides, and what a search of one has
        self,
        allowing: Side,
        denying: Side,
        index: ClusterIndex,
        behaviours: Mapping[Behaviour, bool],
        latitude: Latitude,
        budget: Budget,
        *,
        opaque: frozenset[str] = frozenset(),
        keep_goals: bool = False,
    ) -> None:
        """What policies say in the ``opaque`` namespaces is not known, but is the same on both sides."""
        self._sides = allowing, denying
        self._index = index
        self._behaviours = behaviours
        self._latitude = latitude
        self._budget = budget
        self._opaque = opaque
        self._keep_goals = keep_goals

    def find(self, stage: Stage, covered: Sequence[Predicate] = ()) -> Differing:
        """A flow of ``stage`` for which none of ``covered`` holds, or the proof that there is none."""
        other = Direction.EGRESS if stage.denied is Direction.INGRESS else Direction.INGRESS
        places = stage.allowing[other.subject].places
        only_adds = self._sides[0].policies.only_adds(other)
        if not only_adds and self._opaque.intersection(places):
            return Differing(Status.UNKNOWN, reason="cluster-wide policy may deny where other policy is not modelled")
        # Policies of the other end are left out only where that can allow more, never less.
        is_whole = len(places) <= _AT_ONCE or not only_adds
        included = set(places) - self._opaque if is_whole else set[str]()
        goals: list[tuple[str, str]] = []
        while True:
            printed = self._printed(stage, other, included, covered)
            solved = solve(printed.goal, self._budget, _preferences(printed))
            if self._keep_goals:
                goals.append((annotated(printed), solved.status.value))
            if solved.status is Status.UNSAT:
                premises = decide(printed.premises, self._budget).status
                return Differing(Status.UNSAT, premises_hold=premises is Status.SAT, goals=tuple(goals))
            if solved.status is Status.UNKNOWN:
                return Differing(Status.UNKNOWN, reason=solved.reason, goals=tuple(goals))
            allowing, denying = self._sides
            flow, behaviours = decode(solved.model, printed.allowing, allowing.namespaces)
            subject = flow.at(other.subject)
            place = None if isinstance(subject, External) else subject.namespace
            if place in self._opaque:
                return Differing(Status.SAT, opaque=place, goals=tuple(goals))
            if place is None or place in included or not allowing.policies.speaks_of(other, place):
                refused, _ = decode(solved.model, printed.denying, denying.namespaces)
                return Differing(Status.SAT, flow, refused, behaviours, printed, goals=tuple(goals))
            position = places.index(place)
            included.update(places[position : position + max(1, len(included))])
            included -= self._opaque

    def _printed(self, stage: Stage, other: Direction, included: set[str], covered: Sequence[Predicate]) -> Difference:
        allowing, denying = self._sides
        subjects = stage.allowing[stage.denied.subject].places
        slices = {
            stage.denied: allowing.policies.slice(stage.denied, subjects),
            other: allowing.policies.slice_for(other, stage.allowing[other.subject].places, included),
        }
        ours = Allowing(Scene(stage.allowing, allowing.namespaces, self._behaviours), slices)
        theirs = Denying(
            Scene(stage.denying, denying.namespaces, self._behaviours),
            denying.policies.slice(stage.denied, subjects),
        )
        return difference(ours, theirs, covered, self._index, self._latitude, stage.text)


def _preferences(printed: Difference) -> list[list[str]]:
    """Which models make the best witnesses: pods on their own network, then a CNI that allows little."""
    encoder = printed.allowing.encoder
    ordinary = [f"-{space.host}" for space in encoder.spaces.values() if space.host not in (TRUE, FALSE)]
    cautious = [f"{'' if CAUTIOUS[free] else '-'}{encoder.behaviours[free]}" for free in printed.free_behaviours]
    known = [str(name) for name in PREFER_KNOWN.values()]
    wishes = ([*ordinary, *cautious, *known], [*ordinary, *known], [*ordinary, *cautious], ordinary, known, cautious)
    return [wish for number, wish in enumerate(wishes) if wish and wish not in wishes[:number]]
