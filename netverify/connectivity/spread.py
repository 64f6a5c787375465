"""Spreads: a diagram for everyone who may stand at one end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from netverify.connectivity.diagrams import NEVER, Diagram, Diagrams
from netverify.connectivity.population import Block

Cells: TypeAlias = tuple[tuple[Diagram, int], ...]
"""The members of one block by their diagram: (diagram, bits) with disjoint bits; who is missing has ``NEVER``."""


class Spread:
    """``blocks`` gives the cells of some blocks; all members of the others have ``elsewhere``.

    Compared by identity: equal spreads are not always one object.
    """

    __slots__ = ("blocks", "elsewhere")

    def __init__(self, elsewhere: Diagram, blocks: Mapping[int, Cells]) -> None:
        self.elsewhere = elsewhere
        self.blocks = blocks

    def cells(self, block: Block) -> Cells:
        """The cells of ``block``."""
        found = self.blocks.get(block.number)
        if found is None:
            return ((self.elsewhere, block.full),) if self.elsewhere != NEVER and block.full else ()
        return found

    def at(self, block: Block, bit: int) -> Diagram:
        """The diagram of one member."""
        for diagram, bits in self.cells(block):
            if bits >> bit & 1:
                return diagram
        return NEVER

    @property
    def is_never(self) -> bool:
        """Nobody has anything but ``NEVER``."""
        return self.elsewhere == NEVER and not any(self.blocks.values())


class Spreads:
    """Combines spreads over one population, member by member."""

    def __init__(self, diagrams: Diagrams, blocks: Sequence[Block]) -> None:
        self._diagrams = diagrams
        self._blocks = blocks
        self.always = Spread(diagrams.always, {})
        self.never = Spread(NEVER, {})

    def everyone(self, diagram: Diagram) -> Spread:
        """The same ``diagram`` for all."""
        if diagram == NEVER:
            return self.never
        return self.always if diagram == self._diagrams.always else Spread(diagram, {})

    def both(self, one: Spread, other: Spread) -> Spread:
        """The ports in both."""
        always = self.always
        if one is always or other is self.never:
            return other
        if other is always or one is self.never:
            return one
        both = self._diagrams.both
        elsewhere = both(one.elsewhere, other.elsewhere)
        blocks: dict[int, Cells] = {}
        for number in self._told(one, other, NEVER):
            block = self._blocks[number]
            cells = both_cells(self._diagrams, one.cells(block), other.cells(block))
            if cells or elsewhere != NEVER:
                blocks[number] = cells
        return Spread(elsewhere, blocks) if blocks or elsewhere != NEVER else self.never

    def either(self, one: Spread, other: Spread) -> Spread:
        """The ports in at least one."""
        always, never = self.always, self.never
        if one is never or other is always:
            return other
        if other is never or one is always:
            return one
        return self.any_of(((self._diagrams.always, one), (self._diagrams.always, other)))

    def any_of(self, weighted: Sequence[tuple[Diagram, Spread]]) -> Spread:
        """The ports that are both in the diagram and in the spread of at least one of ``weighted``."""
        always = self._diagrams.always
        if len(weighted) == 1 and weighted[0][0] == always:
            return weighted[0][1]
        elsewhere: Diagram = NEVER
        wide = [(weight, spread) for weight, spread in weighted if spread.elsewhere != NEVER]
        for weight, spread in wide:
            elsewhere = self._diagrams.either(elsewhere, self._diagrams.both(weight, spread.elsewhere))
        collected = self._told_cells(weighted)
        if elsewhere != NEVER:
            for number, cells in collected.items():
                collected[number] = self._with_elsewhere(number, cells, wide)
        else:
            collected = {number: cells for number, cells in collected.items() if cells}
        return Spread(elsewhere, collected) if collected else self.everyone(elsewhere)

    def _told_cells(self, weighted: Iterable[tuple[Diagram, Spread]]) -> dict[int, Cells]:
        """For every block that a spread tells of, the union of what they tell."""
        diagrams = self._diagrams
        collected: dict[int, Cells] = {}
        for weight, spread in weighted:
            for number, cells in spread.blocks.items():
                ours = cells if weight == diagrams.always else weigh(diagrams, weight, cells)
                before = collected.get(number)
                collected[number] = ours if before is None else either_cells(diagrams, before, ours)
        return collected

    def _with_elsewhere(self, number: int, cells: Cells, wide: Iterable[tuple[Diagram, Spread]]) -> Cells:
        """``cells`` with what spreads that do not tell of the block have for all of it."""
        for weight, spread in wide:
            if number not in spread.blocks:
                rest = self._diagrams.both(weight, spread.elsewhere)
                if rest != NEVER:
                    cells = either_cells(self._diagrams, cells, ((rest, self._blocks[number].full),))
        return cells

    def complement(self, one: Spread) -> Spread:
        """The ports that are not in it."""
        if one is self.always:
            return self.never
        if one is self.never:
            return self.always
        diagrams = self._diagrams
        blocks = {
            number: complement_cells(diagrams, cells, self._blocks[number].full) for number, cells in one.blocks.items()
        }
        return Spread(diagrams.complement(one.elsewhere), blocks)

    def without(self, one: Spread, other: Spread) -> Spread:
        """The ports in ``one`` that are not in ``other``."""
        if other is self.never or one is self.never:
            return one
        return self.both(one, self.complement(other))

    def anyone(self, diagram: Diagram, spread: Spread) -> Diagram:
        """The ports of ``diagram``, and those that anyone has in ``spread``."""
        either = self._diagrams.either
        diagram = either(diagram, spread.elsewhere)
        for cells in spread.blocks.values():
            for one, _ in cells:
                diagram = either(diagram, one)
        return diagram

    @staticmethod
    def _told(one: Spread, other: Spread, absorbing: Diagram) -> Iterable[int]:
        """The blocks in which the two are not ``absorbing`` at a glance."""
        if one.elsewhere == absorbing and other.elsewhere == absorbing:
            return one.blocks.keys() & other.blocks.keys()
        if one.elsewhere == absorbing:
            return one.blocks.keys()
        if other.elsewhere == absorbing:
            return other.blocks.keys()
        return one.blocks.keys() | other.blocks.keys()


def weigh(diagrams: Diagrams, weight: Diagram, cells: Cells) -> Cells:
    """The ports of ``cells`` that are in ``weight`` too."""
    if len(cells) == 1:
        ((diagram, bits),) = cells
        weighed = diagrams.both(weight, diagram)
        return ((weighed, bits),) if weighed != NEVER else ()
    return both_cells(diagrams, cells, ((weight, -1),))


def both_cells(diagrams: Diagrams, one: Cells, other: Cells) -> Cells:
    """The ports in both, member by member."""
    merged: dict[Diagram, int] = {}
    for ours, our_bits in one:
        for theirs, their_bits in other:
            if bits := our_bits & their_bits:
                diagram = diagrams.both(ours, theirs)
                if diagram != NEVER:
                    merged[diagram] = merged.get(diagram, 0) | bits
    return tuple(merged.items())


def either_cells(diagrams: Diagrams, one: Cells, other: Cells) -> Cells:
    """The ports in at least one, member by member."""
    if not one:
        return other
    if not other:
        return one
    merged: dict[Diagram, int] = {}
    ours_alone, theirs_alone = [], [bits for _, bits in other]
    for ours, our_bits in one:
        rest = our_bits
        for at, (theirs, their_bits) in enumerate(other):
            if bits := our_bits & their_bits:
                diagram = diagrams.either(ours, theirs)
                merged[diagram] = merged.get(diagram, 0) | bits
                rest &= ~bits
                theirs_alone[at] &= ~bits
        ours_alone.append(rest)
    for (diagram, _), bits in (*zip(one, ours_alone, strict=True), *zip(other, theirs_alone, strict=True)):
        if bits:
            merged[diagram] = merged.get(diagram, 0) | bits
    return tuple(merged.items())


def complement_cells(diagrams: Diagrams, cells: Cells, full: int) -> Cells:
    """The ports that are not in ``cells``, for everyone of ``full``."""
    merged: dict[Diagram, int] = {}
    rest = full
    for diagram, bits in cells:
        rest &= ~bits
        other = diagrams.complement(diagram)
        if other != NEVER:
            merged[other] = merged.get(other, 0) | bits
    if rest:
        merged[diagrams.always] = merged.get(diagrams.always, 0) | rest
    return tuple(merged.items())
