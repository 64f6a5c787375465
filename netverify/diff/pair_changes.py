"""What existing workloads may open to each other, and to and from outside, on both sides: all pairs compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from netverify.diff.changes import Changes
from netverify.diff.outcome import PairChange
from netverify.diff.sides import Facts, Sides
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import Direction, End
from netverify.model.traffic import PortSet, Protocol, port_set, without
from netverify.pairs.all_pairs import all_pairs
from netverify.pairs.outcome import Access
from netverify.policy.predicate import AddressIn, AnyOf, InNamespace, IsWorkload, Predicate

_NOTHING = Access()
_EMPTY = PortSet()


class PairChanges:
    """Compares all pairs of both sides of which an end is treated differently, or is different."""

    def __init__(self, sides: Sides, changes: Changes) -> None:
        self._sides = sides
        self._changes = changes
        self._focus = self._suspects(End.SOURCE), self._suspects(End.DESTINATION)
        self._ranges = tuple(sorted(changes.everywhere.ranges))

    def all(self) -> Iterator[tuple[str, str, Access, Access]]:
        """Source, destination, and their access on the old and the new side, where it is any on one of them.

        Both ends are on both sides. In the order of sources.
        """
        rows = (self._rows(self._sides.old), self._rows(self._sides.new))
        one, other = next(rows[0], None), next(rows[1], None)
        while one is not None or other is not None:
            first = min(row[0] for row in (one, other) if row is not None)
            before = one[1] if one is not None and one[0] == first else {}
            after = other[1] if other is not None and other[0] == first else {}
            for destination in sorted(before.keys() | after.keys()):
                ours, theirs = before.get(destination, _NOTHING), after.get(destination, _NOTHING)
                yield first[1], destination[1], ours, theirs
            if one is not None and one[0] == first:
                one = next(rows[0], None)
            if other is not None and other[0] == first:
                other = next(rows[1], None)

    def _suspects(self, end: End) -> Predicate:
        direction = Direction.EGRESS if end is End.SOURCE else Direction.INGRESS
        return AnyOf(
            (
                *(InNamespace(end, name) for name in self._changes.places(direction)),
                *(IsWorkload(end, one.new.key) for one in self._changes.workloads),
            )
        )

    def _rows(self, facts: Facts) -> Iterator[tuple[tuple[int, str], dict[tuple[int, str], Access]]]:
        apart = tuple(AddressIn(end, (block,)) for end in End for block in self._ranges)
        connectivity = all_pairs(
            facts.cluster,
            facts.policies,
            self._sides.fixed,
            pod_cidrs=self._sides.settings.pod_cidrs,
            asked=(*self._focus, *apart),
        ).narrowed(focus=self._focus)
        gone: set[WorkloadKey] = {*self._changes.added, *self._changes.removed}
        names = [None if one.workload in gone else (0 if one.workload else 1, one.id) for one in connectivity.endpoints]
        for number, row in groupby(connectivity.connections(replicas=True), key=lambda pair: pair.source):
            source = names[number]
            if source is None:
                continue
            accesses = {name: one.access for one in row if (name := names[one.destination]) is not None}
            yield source, accesses


def change_of(source: str, destination: str, before: Access, after: Access) -> PairChange | None:
    """What changed between two endpoints; None where all ports are as they were: allowed, denied, or dependent."""
    gained, lost = {}, {}
    for protocol in Protocol:
        had, has = before.allowed.get(protocol, _EMPTY), after.allowed.get(protocol, _EMPTY)
        might, may = before.depends.get(protocol, _EMPTY), after.depends.get(protocol, _EMPTY)
        up = _union(without(has, had), without(may, _union(had, might)))
        down = _union(without(had, has), without(might, _union(has, may)))
        if up:
            gained[protocol] = up
        if down:
            lost[protocol] = down
    return PairChange(source, destination, before, after, gained, lost) if gained or lost else None


def _union(one: PortSet, other: PortSet) -> PortSet:
    return port_set(*one.ranges, *other.ranges)


def in_doubt(before: Access, after: Access) -> Mapping[Protocol, PortSet]:
    """The ports that depend on something on both sides, so that it is not told whether it is the same."""
    return {protocol: ports for protocol, ports in after.depends.items() if before.depends.get(protocol)}
