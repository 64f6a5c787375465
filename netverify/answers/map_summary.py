"""A map in numbers, from sizes of sets: it costs as much as there are bundles, not as there are pairs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from enum import Enum

from netverify.answers.mapping import Map
from netverify.answers.membership import Membership, Union
from netverify.model.flow import Direction
from netverify.pairs.outcome import Bundle, Isolation, Members, WideMembers
from netverify.pairs.population import EXTERNAL
from netverify.records import dataclass

ANYBODY_OUTSIDE = Members(EXTERNAL, (), -1)
"""All external ranges, to ask how many of them are in a set."""


@dataclass(frozen=True, slots=True)
class Count:
    """How many it is: at least ``surely``, and at most ``perhaps``, where it depends on something."""

    surely: int = 0
    perhaps: int = 0


class Trait(Enum):
    """What is counted about workloads: three of them are about connections, two about policies."""

    ISOLATED_FOR_INGRESS = "isolated for ingress"
    ISOLATED_FOR_EGRESS = "isolated for egress"
    REACHED_FROM_OUTSIDE = "reached from outside"
    REACHED_FROM_ELSEWHERE = "reached from another namespace"
    REACHING_OUTSIDE = "reaching outside"


@dataclass(frozen=True, slots=True)
class PlaceSummary:
    """The ``workloads`` of a namespace, and how many of them have each trait."""

    name: str
    workloads: int
    traits: Mapping[Trait, Count]


@dataclass(frozen=True, slots=True)
class MapSummary:
    """All workloads and ``ranges`` outside, and each namespace in order.

    ``pairs`` are the ordered pairs of distinct endpoints of which one is a workload; ``connected`` are those of them
    with some access, and ``on`` is what some of them depend on.
    """

    total: PlaceSummary
    places: tuple[PlaceSummary, ...]
    ranges: int
    pairs: int
    connected: Count
    on: tuple[str, ...]


def map_summary(mapped: Map) -> MapSummary:
    """``mapped`` in numbers."""
    endpoints = mapped.connectivity.endpoints
    membership = Membership(endpoints)
    ranges = membership.sizes[membership.outside]
    workloads = len(endpoints) - ranges
    tally = _Tally(membership)
    for bundle in mapped.connectivity.bundles():
        tally.add(bundle)
    sizes = membership.sizes[: membership.outside]
    counts = {trait: _by_place(*numbers, membership) for trait, numbers in (*tally.found(), *_isolated(mapped))}
    places = tuple(
        PlaceSummary(name, sizes[place], {trait: counts[trait][place] for trait in Trait})
        for place, name in enumerate(membership.names)
    )
    total = PlaceSummary("", workloads, {trait: _sum(counts[trait]) for trait in Trait})
    pairs = workloads * (workloads - 1) + 2 * workloads * ranges
    return MapSummary(total, places, ranges, pairs, Count(tally.surely, tally.surely + tally.perhaps), tally.on())


class _Tally:
    """What the bundles so far add up to."""

    def __init__(self, membership: Membership) -> None:
        self._membership = membership
        self.surely = self.perhaps = 0
        self._on: dict[int, tuple[str, ...]] = {}
        about = (Trait.REACHED_FROM_OUTSIDE, Trait.REACHED_FROM_ELSEWHERE, Trait.REACHING_OUTSIDE)
        self._unions = {trait: (Union(), Union()) for trait in about}

    def add(self, bundle: Bundle) -> None:
        """Counts ``bundle``."""
        sources, destinations, outside = bundle.sources, bundle.destinations, self._membership.outside
        sure = bool(bundle.access.allowed)
        self._on[id(bundle.access.on)] = bundle.access.on
        if sure:
            self.surely += len(bundle)
        else:
            self.perhaps += len(bundle)
        for place, targets in self._membership.parts(destinations):
            if place == outside:
                for piece in sources.parts():
                    self._union(Trait.REACHING_OUTSIDE, sure=sure).add(piece)
                continue
            from_outside = self._union(Trait.REACHED_FROM_OUTSIDE, sure=sure)
            if targets not in from_outside and sources & ANYBODY_OUTSIDE:
                from_outside.add(targets)
            from_elsewhere = self._union(Trait.REACHED_FROM_ELSEWHERE, sure=sure)
            if targets not in from_elsewhere and self._come_from_elsewhere(sources, place):
                from_elsewhere.add(targets)

    def _come_from_elsewhere(self, sources: Members | WideMembers, place: int) -> bool:
        """Whether one of ``sources`` is in another namespace than ``place``; mostly one of the first tells."""
        outside = self._membership.outside
        for piece in sources.parts():
            for there, _ in self._membership.parts(piece):
                if there not in (place, outside):
                    return True
        return False

    def found(self) -> Iterator[tuple[Trait, tuple[set[int], set[int]]]]:
        """For each trait the endpoints that have it, and those that perhaps do; the second may repeat the first."""
        for trait, (surely, perhaps) in self._unions.items():
            yield trait, (surely.numbers(), perhaps.numbers())

    def on(self) -> tuple[str, ...]:
        """Everything that anything depends on, sorted."""
        return tuple(sorted({one for several in self._on.values() for one in several}))

    def _union(self, trait: Trait, *, sure: bool) -> Union:
        return self._unions[trait][0 if sure else 1]


def _isolated(mapped: Map) -> Iterator[tuple[Trait, tuple[set[int], set[int]]]]:
    traits = {Direction.INGRESS: Trait.ISOLATED_FOR_INGRESS, Direction.EGRESS: Trait.ISOLATED_FOR_EGRESS}
    for direction, trait in traits.items():
        states = mapped.connectivity.isolation(direction)
        surely = {number for number, state in enumerate(states) if state is Isolation.ISOLATED}
        perhaps = {number for number, state in enumerate(states) if state is Isolation.DEPENDS}
        yield trait, (surely, perhaps)


def _by_place(surely: set[int], perhaps: set[int], membership: Membership) -> list[Count]:
    least, most = [0] * (membership.outside + 1), [0] * (membership.outside + 1)
    for number in surely:
        least[membership.of[number]] += 1
    for number in surely | perhaps:
        most[membership.of[number]] += 1
    return [Count(*both) for both in zip(least, most, strict=True)]


def _sum(counts: Iterable[Count]) -> Count:
    found = list(counts)
    return Count(sum(one.surely for one in found), sum(one.perhaps for one in found))
