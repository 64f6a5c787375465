"""Who may stand at the ends of a question: the casts of its scenes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from enum import Enum
from functools import partial

from netverify.model.behaviours import Behaviour
from netverify.model.cluster import NODES, Cluster, Workload, is_node
from netverify.model.flow import End
from netverify.policy.predicate import (
    Predicate,
)
from netverify.query.question import Question
from netverify.symbolic.candidates import WorkloadIndex
from netverify.symbolic.predicate_facts import (
    ABOUT_ONE_POD,
    Look,
    Unions,
    every_workload,
    known_traffic,
    looks_at,
    named_places,
    named_workloads,
    pinned_places,
    ruled_out_places,
)
from netverify.symbolic.scene import NEW_NAMESPACE, Cast, Scene, fold


class PodScope(Enum):
    """Which pods may stand at an end: the ``EXISTING`` ones alone, or all that are ``POSSIBLE``, these included.

    ``POSSIBLE`` names few existing pods, since a possible one stands for those that are like it; ``NAMED`` names them
    all. ``CREATED`` are the pods alone that are not in the manifests.
    """

    EXISTING = "existing"
    POSSIBLE = "possible"
    NAMED = "named"
    CREATED = "created"


class Casting:
    """Casts the ends of questions about one cluster."""

    def __init__(self, cluster: Cluster) -> None:
        self.namespaces = cluster.namespaces
        self.index = WorkloadIndex(cluster)
        self._known: dict[tuple[Predicate, End, PodScope], Cast] = {}
        self._places = tuple(sorted((NEW_NAMESPACE, *(name for name in cluster.namespaces if name != NODES))))

    def scene(
        self,
        question: Question,
        source: PodScope,
        destination: PodScope,
        behaviours: Mapping[Behaviour, bool],
    ) -> Scene:
        """The scene of ``question`` with the given scopes at its ends."""
        scopes = {End.SOURCE: source, End.DESTINATION: destination}
        asked = {End.SOURCE: question.source, End.DESTINATION: question.destination}
        casts = {
            end: self._with_named(question, end, scopes[end], self.cast(asked[end], end, scopes[end])) for end in End
        }
        crowds = {end: self.crowd(asked[end], end, casts[end]) for end in End if scopes[end] is PodScope.POSSIBLE}
        protocol, port = known_traffic(question.traffic)
        return Scene(casts, self.namespaces, behaviours, protocol, port, crowds)

    def _with_named(self, question: Question, end: End, scope: PodScope, cast: Cast) -> Cast:
        """``cast`` with the workloads that ``question`` leaves aside by name, for whom no possible pod can stand."""
        if scope is not PodScope.POSSIBLE:
            return cast
        named = frozenset(key for predicate in question.beside for key in every_workload(predicate, end))
        named -= {workload.key for workload in cast.workloads}
        if not named:
            return cast
        asked_about = self.cast(
            question.source if end is End.SOURCE else question.destination, end, PodScope.EXISTING
        ).workloads
        added = (workload for workload in asked_about if workload.key in named)
        return replace(cast, workloads=tuple(sorted((*cast.workloads, *added), key=lambda workload: workload.key)))

    def crowd(self, predicate: Predicate, end: End, cast: Cast) -> tuple[Workload, ...]:
        """The existing pods with known addresses that the possible pods of ``cast`` stand for."""
        if not self.index.addresses_known:
            return ()
        named = {workload.key for workload in cast.workloads}
        everyone = self.cast(predicate, end, PodScope.EXISTING).workloads
        return tuple(workload for workload in everyone if workload.known_addresses and workload.key not in named)

    def cast(self, predicate: Predicate, end: End, scope: PodScope) -> Cast:
        """Everyone at ``end`` for whom ``predicate`` does not fold to False.

        In the ``POSSIBLE`` scope a possible pod stands for the existing pods that are like it, so that only those have
        to be named that it cannot stand for: pods on the host network, and workloads that the question names. (Pods
        with a known address are in the scene's crowd.)
        """
        key = (predicate, end, scope)
        if key not in self._known:
            self._known[key] = self._cast(predicate, end, scope)
        return self._known[key]

    def is_anyone(self, predicate: Predicate, end: End) -> bool:
        """Whether a cast of ``predicate`` in the ``NAMED`` scope has anybody; the first place with someone will do."""
        pinned, unions = pinned_places(predicate, end), Unions(end)
        ruled_out = ruled_out_places(predicate, end)
        places = (place for place in (self._places if pinned is None else sorted(pinned - {NODES})))
        if any(place not in ruled_out and self._may_be_in(predicate, place, unions) for place in places):
            return True
        return not self.cast(predicate, end, PodScope.NAMED).empty

    def _cast(self, predicate: Predicate, end: End, scope: PodScope) -> Cast:
        pinned = pinned_places(predicate, end)
        places = self._places if pinned is None else tuple(sorted(pinned - {NODES}))
        ruled_out = ruled_out_places(predicate, end)
        if ruled_out:
            places = tuple(place for place in places if place not in ruled_out)
        external = self._may_be(predicate, end, Cast(external=True))
        unions = Unions(end)
        namespaces = self._namespaces_for(predicate, places, unions)
        if scope is PodScope.CREATED:
            return Cast(namespaces)
        named = named_workloads(predicate, end)
        looks = looks_at(predicate)
        if named is None and not looks & {Look.WORKLOAD, Look.HOST}:
            # A possible pod can be like any pod, as far as the predicate looks: where it cannot be, none can.
            places = namespaces
        only_hosts = scope is PodScope.POSSIBLE and named is None and Look.WORKLOAD not in looks
        by_place = self.index.hosts_in_namespace if only_hosts else self.index.in_namespace
        workloads = [workload for place in places for workload in by_place.get(place, ())]
        if named is not None:
            workloads = [workload for workload in workloads if workload.key in named]
        if looks & ABOUT_ONE_POD:
            workloads = [
                w
                for w in workloads
                if self._may_be(unions.within(predicate, w.key.namespace), end, Cast(workloads=(w,)))
            ]
        nodes = self._nodes(predicate, end) if named is None or any(map(is_node, named)) else ()
        possible = namespaces if scope is not PodScope.EXISTING else ()
        return Cast(possible, (*nodes, *workloads), external, unnamed=scope is PodScope.POSSIBLE)

    def _nodes(self, predicate: Predicate, end: End) -> tuple[Workload, ...]:
        """The nodes for which ``predicate`` may hold at ``end``; their place comes before every namespace."""
        return tuple(one for one in self.index.nodes if self._may_be(predicate, end, Cast(workloads=(one,))))

    def count(self, predicate: Predicate, end: End) -> int:
        """At most so many existing pods are at ``end``."""
        named = named_workloads(predicate, end)
        if named is not None:
            return len(named)
        pinned = pinned_places(predicate, end)
        if pinned is None:
            return len(self.index.everyone)
        nodes = len(self.index.nodes) if NODES in pinned else 0
        return nodes + sum(len(self.index.in_namespace.get(place, ())) for place in pinned)

    def _namespaces_for(self, predicate: Predicate, places: tuple[str, ...], unions: Unions) -> tuple[str, ...]:
        """The ``places`` where ``predicate`` may hold for a possible pod; most places are alike."""
        may_be_in = partial(self._may_be_in, predicate, unions=unions)
        told_apart = named_places(predicate, unions.end)
        if told_apart is None:
            return tuple(p for p in places if may_be_in(p))
        elsewhere = next((p for p in places if p not in told_apart), None)
        others = elsewhere is not None and may_be_in(elsewhere)
        return tuple(p for p in places if (may_be_in(p) if p in told_apart else others))

    def _may_be_in(self, predicate: Predicate, place: str, unions: Unions) -> bool:
        return self._may_be(unions.within(predicate, place), unions.end, Cast(namespaces=(place,)))

    def _may_be(self, predicate: Predicate, end: End, cast: Cast) -> bool:
        nobody = Cast()
        casts = {other: cast if other is end else nobody for other in End}
        return fold(predicate, Scene(casts, self.namespaces, {})) is not False
