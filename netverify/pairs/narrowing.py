"""What of all pairs is asked for: predicates about both ends and the traffic, applied to rectangles."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from netverify.model.flow import End
from netverify.pairs.cells import Cells
from netverify.pairs.diagrams import NEVER, Diagram, Diagrams
from netverify.pairs.population import Block
from netverify.pairs.rectangles import Rectangle, WideRectangle
from netverify.pairs.spread import Spread, Spreads
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Keeps what is both in ``source`` and in ``destination``, and in one of ``focus`` unless that is None.

    The spreads say which ports, in which circumstances, are asked about at that end.
    """

    source: Spread
    destination: Spread
    focus: tuple[Spread, Spread] | None
    spreads: Spreads

    def keeps(self, end: End, block: Block) -> bool:
        """Whether anyone of ``block`` at ``end`` is asked about."""
        return bool(self.spreads.cells(self.source if end is End.SOURCE else self.destination, block))

    @property
    def told_sources(self) -> Collection[int]:
        """The blocks whose members are not alike as sources."""
        return {*self.source.told(), *(self.focus[0].told() if self.focus else ())}

    def narrowed(self, rectangle: Rectangle, diagrams: Diagrams) -> Iterator[Rectangle]:
        """The rectangles that are left of ``rectangle``."""
        cells = self.spreads.cells
        sources, destinations = cells(self.source, rectangle.source), cells(self.destination, rectangle.destination)
        for part, weights in _split(rectangle, sources, destinations):
            diagram = diagrams.both(rectangle.diagram, diagrams.both(*weights))
            if diagram == NEVER:
                continue
            if self.focus is None:
                yield replace(part, diagram=diagram)
                continue
            ours = covering(cells(self.focus[0], part.source), part.source.full)
            theirs = covering(cells(self.focus[1], part.destination), part.destination.full)
            for within, (one, other) in _split(part, ours, theirs):
                focused = diagrams.both(diagram, diagrams.either(one, other))
                if focused != NEVER:
                    yield replace(within, diagram=focused)

    def narrowed_wide(self, wide: WideRectangle, diagrams: Diagrams) -> Iterator[WideRectangle]:
        """The rectangles that are left of ``wide``, which has no source in a block that this tells of."""
        for weight, bits in self.spreads.cells(self.destination, wide.destination):
            diagram = diagrams.both(wide.diagram, diagrams.both(self.source.elsewhere, weight))
            left = bits & wide.destination_bits
            if diagram == NEVER or not left:
                continue
            if self.focus is None:
                yield replace(wide, destination_bits=left, diagram=diagram)
                continue
            theirs = self.spreads.cells(self.focus[1], wide.destination)
            for other, focused_bits in covering(theirs, wide.destination.full):
                focused = diagrams.both(diagram, diagrams.either(self.focus[0].elsewhere, other))
                if focused != NEVER and focused_bits & left:
                    yield replace(wide, destination_bits=focused_bits & left, diagram=focused)


def _split(
    rectangle: Rectangle, sources: Cells, destinations: Cells
) -> Iterator[tuple[Rectangle, tuple[Diagram, Diagram]]]:
    """The parts of ``rectangle`` in which both ends are in one cell each, with the diagrams of the cells."""
    for one, source_bits in sources:
        ours = source_bits & rectangle.source_bits
        if not ours:
            continue
        for other, destination_bits in destinations:
            theirs = destination_bits & rectangle.destination_bits
            if theirs:
                yield replace(rectangle, source_bits=ours, destination_bits=theirs), (one, other)


def covering(cells: Cells, full: int) -> Cells:
    """``cells`` with everyone else in a cell of their own."""
    rest = full
    for _, bits in cells:
        rest &= ~bits
    return (*cells, (NEVER, rest)) if rest else cells
