"""Diagrams made coarser: intervals of addresses that do not matter are traded for others.

A pod whose address is not told may have one in any interval with room. Which of these intervals an ipBlock covers makes
no difference then, only whether it covers some and not all. So diagrams that differ in such intervals alone are made
one, and what thousands of ipBlocks say of pods becomes few cases.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netverify.model.flow import Direction
from netverify.pairs.cells import Cells
from netverify.pairs.diagrams import Diagram, Diagrams, Node, rank
from netverify.pairs.domain import Domain
from netverify.pairs.leeway import Leeways
from netverify.pairs.population import EXTERNAL
from netverify.pairs.spread import Spread


class Coarsening:
    """Makes spreads of one direction coarser.

    Sound where addresses of peers are looked at by this direction alone, and both ends fit into any interval that is
    traded: then any two values of both address variables are possible together, but for their families.
    """

    def __init__(self, direction: Direction, domain: Domain, leeways: Leeways) -> None:
        self._diagrams: Diagrams = domain.diagrams
        self._told = leeways.told | {EXTERNAL}
        self._variable = domain.variables.address(direction.peer)
        ipv4 = (1 << domain.plan.intervals.ipv4_count) - 1
        self._families = (leeways.roomy & ipv4, leeways.roomy & ~ipv4)
        self._rest = ~leeways.roomy
        self._known: dict[Diagram, Diagram] = {}
        self._parts: dict[int, tuple[Mapping[int, Cells], Mapping[int, Cells]]] = {}

    def coarse(self, spread: Spread) -> Spread:
        """``spread`` with the same meaning for everyone."""
        elsewhere = self._coarse(spread.elsewhere)
        blocks = self._coarse_blocks(spread.blocks)
        parts = tuple([(self._coarse(weight), self._coarse_part(part)) for weight, part in spread.parts])
        return Spread(elsewhere, blocks, parts)

    def _coarse_part(self, part: Mapping[int, Cells]) -> Mapping[int, Cells]:
        """``part`` made coarser; the same part gives the same object."""
        if id(part) not in self._parts:
            coarse = self._coarse_blocks(part)
            self._parts[id(part)] = (part, part if coarse == part else coarse)
        return self._parts[id(part)][1]

    def _coarse_blocks(self, blocks: Mapping[int, Cells]) -> Mapping[int, Cells]:
        return {
            number: cells if number in self._told else self._coarse_cells(cells) for number, cells in blocks.items()
        }

    def _coarse_cells(self, cells: Cells) -> Cells:
        if all(type(diagram) is int for diagram, _ in cells):
            return cells
        merged: dict[Diagram, int] = {}
        for diagram, bits in cells:
            coarse = self._coarse(diagram)
            merged[coarse] = merged.get(coarse, 0) | bits
        return tuple(merged.items())

    def _coarse(self, diagram: Diagram) -> Diagram:
        if isinstance(diagram, int):
            return diagram
        if diagram not in self._known:
            looking = list(self._looking_at_addresses(diagram, set()))
            trades = self._trades(looking) if looking else ()
            self._known[diagram] = self._traded(diagram, trades, {}) if looking else diagram
        return self._known[diagram]

    def _looking_at_addresses(self, diagram: Diagram, seen: set[Node]) -> Iterator[Node]:
        """The nodes of ``diagram`` that look at the address, in an order that no address makes a difference to."""
        if isinstance(diagram, int) or diagram in seen:
            return
        seen.add(diagram)
        if diagram.variable == self._variable:
            yield diagram
            return
        for _, child in diagram.edges:
            yield from self._looking_at_addresses(child, seen)

    def _trades(self, looking: Sequence[Node]) -> tuple[tuple[int, int], ...]:
        """Sets of intervals that all of ``looking`` treat alike, each with the intervals that stand for it.

        One interval of the family stands for each set, the rest for the last one. Every node is traded in the same way:
        what decides between them, such as a behaviour, makes a difference to the same intervals as before.
        """
        found: list[tuple[int, int]] = []
        for family in self._families:
            alike: list[tuple[tuple[tuple[bool, int], ...], int]] = [((), family)] if family else []
            for node in looking:
                edges = [(rank(child), values & family) for values, child in node.edges]
                alike = [((*said, say), here) for said, of in alike for say, values in edges if (here := of & values)]
            left = family
            for number, (_, intervals) in enumerate(sorted(alike, key=lambda one: one[0])):
                standing = left if number == len(alike) - 1 else left & -left
                found.append((intervals, standing))
                left &= ~standing
        return tuple(found)

    def _traded(self, diagram: Diagram, trades: Sequence[tuple[int, int]], known: dict[Node, Diagram]) -> Diagram:
        if isinstance(diagram, int):
            return diagram
        if diagram not in known:
            children: dict[Diagram, int] = {}
            for values, child in diagram.edges:
                if diagram.variable == self._variable:
                    below, where = child, values & self._rest | _standing(values, trades)
                else:
                    below, where = self._traded(child, trades, known), values
                children[below] = children.get(below, 0) | where
            known[diagram] = self._diagrams.choice(diagram.variable, children)
        return known[diagram]


def _standing(values: int, trades: Sequence[tuple[int, int]]) -> int:
    """The intervals that stand for those in ``values``."""
    found = 0
    for intervals, standing in trades:
        if intervals & values:
            found |= standing
    return found
