"""Both directions put together: rectangles of sources and destinations with one diagram.

What a source may open and what a destination may receive are mostly told for few blocks, with one diagram for all the
others; so blocks that nothing speaks of are never looked at one by one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from netverify.connectivity.diagrams import NEVER, Diagram, Diagrams
from netverify.connectivity.population import EXTERNAL, Block
from netverify.connectivity.spread import Cells
from netverify.connectivity.tables import Group


@dataclass(frozen=True, slots=True)
class Rectangle:
    """Every one of ``source_bits`` has ``diagram`` towards every one of ``destination_bits``."""

    source: Block
    source_bits: int
    destination: Block
    destination_bits: int
    diagram: Diagram


class Rectangles:
    """All rectangles of a cluster; they are disjoint, and what is in none has ``NEVER``."""

    def __init__(
        self,
        blocks: Sequence[Block],
        egress: Mapping[int, Sequence[Group]],
        ingress: Mapping[int, Sequence[Group]],
        diagrams: Diagrams,
    ) -> None:
        self._blocks = blocks
        self._diagrams = diagrams
        self._egress = egress
        self._ingress = ingress
        self._told_by: dict[int, dict[int, list[int]]] = defaultdict(dict)
        self._open_to_all: list[tuple[int, int]] = []
        for number, groups in ingress.items():
            for position, group in enumerate(groups):
                for source in group.spread.blocks:
                    self._told_by[source].setdefault(number, []).append(position)
                if group.spread.elsewhere != NEVER:
                    self._open_to_all.append((number, position))

    def from_block(self, source: Block, reached: Collection[int] | None = None) -> Iterator[Rectangle]:
        """The rectangles with sources in ``source``, in the order of their destinations' blocks.

        Only those with destinations in the blocks ``reached``, unless that is None. None is between external addresses.
        """
        if not source.full:
            return
        outgoing = _Outgoing(self._egress[source.number])
        for number, positions in sorted(self._incoming(source).items()):
            if number == EXTERNAL == source.number or (reached is not None and number not in reached):
                continue
            destination = self._blocks[number]
            columns = outgoing.towards(destination)
            if not columns:
                continue
            for position in positions:
                group = self._ingress[number][position]
                yield from self._meeting(source, destination, group, columns)

    def _incoming(self, source: Block) -> dict[int, list[int]]:
        """The groups of destinations, by block, that may receive something from ``source``."""
        incoming = {number: list(positions) for number, positions in self._told_by.get(source.number, {}).items()}
        for number, position in self._open_to_all:
            if source.number not in self._ingress[number][position].spread.blocks:
                incoming.setdefault(number, []).append(position)
        return incoming

    def _meeting(
        self, source: Block, destination: Block, group: Group, columns: list[tuple[int, Cells]]
    ) -> Iterator[Rectangle]:
        both = self._diagrams.both
        for received, from_bits in group.spread.cells(source):
            for out_bits, cells in columns:
                source_bits = from_bits & out_bits
                if not source_bits:
                    continue
                for opened, to_bits in cells:
                    destination_bits = to_bits & group.bits
                    if destination_bits:
                        diagram = both(received, opened)
                        if diagram != NEVER:
                            yield Rectangle(source, source_bits, destination, destination_bits, diagram)


class _Outgoing:
    """What the members of one block may open, by the block of the destination."""

    def __init__(self, groups: Sequence[Group]) -> None:
        self._groups = groups
        self._told: dict[int, list[Group]] = defaultdict(list)
        everywhere: dict[Diagram, int] = defaultdict(int)
        for group in groups:
            for number in group.spread.blocks:
                self._told[number].append(group)
            if group.spread.elsewhere != NEVER:
                everywhere[group.spread.elsewhere] |= group.bits
        self._everywhere = dict(everywhere)

    def towards(self, destination: Block) -> list[tuple[int, Cells]]:
        """Sources, as bits, with the cells of ``destination`` that they may open something to."""
        told = self._told.get(destination.number, [])
        columns = [(group.bits, cells) for group in told if (cells := group.spread.blocks[destination.number])]
        told_bits = 0
        for group in told:
            told_bits |= group.bits
        for diagram, bits in self._everywhere.items():
            if rest := bits & ~told_bits:
                columns.append((rest, ((diagram, destination.full),)))
        return columns
