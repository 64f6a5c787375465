"""What of all pairs is asked for: predicates about both ends and the traffic, applied to rectangles."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from netverify.connectivity.diagrams import NEVER, Diagram, Diagrams
from netverify.connectivity.evaluate import Evaluator
from netverify.connectivity.population import Block
from netverify.connectivity.rectangles import Rectangle
from netverify.connectivity.spread import Cells, Spread
from netverify.model.flow import End
from netverify.rules.predicate import All, Predicate


@dataclass(frozen=True, slots=True)
class Narrowing:
    """Keeps what is both in ``source`` and in ``destination``, and in one of ``focus`` unless that is None.

    The spreads say which ports, in which circumstances, are asked about at that end.
    """

    source: Spread
    destination: Spread
    focus: tuple[Spread, Spread] | None

    def keeps(self, end: End, block: Block) -> bool:
        """Whether anyone of ``block`` at ``end`` is asked about."""
        return bool((self.source if end is End.SOURCE else self.destination).cells(block))

    def narrowed(self, rectangle: Rectangle, diagrams: Diagrams) -> Iterator[Rectangle]:
        """The rectangles that are left of ``rectangle``."""
        parts = _split(rectangle, self.source.cells(rectangle.source), self.destination.cells(rectangle.destination))
        for part, weight in ((part, diagrams.both(*weights)) for part, weights in parts):
            diagram = diagrams.both(rectangle.diagram, weight)
            if diagram == NEVER:
                continue
            if self.focus is None:
                yield replace(part, diagram=diagram)
                continue
            ours = _covering(self.focus[0].cells(part.source), part.source.full)
            theirs = _covering(self.focus[1].cells(part.destination), part.destination.full)
            for within, (one, other) in _split(part, ours, theirs):
                focused = diagrams.both(diagram, diagrams.either(one, other))
                if focused != NEVER:
                    yield replace(within, diagram=focused)


def narrowing(
    source: Predicate,
    destination: Predicate,
    traffic: Predicate,
    focus: tuple[Predicate, Predicate] | None,
    evaluator: Evaluator,
) -> Narrowing:
    """``source`` looks at the source alone, ``destination`` and ``traffic`` at the destination alone.

    ``focus`` are predicates about the source and about the destination, one of which has to hold.
    """
    return Narrowing(
        evaluator.spread(source, End.SOURCE),
        evaluator.spread(All((destination, traffic)), End.DESTINATION),
        None
        if focus is None
        else (evaluator.spread(focus[0], End.SOURCE), evaluator.spread(focus[1], End.DESTINATION)),
    )


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


def _covering(cells: Cells, full: int) -> Cells:
    """``cells`` with everyone else in a cell of their own."""
    rest = full
    for _, bits in cells:
        rest &= ~bits
    return (*cells, (NEVER, rest)) if rest else cells
