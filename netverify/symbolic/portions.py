"""Questions and scenes cut into parts that together are the whole."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cache
from itertools import islice

from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Workload
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, Requirement
from netverify.policy.predicate import All, AnyOf, InNamespace, IsPod, NamespaceMatches, Not, OnHostNetwork, Predicate
from netverify.policy.slicing import PolicyIndex
from netverify.policy.visit import unchanged
from netverify.query.question import Question, narrowed
from netverify.symbolic import widths
from netverify.symbolic.candidates import Admission, may_allow
from netverify.symbolic.casting import Casting, PodScope
from netverify.symbolic.predicate_facts import pinned_places
from netverify.symbolic.scene import NEW_NAMESPACE, Cast, Scene


def portions(scene: Scene) -> Iterator[Scene]:
    """Scenes with few existing pods at each end that together have every flow of ``scene``."""
    for source in _portions(scene.casts[End.SOURCE]):
        for destination in _portions(scene.casts[End.DESTINATION]):
            yield replace(scene, casts={End.SOURCE: source, End.DESTINATION: destination})


def _portions(cast: Cast) -> Iterator[Cast]:
    if len(cast.workloads) <= widths.EXISTING_AT_ONCE:
        yield cast
        return
    for start in range(0, len(cast.workloads), widths.EXISTING_AT_ONCE):
        portion = cast.workloads[start : start + widths.EXISTING_AT_ONCE]
        # Whoever else is in the cast needs to be in one portion only.
        yield replace(cast, workloads=portion) if start == 0 else Cast(workloads=portion)


class AllowedPortions:
    """Portions that together have every flow of a scene that ``policies`` allow."""

    def __init__(self, policies: PolicyIndex) -> None:
        self._policies = policies

    def of(self, scene: Scene) -> Iterator[Scene]:
        """The portions of ``scene``, without existing pods of a wide end whom policies certainly keep away."""
        for direction in Direction:
            subject, peer = scene.casts[direction.subject], scene.casts[direction.peer]
            is_narrow = len(subject.places) <= widths.NARROW and not subject.external
            if len(peer.workloads) > widths.EXISTING_AT_ONCE and is_narrow:
                yield from self._let_in(scene, direction)
                return
        yield from portions(scene)

    def _let_in(self, scene: Scene, direction: Direction) -> Iterator[Scene]:
        """Portions of a wide peer's end with only those pods that policies may let through to the subject's."""
        through = self._through(scene, direction)
        others = replace(scene.casts[direction.peer], workloads=())
        while portion := tuple(islice(through, widths.EXISTING_AT_ONCE)):
            cast = replace(others, workloads=portion)
            yield from portions(replace(scene, casts={**scene.casts, direction.peer: cast}))
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
        anyone = {**scene.casts, direction.peer: Cast(namespaces=(namespace,), unnamed=True)}
        return may_allow(self._policies.slice(opposite, (namespace,)), replace(scene, casts=anyone))


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
