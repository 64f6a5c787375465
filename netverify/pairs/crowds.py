"""Sources of many blocks that nothing tells apart: kept as one set, however many destinations ask for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import TypeAlias

from netverify.pairs.cells import Cells
from netverify.pairs.diagrams import NEVER, Diagram
from netverify.pairs.domain import Domain
from netverify.pairs.leeway import Leeway, Leeways
from netverify.pairs.openings import Opening, Openings
from netverify.pairs.outcome import Members
from netverify.pairs.population import Block
from netverify.pairs.spread import Part, Spread
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
