"""A wide question cut into narrow ones, so that its flows can be found without speaking of everyone each time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, Requirement
from netverify.queries.question import Question, narrowed
from netverify.rules.predicate import All, AnyOf, InNamespace, IsPod, NamespaceMatches, Not, OnHostNetwork, Predicate
from netverify.rules.slicing import PolicyIndex
from netverify.rules.visit import unchanged
from netverify.symbolic import widths
from netverify.symbolic.candidates import may_allow
from netverify.symbolic.casting import Casting, PodScope
from netverify.symbolic.predicate_facts import pinned_places
from netverify.symbolic.scene import NEW_NAMESPACE, Cast, Scene


class Pieces:
    """Cuts questions about one cluster, under one set of fixed behaviours."""

    def __init__(self, casting: Casting, policies: PolicyIndex, behaviours: Mapping[Behaviour, bool]) -> None:
        self._casting = casting
        self._policies = policies
        self._behaviours = behaviours

    def of(self, question: Question) -> tuple[Question, ...]:
        """Questions that together ask about every flow that ``question`` does.

        Each is about one namespace of a wide end, but for one that is about all whom policies certainly keep away from
        the other end: it has to be asked like the others, and is soon answered.
        """
        pieces = [question]
        for end in End:
            pieces = [piece for one in pieces for piece in self._cut(one, end)]
        return tuple(pieces)

    def _cut(self, question: Question, end: End) -> Iterator[Question]:
        scene = self._casting.scene(question, PodScope.POSSIBLE, PodScope.POSSIBLE, self._behaviours)
        cast = scene.casts[end]
        if len(cast.places) <= widths.CUT:
            yield question
            return
        if cast.external:
            yield narrowed(question, end, Not(IsPod(end)))
        if any(workload.host_network for workload in cast.workloads):
            yield narrowed(question, end, OnHostNetwork(end))
        kept_away: list[str] = []
        for place in cast.places:
            if self._may_pass(place, end, scene):
                yield narrowed(_about(question, place, end), end, self._in_place(place, end))
            else:
                kept_away.append(place)
        if kept_away:
            yield narrowed(question, end, AnyOf(tuple(self._in_place(place, end) for place in kept_away)))

    def _may_pass(self, place: str, end: End, scene: Scene) -> bool:
        """Whether policies of both ends may let a pod of ``place`` through; if not, they certainly do not."""
        casts = {**scene.casts, end: Cast(namespaces=(place,), unnamed=True)}
        there = replace(scene, casts=casts)
        return all(may_allow(self._policies.slice(d, casts[d.subject].places), there) for d in Direction)

    def _in_place(self, place: str, end: End) -> Predicate:
        if place != NEW_NAMESPACE:
            return InNamespace(end, place)
        known = tuple(sorted(self._casting.namespaces))
        return NamespaceMatches(end, LabelSelector((Requirement(NAMESPACE_NAME_LABEL, Operator.NOT_IN, known),)))


def _about(question: Question, place: str, end: End) -> Question:
    """``question`` without those at ``end`` who are certainly not in the namespace ``place``."""
    if end is End.SOURCE:
        return replace(question, source=_without_others(question.source, place, end))
    return replace(question, destination=_without_others(question.destination, place, end))


def _without_others(predicate: Predicate, place: str, end: End) -> Predicate:
    match predicate:
        case AnyOf(parts):
            kept = [part for part in parts if (pinned := pinned_places(part, end)) is None or place in pinned]
            return AnyOf(tuple(_without_others(part, place, end) for part in kept))
        case All(parts):
            return All(tuple(_without_others(part, place, end) for part in parts))
        case Not():
            return predicate
        case _ as leaf:
            return unchanged(leaf)
