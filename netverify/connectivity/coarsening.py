"""Diagrams made coarser: intervals of addresses that do not matter are traded for others.

A pod whose address is not told may have one in any interval with room. Which of these intervals an ipBlock covers makes
no difference then, only whether it covers some and not all. So diagrams that differ in such intervals alone are made
one, and what thousands of ipBlocks say of pods becomes few cases.
"""

from __future__ import annotations

from collections.abc import Mapping

from netverify.connectivity.cells import Cells
from netverify.connectivity.diagrams import Diagram, Diagrams, Node, rank
from netverify.connectivity.domain import Domain
from netverify.connectivity.leeway import Leeways
from netverify.connectivity.population import EXTERNAL
from netverify.connectivity.spread import Spread
from netverify.model.flow import Direction


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
            if diagram.variable == self._variable:
                children = self._traded(diagram)
            else:
                children = {}
                for values, child in diagram.edges:
                    coarse = self._coarse(child)
                    children[coarse] = children.get(coarse, 0) | values
            self._known[diagram] = self._diagrams.choice(diagram.variable, children)
        return self._known[diagram]

    def _traded(self, node: Node) -> dict[Diagram, int]:
        """The children of ``node``: in a fixed order for one interval of each family, the last one for all others."""
        children: dict[Diagram, int] = {}
        edges = sorted(((self._coarse(child), values) for values, child in node.edges), key=lambda edge: rank(edge[0]))
        for child, values in edges:
            children[child] = children.get(child, 0) | (values & self._rest)
        for family in self._families:
            present = list(dict.fromkeys(child for child, values in edges if values & family))
            left = family
            for child in present[:-1]:
                first = left & -left
                children[child] |= first
                left &= ~first
            if present:
                children[present[-1]] |= left
        return children
