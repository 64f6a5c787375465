"""What sources may open: to blocks of which they tell something of their own, and to all others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field
from typing import TypeAlias

from netverify.pairs.cells import Cells
from netverify.pairs.diagrams import NEVER, Diagram
from netverify.pairs.domain import Domain
from netverify.pairs.population import Block
from netverify.pairs.spread import Spread
from netverify.pairs.tables import Group
from netverify.records import dataclass

_Common: TypeAlias = tuple[Diagram, tuple[tuple[Diagram, int], ...]]
"""What identifies what a spread says of blocks of which it tells nothing of its own."""


@dataclass(slots=True)
class Opening:
    """What some sources may open to blocks of which they tell nothing of their own: ``spread`` says it.

    ``sources`` are bits by block.
    """

    spread: Spread
    sources: dict[int, int] = field(default_factory=dict)


class Openings:
    """What sources may open, by the block of the destination."""

    def __init__(self, domain: Domain, egress: Mapping[int, Sequence[Group]]) -> None:
        self._spreads = domain.spreads
        self._diagrams = domain.diagrams
        self._blocks = domain.population.blocks
        self._told: dict[tuple[int, int], list[Group]] = {}
        self._tellers: dict[int, list[Block]] = {}
        self._common: dict[_Common, Opening] = {}
        self._of_block: list[list[tuple[int, Opening]]] = [[] for _ in self._blocks]
        self._columns: dict[tuple[int, int], list[tuple[int, Cells]]] = {}
        self._towards: dict[int, list[tuple[int, Opening, Diagram, int]]] = {}
        for block in self._blocks:
            for group in egress[block.number]:
                self._add(block, group)
        for opening in self._common.values():
            for number, bits in opening.sources.items():
                self._of_block[number].append((bits, opening))

    def _add(self, block: Block, group: Group) -> None:
        for number in group.spread.blocks:
            told = self._told.setdefault((block.number, number), [])
            if not told:
                self._tellers.setdefault(number, []).append(block)
            told.append(group)
        if group.spread.elsewhere != NEVER or group.spread.parts:
            key = _common(group.spread)
            opening = self._common.setdefault(key, Opening(group.spread))
            opening.sources[block.number] = opening.sources.get(block.number, 0) | group.bits

    def of_block(self, block: Block) -> Sequence[tuple[int, Opening]]:
        """The members of ``block``, as bits, that have an opening in common with others."""
        return self._of_block[block.number]

    def tellers(self, destination: Block) -> Sequence[Block]:
        """The blocks with sources that tell something of their own of ``destination``."""
        return self._tellers.get(destination.number, ())

    def common_towards(self, destination: Block) -> list[tuple[int, Opening, Diagram, int]]:
        """Every opening that gives something to ``destination``: which ports, what exactly, and to whom, as bits."""
        found = self._towards.get(destination.number)
        if found is None:
            found = self._towards[destination.number] = [
                (self._diagrams.ports_of(diagram), opening, diagram, bits)
                for opening in self._common.values()
                for diagram, bits in self._spreads.common_cells(opening.spread, destination)
            ]
        return found

    def towards(self, source: Block, destination: Block) -> list[tuple[int, Cells]]:
        """Sources, as bits, with the cells of ``destination`` that they may open something to."""
        key = (source.number, destination.number)
        columns = self._columns.get(key)
        if columns is None:
            columns = list(self._columns_of(source, destination))
            if key in self._told:
                self._columns[key] = columns
        return columns

    def _columns_of(self, source: Block, destination: Block) -> Iterator[tuple[int, Cells]]:
        told_bits = 0
        columns: dict[Cells, int] = {}
        for group in self._told.get((source.number, destination.number), ()):
            told_bits |= group.bits
            if cells := group.spread.blocks[destination.number]:
                columns[cells] = columns.get(cells, 0) | group.bits
        for bits, opening in self._of_block[source.number]:
            rest = bits & ~told_bits
            if rest and (cells := self._spreads.common_cells(opening.spread, destination)):
                columns[cells] = columns.get(cells, 0) | rest
        return ((bits, cells) for cells, bits in columns.items())


def _common(spread: Spread) -> _Common:
    return (spread.elsewhere, tuple([(weight, id(part)) for weight, part in spread.parts]))
