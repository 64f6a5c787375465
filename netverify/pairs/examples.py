"""Flows that show what gets from some members of one block to some of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import product

from netverify.model.flow import End, Flow
from netverify.pairs.access import Accesses, Pair, Walk
from netverify.pairs.bits import ones
from netverify.pairs.cells import Cells, both_cells
from netverify.pairs.courses import Courses
from netverify.pairs.diagrams import Diagram
from netverify.pairs.domain import Domain
from netverify.pairs.evaluate import Evaluator, Member
from netverify.pairs.leeway import Leeway, Leeways
from netverify.pairs.pair_diagrams import Place
from netverify.pairs.population import EXTERNAL, HOSTS, Block
from netverify.pairs.witness import Decoder
from netverify.policy.predicate import Choices, Predicate
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Piece:
    """Flows of some members of one block to some of another, in the ports and circumstances of ``diagram``."""

    sources: int
    destinations: int
    diagram: Diagram


class Examples:
    """Finds flows, of existing pods where there are such; ``existing`` are they in each block, as bits."""

    def __init__(self, domain: Domain, leeways: Leeways, evaluator: Evaluator, existing: Mapping[int, int]) -> None:
        self._diagrams = domain.diagrams
        self._leeways = leeways
        self._evaluator = evaluator
        self._existing = existing
        self._domain = domain
        self._accesses = Accesses(domain)
        self._courses = Courses(domain, self._accesses)
        self._decoder = Decoder(domain)

    def flow(
        self, pieces: Sequence[Piece], source: Block, destination: Block, joint: tuple[Predicate, ...]
    ) -> tuple[Flow, Choices] | None:
        """A flow of ``pieces``, of existing pods if there is one; None where there is none at all."""
        ours, theirs = self._existing[source.number], self._existing[destination.number]
        for us, them in ((ours, theirs), (~ours, theirs), (ours, ~theirs), (~ours, ~theirs)):
            kept = [
                Piece(one.sources & us, one.destinations & them, one.diagram)
                for one in pieces
                if one.sources & us and one.destinations & them
            ]
            for one in sorted(kept, key=_first_members):
                for piece in self._jointly(one, source, destination, joint):
                    if (found := self._flow(piece, source, destination)) is not None:
                        return found
        return None

    def ports(self, piece: Piece, source: Block, destination: Block, joint: tuple[Predicate, ...]) -> int:
        """The ports that flows of ``piece`` have in some world, as bits."""
        found = 0
        for one in self._jointly(piece, source, destination, joint):
            for _, _, pair in self._pairs(one, source, destination):
                bounds = Walk(self._domain, self._accesses, pair).bounds(one.diagram)
                found |= bounds[1] if bounds is not None else 0
        return found

    def _jointly(
        self, piece: Piece, source: Block, destination: Block, joint: tuple[Predicate, ...]
    ) -> Iterator[Piece]:
        """``piece`` where all of ``joint`` hold, which look at both ends."""
        if not joint:
            yield piece
            return
        diagrams = self._diagrams
        for bit in ones(piece.sources):
            cells: Cells = ((piece.diagram, piece.destinations),)
            for predicate in joint:
                member = Member(End.SOURCE, source, bit)
                cells = both_cells(diagrams, cells, self._evaluator.towards(predicate, member, destination))
            left = [Piece(1 << bit, bits, diagram) for diagram, bits in cells]
            yield from sorted(left, key=_first_members)

    def _flow(self, piece: Piece, source: Block, destination: Block) -> tuple[Flow, Choices] | None:
        """A flow of ``piece``; members of whom as much is left open are tried once."""
        for bit, peer, pair in self._pairs(piece, source, destination):
            course = self._courses.course(piece.diagram, pair)
            if course is not None:
                return self._decoder.decode(course, pair, Place(source, bit), Place(destination, peer))
        return None

    def _pairs(self, piece: Piece, source: Block, destination: Block) -> Iterator[tuple[int, int, Pair]]:
        """One of the sources with one of the destinations, for each two ends of which different things are open."""
        among_hosts = source.number == HOSTS == destination.number
        for (leeway, us), (other, them) in product(
            self._by_leeway(source, piece.sources, among_hosts=among_hosts),
            self._by_leeway(destination, piece.destinations, among_hosts=among_hosts),
        ):
            for bit, peer, replicas in _two(us, them, source, destination):
                yield bit, peer, Pair(leeway, other, replicas=replicas)

    def _by_leeway(self, block: Block, bits: int, *, among_hosts: bool) -> Sequence[tuple[Leeway, int]]:
        leeways = self._leeways
        every = leeways.among_hosts(block) if among_hosts and HOSTS in leeways.told else leeways.of_block(block)
        return sorted(((one, both) for one, who in every if (both := who & bits)), key=_lowest)


def _two(us: int, them: int, source: Block, destination: Block) -> Iterator[tuple[int, int, bool]]:
    """One of ``us`` with one of ``them``: two that differ, and two pods of one workload, as far as there are such."""
    mine, yours = us & -us, them & -them
    bit, peer = mine.bit_length() - 1, yours.bit_length() - 1
    if source is not destination or mine != yours:
        yield bit, peer, False
        return
    if others := them & ~mine:
        yield bit, (others & -others).bit_length() - 1, False
    elif others := us & ~mine:
        yield (others & -others).bit_length() - 1, peer, False
    if source.number == EXTERNAL:
        yield bit, peer, False
    same = us & them
    for one in ones(same):
        if source.number != EXTERNAL and not source.workloads[one].single:
            yield one, one, True
            return


def _first_members(piece: Piece) -> tuple[int, int]:
    return piece.sources & -piece.sources, piece.destinations & -piece.destinations


def _lowest(entry: tuple[Leeway, int]) -> int:
    return entry[1] & -entry[1]
