"""A map from the side of what is reached: endpoints that are reached alike, on which ports, and by whom."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import groupby

from netverify.answers.map_view import MapView, own_accesses
from netverify.model.flow import Direction
from netverify.model.traffic import PortSet, Protocol
from netverify.pairs.outcome import Access, Isolation, Members, WideMembers
from netverify.query.grouping import Grouping
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Way:
    """Some nodes may open ``ports``: those of the bits ``sources``, but none to itself.

    ``on`` says what it depends on, and is empty where it holds whatever is left open. ``own``: each destination may
    also open them to itself, as between two of its pods.
    """

    ports: Mapping[Protocol, PortSet]
    on: tuple[str, ...]
    sources: int
    own: bool = False


@dataclass(frozen=True, slots=True)
class Exposure:
    """Nodes of one namespace, or ranges outside, that are reached in the same ``ways``; by nobody without any.

    ``isolation`` is about ingress; nodes of several endpoints are as open as their first.
    """

    destinations: tuple[int, ...]
    ways: tuple[Way, ...]
    isolation: Isolation


def exposures(view: MapView) -> Iterator[Exposure]:
    """How the nodes of ``view`` are reached: in the order of places, in each in the order of the first destinations."""
    columns = _Columns(view)
    isolation = view.map.connectivity.isolation(Direction.INGRESS)
    for _, numbers in groupby(view.listed(), key=lambda number: view.nodes[number].namespace):
        alike: dict[tuple[Isolation, tuple[tuple[int, int, bool], ...]], list[int]] = {}
        for number in numbers:
            alike.setdefault((isolation[view.nodes[number].members[0]], columns.of(number)), []).append(number)
        for (state, column), destinations in alike.items():
            # Endpoints that are wanted as sources alone are not reached by nobody: nobody asked.
            if column or (view.map.has_workloads and not view.map.wanted.names_endpoints):
                yield Exposure(tuple(destinations), tuple(columns.way(*entry) for entry in column), state)


class _Columns:
    """Who reaches each node, by facts: ports and what they depend on."""

    def __init__(self, view: MapView) -> None:
        self._facts: list[tuple[Mapping[Protocol, PortSet], tuple[str, ...]]] = []
        self._order: list[tuple[object, ...]] = []
        self._numbers: dict[tuple[object, ...], int] = {}
        self._known: dict[int, tuple[Access, tuple[int, ...]]] = {}
        self._columns: dict[int, dict[int, int]] = {}
        self._own: dict[int, frozenset[int]] = {}
        if view.grouping is Grouping.WORKLOAD:
            self._read_bundles(view)
        else:
            self._read_rows(view)

    def of(self, number: int) -> tuple[tuple[int, int, bool], ...]:
        """The entries of a node (fact, sources, whether it reaches itself): what holds anyhow first, then by ports."""
        column, own = self._columns.get(number, {}), self._own.get(number, frozenset())
        entries = [(fact, column.get(fact, 0), fact in own) for fact in {*column, *own}]
        return tuple(sorted(entries, key=lambda entry: (self._order[entry[0]], entry)))

    def way(self, fact: int, sources: int, own: bool) -> Way:
        """An entry as a way."""
        return Way(*self._facts[fact], sources, own)

    def _read_bundles(self, view: MapView) -> None:
        for bundle in view.map.connectivity.bundles():
            facts, sources = self._facts_of(bundle.access), _spread(bundle.sources)
            for destination in bundle.destinations:
                self._add(destination, facts, sources)
        if view.replicas:
            own = own_accesses(view.map.connectivity)
            self._own = {number: frozenset(self._facts_of(access)) for number, access in own.items()}

    def _read_rows(self, view: MapView) -> None:
        for row in view.rows():
            facts = self._facts_of(row.access)
            if row.source == row.destination and len(view.nodes[row.source].members) == 1:
                self._own[row.source] = frozenset(facts)
            else:
                self._add(row.destination, facts, 1 << row.source)

    def _add(self, destination: int, facts: tuple[int, ...], sources: int) -> None:
        column = self._columns.setdefault(destination, {})
        for fact in facts:
            column[fact] = column.get(fact, 0) | sources

    def _facts_of(self, access: Access) -> tuple[int, ...]:
        known = self._known.get(id(access))
        if known is None:
            both = ((access.allowed, ()), (access.depends, access.on))
            known = (access, tuple(self._number(ports, on) for ports, on in both if ports))
            self._known[id(access)] = known
        return known[1]

    def _number(self, ports: Mapping[Protocol, PortSet], on: tuple[str, ...]) -> int:
        key = (tuple(ports.items()), on)
        if key not in self._numbers:
            self._numbers[key] = len(self._facts)
            self._facts.append((ports, on))
            self._order.append((bool(on), tuple((protocol.value, one.ranges) for protocol, one in ports.items()), on))
        return self._numbers[key]


def _spread(members: Members | WideMembers) -> int:
    """The bits of the endpoints themselves."""
    spread = 0
    for piece in members.parts():
        numbers = piece.numbers
        if numbers[0] >= 0 and numbers[-1] - numbers[0] == len(numbers) - 1:
            spread |= piece.bits << numbers[0]
        else:
            spread |= sum(1 << number for number in piece)
    return spread
