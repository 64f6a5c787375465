"""Both directions put together: rectangles of sources and destinations with one diagram.

What a source may open and what a destination may receive is mostly told for few blocks of their own; for all others it
is one of few common things. So blocks of which nothing is told are not looked at one by one: sources that have the same
to say are one crowd.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import field
from typing import TypeAlias

from netverify.pairs.cells import Cells
from netverify.pairs.diagrams import NEVER, Diagram
from netverify.pairs.domain import Domain
from netverify.pairs.leeway import Leeway, Leeways
from netverify.pairs.openings import Opening, Openings
from netverify.pairs.outcome import Members, WideMembers
from netverify.pairs.population import EXTERNAL, HOSTS, Block
from netverify.pairs.spread import Part, Spread
from netverify.pairs.tables import Group
from netverify.records import dataclass

Label: TypeAlias = tuple[tuple[int, Diagram], ...]
"""What each part of a spread says of a member: (number of the part, diagram); parts that say nothing are left out."""


@dataclass(slots=True)
class Crowd:
    """Sources of many blocks that are alike in what is left open about them; ``members`` by block, ``count`` in all."""

    leeway: Leeway
    members: dict[int, Members] = field(default_factory=dict)
    count: int = 0

    def add(self, members: Members) -> None:
        """Let ``members`` join, the only ones of their block."""
        assert members.block not in self.members
        self.members[members.block] = members
        self.count += len(members)


class Crowds:
    """Gathers sources by what they may open in common with others, and by what parts of spreads say of them."""

    def __init__(self, domain: Domain, leeways: Leeways, openings: Openings) -> None:
        self._blocks = domain.population.blocks
        self._sources = [list(_sources(block, leeways, openings)) for block in self._blocks]
        self._known: dict[tuple[bool, tuple[int, ...]], Mapping[int, list[tuple[Label, Crowd]]]] = {}

    def among(self, spread: Spread) -> Mapping[int, list[tuple[Label, Crowd]]]:
        """Whoever may have something in ``spread`` in a block of which it tells nothing of its own.

        By the identity of their opening, in crowds with one label; labels go by the order of the parts of ``spread``.
        """
        everywhere = spread.elsewhere != NEVER
        key = (everywhere, tuple([id(part) for _, part in spread.parts]))
        if key not in self._known:
            self._known[key] = self._gather(spread.parts, everywhere=everywhere)
        return self._known[key]

    def _gather(self, parts: tuple[Part, ...], *, everywhere: bool) -> Mapping[int, list[tuple[Label, Crowd]]]:
        gathered: dict[int, dict[tuple[Label, int], Crowd]] = {}
        numbers = range(len(self._blocks)) if everywhere else sorted({number for _, part in parts for number in part})
        for block in map(self._blocks.__getitem__, numbers):
            sources = self._sources[block.number]
            if not sources:
                continue
            for label, labelled in _labels(block, [part.get(block.number, ()) for _, part in parts]):
                if not label and not everywhere:
                    continue
                for opening, leeway, members in sources:
                    if bits := members.bits & labelled:
                        crowds = gathered.setdefault(id(opening), {})
                        crowd = crowds.get((label, id(leeway)))
                        if crowd is None:
                            crowd = crowds[label, id(leeway)] = Crowd(leeway)
                        crowd.add(members if bits == members.bits else block.members(bits))
        return {
            opening: [(label, crowd) for (label, _), crowd in crowds.items()] for opening, crowds in gathered.items()
        }


def _sources(block: Block, leeways: Leeways, openings: Openings) -> Iterator[tuple[Opening, Leeway, Members]]:
    """The members of ``block`` by what they may open in common with others, and by what is left open about them."""
    for sources, opening in openings.of_block(block):
        for leeway, who in leeways.of_block(block):
            if bits := sources & who:
                yield opening, leeway, block.members(bits)


def _labels(block: Block, said: list[Cells]) -> Iterator[tuple[Label, int]]:
    """The members of ``block``, as bits, by what is said of them."""
    labels: list[tuple[Label, int]] = [((), block.full)]
    for number, cells in enumerate(said):
        further: list[tuple[Label, int]] = []
        for label, bits in labels:
            rest = bits
            for diagram, who in cells:
                if both := bits & who:
                    further.append(((*label, (number, diagram)), both))
                    rest &= ~both
            if rest:
                further.append((label, rest))
        labels = further
    yield from labels


@dataclass(slots=True)
class Rectangle:
    """Every one of ``source_bits`` has ``diagram`` towards every one of ``destination_bits``; not changed once made."""

    source: Block
    source_bits: int
    destination: Block
    destination_bits: int
    diagram: Diagram

    @property
    def among_hosts(self) -> bool:
        """Whether both ends are on the host network."""
        return self.source.number == HOSTS == self.destination.number


@dataclass(slots=True)
class WideRectangle:
    """As :class:`Rectangle`, with sources in many blocks that have one ``leeway``. Never changed once made."""

    leeway: Leeway
    sources: WideMembers
    destination: Block
    destination_bits: int
    diagram: Diagram


class Rectangles:
    """All rectangles of a cluster; they are disjoint, and what is in none has ``NEVER``."""

    def __init__(
        self,
        domain: Domain,
        leeways: Leeways,
        egress: Mapping[int, Sequence[Group]],
        ingress: Mapping[int, Sequence[Group]],
    ) -> None:
        self._domain = domain
        self._diagrams = domain.diagrams
        self._blocks = domain.population.blocks
        self._ingress = ingress
        self._openings = Openings(domain, egress)
        self._crowds = Crowds(domain, leeways, self._openings)
        self._apart = [self._blocks[HOSTS]] if HOSTS in leeways.told else []

    def into_block(self, destination: Block) -> Iterator[Rectangle | WideRectangle]:
        """The rectangles with destinations in ``destination``."""
        for group in self._ingress[destination.number]:
            for number, received in group.spread.blocks.items():
                yield from self._between(self._blocks[number], destination, group.bits, received)
            if group.spread.elsewhere != NEVER or group.spread.parts:
                yield from self._from_elsewhere(destination, group)

    def between(self, source: Block, destination: Block) -> Iterator[Rectangle]:
        """The rectangles between two blocks."""
        for group in self._ingress[destination.number]:
            received = self._domain.spreads.cells(group.spread, source)
            yield from self._between(source, destination, group.bits, received)

    def _from_elsewhere(self, destination: Block, group: Group) -> Iterator[Rectangle | WideRectangle]:
        """From the blocks of which ``group`` tells nothing of its own."""
        spread = group.spread
        without = set(spread.blocks)
        if destination.number == EXTERNAL:
            without.add(EXTERNAL)
        for source in (*self._openings.tellers(destination), *self._apart):
            if source.number not in without:
                without.add(source.number)
                received = self._domain.spreads.common_cells(spread, source)
                yield from self._between(source, destination, group.bits, received)
        yield from self._from_crowds(destination, group, without)

    def _from_crowds(self, destination: Block, group: Group, without: Collection[int]) -> Iterator[WideRectangle]:
        """From sources that have something in common with others, in blocks that are not in ``without``."""
        spread = group.spread
        ports = self._common_ports(spread)
        crowds = self._crowds.among(spread)
        weights: dict[Label, Diagram] = {}
        alike: dict[tuple[Diagram, int, int], list[Crowd]] = {}
        for opened_ports, opening, diagram, opened in self._openings.common_towards(destination):
            if opened_ports & ports and (bits := opened & group.bits):
                for label, crowd in crowds.get(id(opening), ()):
                    weight = weights.get(label)
                    if weight is None:
                        weight = weights[label] = self._weight(spread, label)
                    both = self._diagrams.both(weight, diagram)
                    if both != NEVER:
                        alike.setdefault((both, bits, id(crowd.leeway)), []).append(crowd)
        for (both, bits, _), found in alike.items():
            sources = WideMembers([crowd.members for crowd in found], sum(crowd.count for crowd in found), without)
            if len(sources):
                yield WideRectangle(found[0].leeway, sources, destination, bits, both)

    def _common_ports(self, spread: Spread) -> int:
        """The ports that anyone may have in ``spread`` in a block of which it tells nothing of its own."""
        ports = self._diagrams.ports_of(spread.elsewhere)
        for weight, _ in spread.parts:
            ports |= self._diagrams.ports_of(weight)
        return ports

    def _weight(self, spread: Spread, label: Label) -> Diagram:
        """What ``spread`` has for members with ``label``."""
        weight = spread.elsewhere
        for number, diagram in label:
            weight = self._diagrams.either(weight, self._diagrams.both(spread.parts[number][0], diagram))
        return weight

    def _between(self, source: Block, destination: Block, bits: int, received: Cells) -> Iterator[Rectangle]:
        if source.number == EXTERNAL == destination.number or not received:
            return
        both = self._diagrams.both
        for out_bits, opened in self._openings.towards(source, destination):
            for one, from_bits in received:
                source_bits = from_bits & out_bits
                if not source_bits:
                    continue
                for other, to_bits in opened:
                    destination_bits = to_bits & bits
                    if destination_bits:
                        diagram = both(one, other)
                        if diagram != NEVER:
                            yield Rectangle(source, source_bits, destination, destination_bits, diagram)
