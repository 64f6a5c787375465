"""Spreads: a diagram for everyone who may stand at one end."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TypeAlias

from netverify.pairs.cells import Cells, both_cells, complement_cells, either_cells, weigh
from netverify.pairs.diagrams import NEVER, Diagram, Diagrams
from netverify.pairs.population import Block

MANY = 8
"""A spread that tells of more blocks is kept as a part, which others share instead of copying it."""

Part: TypeAlias = tuple[Diagram, Mapping[int, Cells]]
"""The cells of many blocks, as far as they are in the diagram too. Compared by identity of the mapping."""


class Spread:
    """Members of the blocks in ``blocks`` have what it says of their block.

    All others have ``elsewhere``, and what any of ``parts`` says of their block.
    """

    __slots__ = ("blocks", "elsewhere", "parts")

    def __init__(self, elsewhere: Diagram, blocks: Mapping[int, Cells], parts: tuple[Part, ...] = ()) -> None:
        self.elsewhere = elsewhere
        self.blocks = blocks
        self.parts = parts

    @property
    def is_never(self) -> bool:
        """Surely nobody has anything but ``NEVER``."""
        return self.elsewhere == NEVER and not self.parts and not any(self.blocks.values())

    def told(self) -> Iterable[int]:
        """The blocks whose members may have something else than ``elsewhere``."""
        if not self.parts:
            return self.blocks.keys()
        return self.blocks.keys() | {number for _, part in self.parts for number in part}


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

    def shared(self, spread: Spread) -> Spread:
        """``spread``, as a part where it tells of many blocks and of nobody elsewhere."""
        if len(spread.blocks) <= MANY or spread.elsewhere != NEVER or spread.parts:
            return spread
        return Spread(NEVER, {}, ((self._diagrams.always, spread.blocks),))

    def cells(self, spread: Spread, block: Block) -> Cells:
        """The cells of ``block``."""
        found = spread.blocks.get(block.number)
        return self.common_cells(spread, block) if found is None else found

    def common_cells(self, spread: Spread, block: Block) -> Cells:
        """The cells of ``block`` where ``spread`` tells nothing of its own of it."""
        cells: Cells = ()
        if spread.elsewhere != NEVER and block.full:
            cells = ((spread.elsewhere, block.full),)
        for weight, part in spread.parts:
            if block.number in part:
                cells = either_cells(self._diagrams, cells, weigh(self._diagrams, weight, part[block.number]))
        return cells

    def at(self, spread: Spread, block: Block, bit: int) -> Diagram:
        """The diagram of one member."""
        return next((diagram for diagram, bits in self.cells(spread, block) if bits >> bit & 1), NEVER)

    def both(self, one: Spread, other: Spread) -> Spread:
        """The ports in both."""
        if one is self.always or other is self.never:
            return other
        if other is self.always or one is self.never:
            return one
        if one.parts:
            one, other = other, one
        if one.parts:
            one = self._flat(one)
        both = self._diagrams.both
        elsewhere = both(one.elsewhere, other.elsewhere)
        weights = [(both(one.elsewhere, weight), part) for weight, part in other.parts]
        parts = tuple([(weight, part) for weight, part in weights if weight != NEVER])
        blocks: dict[int, Cells] = {}
        for number in self._told_by_both(one, other):
            block = self._blocks[number]
            cells = both_cells(self._diagrams, self.cells(one, block), self.cells(other, block))
            if cells or elsewhere != NEVER or parts:
                blocks[number] = cells
        return Spread(elsewhere, blocks, parts) if blocks or parts else self.everyone(elsewhere)

    @staticmethod
    def _told_by_both(one: Spread, other: Spread) -> Iterable[int]:
        """The blocks in which both have something, and one tells something of its own; ``one`` has no parts."""
        if one.elsewhere == NEVER:
            return one.blocks.keys() & other.told() if other.elsewhere == NEVER else one.blocks.keys()
        if other.elsewhere == NEVER and not other.parts:
            return other.blocks.keys()
        return one.blocks.keys() | other.blocks.keys()

    def either(self, one: Spread, other: Spread) -> Spread:
        """The ports in at least one."""
        if one is self.never or other is self.always:
            return other
        if other is self.never or one is self.always:
            return one
        return self.any_of(((self._diagrams.always, one), (self._diagrams.always, other)))

    def any_of(self, weighted: Sequence[tuple[Diagram, Spread]]) -> Spread:
        """The ports that are both in the diagram and in the spread of at least one of ``weighted``."""
        always = self._diagrams.always
        if len(weighted) == 1 and weighted[0][0] == always:
            return weighted[0][1]
        elsewhere: Diagram = NEVER
        parts: dict[int, Part] = {}
        for weight, spread in weighted:
            if spread.elsewhere != NEVER:
                elsewhere = self._diagrams.either(elsewhere, self._diagrams.both(weight, spread.elsewhere))
            for inner, part in spread.parts:
                both = self._diagrams.both(weight, inner)
                if id(part) in parts:
                    both = self._diagrams.either(both, parts[id(part)][0])
                parts[id(part)] = (both, part)
        blocks = self._told_cells(weighted, keep_empty=elsewhere != NEVER or bool(parts))
        if not blocks and not parts:
            return self.everyone(elsewhere)
        return Spread(elsewhere, blocks, tuple([part for part in parts.values() if part[0] != NEVER]))

    def _told_cells(self, weighted: Sequence[tuple[Diagram, Spread]], *, keep_empty: bool) -> dict[int, Cells]:
        """For every block of which a spread tells something of its own, the union of what all have there."""
        diagrams = self._diagrams
        collected: dict[int, Cells] = {}
        wide = [one for one in weighted if one[1].elsewhere != NEVER or one[1].parts]
        for weight, spread in weighted:
            for number, cells in spread.blocks.items():
                ours = cells if weight == diagrams.always else weigh(diagrams, weight, cells)
                before = collected.get(number)
                collected[number] = ours if before is None else either_cells(diagrams, before, ours)
        for number in collected if wide else ():
            for weight, spread in wide:
                if number not in spread.blocks:
                    common = weigh(diagrams, weight, self.common_cells(spread, self._blocks[number]))
                    collected[number] = either_cells(diagrams, collected[number], common)
        return collected if keep_empty else {number: cells for number, cells in collected.items() if cells}

    def complement(self, one: Spread) -> Spread:
        """The ports that are not in it."""
        if one is self.always:
            return self.never
        if one is self.never:
            return self.always
        flat = self._flat(one)
        blocks = {
            number: complement_cells(self._diagrams, cells, self._blocks[number].full)
            for number, cells in flat.blocks.items()
        }
        return Spread(self._diagrams.complement(flat.elsewhere), blocks)

    def without(self, one: Spread, other: Spread) -> Spread:
        """The ports in ``one`` that are not in ``other``."""
        if other is self.never or one is self.never:
            return one
        return self.both(one, self.complement(other))

    def anyone(self, diagram: Diagram, spread: Spread) -> Diagram:
        """The ports of ``diagram``, and those that anyone has in ``spread``."""
        either = self._diagrams.either
        diagram = either(diagram, spread.elsewhere)
        for cells in self._flat(spread).blocks.values():
            for one, _ in cells:
                diagram = either(diagram, one)
        return diagram

    def _flat(self, spread: Spread) -> Spread:
        """``spread`` without parts."""
        if not spread.parts:
            return spread
        blocks = {number: self.cells(spread, self._blocks[number]) for number in spread.told()}
        return Spread(spread.elsewhere, blocks)
