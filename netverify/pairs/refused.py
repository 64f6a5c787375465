"""What policy refuses between each two workloads, on which ports, and in which directions."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import product
from operator import or_

from netverify.model.flow import Direction, End, Flow
from netverify.model.traffic import PortSet, Protocol
from netverify.pairs.asked import AskedOfFlows, asked_of_flows
from netverify.pairs.cells import Cells
from netverify.pairs.diagrams import NEVER, Diagram
from netverify.pairs.examples import Piece
from netverify.pairs.narrowing import covering
from netverify.pairs.population import EXTERNAL, HOSTS, Block
from netverify.pairs.rule_pairs import RulePairs
from netverify.pairs.tables import Group
from netverify.pairs.variables import TRUE
from netverify.policy.predicate import Choices, Predicate
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Refused:
    """All that is refused between two ends: on ``ports``, by policy of ``directions``; ``flow`` is one such flow."""

    ports: Mapping[Protocol, PortSet]
    directions: tuple[Direction, ...]
    flow: Flow
    behaviours: Choices


class RefusedPairs(RulePairs):
    """The rule pairs of one cluster, and what policy refuses in it."""

    def refused(self, asked: Sequence[Predicate], *, possible: bool) -> Iterator[Refused]:
        """What policy refuses of flows for which all of ``asked`` hold, for each two workloads that have such flows.

        With ``possible`` also for pods that could be created, of each namespace together; as are all addresses outside.
        """
        about = asked_of_flows(asked, self._evaluator, self._domain.spreads)
        for destination in self._blocks:
            inside = self._cells(about, End.DESTINATION, destination, possible=possible)
            for source in self._blocks if inside else ():
                outside = self._cells(about, End.SOURCE, source, possible=possible)
                for ends, bits in self._each_two(source, outside, destination, inside):
                    yield from self._refused(ends, bits, (outside, inside), about)

    def _each_two(
        self, source: Block, outside: Cells, destination: Block, inside: Cells
    ) -> Iterator[tuple[tuple[Block, Block], tuple[int, int]]]:
        ours, theirs = (reduce(or_, (bits for _, bits in cells), 0) for cells in (outside, inside))
        alone = source.number != EXTERNAL, destination.number != EXTERNAL
        for (_, us), (_, them) in product(
            self._placed(source, ours, alone[0] or None), self._placed(destination, theirs, alone[1] or None)
        ):
            yield (source, destination), (us, them)

    def _refused(
        self, ends: tuple[Block, Block], bits: tuple[int, int], asked: tuple[Cells, Cells], about: AskedOfFlows
    ) -> Iterator[Refused]:
        """What is refused between the members ``bits`` of ``ends``, if anything is."""
        ports = dict.fromkeys(Direction, 0)
        refused: list[Piece] = []
        for piece, allowed in self._between(ends, bits, asked):
            for direction, diagram in allowed.items():
                closed = replace(piece, diagram=self._domain.diagrams.without(piece.diagram, diagram))
                for left in about.left_of(self._apart_from_itself(closed, *ends), *ends, self._domain):
                    if left.diagram != NEVER and (found := self._examples.ports(left, *ends, about.joint)):
                        ports[direction] |= found
                        refused.append(left)
        if (all_ports := reduce(or_, ports.values())) and (shown := self._examples.flow(refused, *ends, about.joint)):
            directions = tuple(one for one in Direction if ports[one])
            yield Refused(self._domain.ports.sets(all_ports), directions, *shown)

    def _between(
        self, ends: tuple[Block, Block], bits: tuple[int, int], asked: tuple[Cells, Cells]
    ) -> Iterator[tuple[Piece, Mapping[Direction, Diagram]]]:
        """What is asked about between some members of ``ends``, and what each direction allows there."""
        diagrams, cells_of, groups = self._domain.diagrams, self._domain.spreads.cells, self._groups
        source, destination = ends
        for out, into in product(groups(Direction.EGRESS, source), groups(Direction.INGRESS, destination)):
            us, them = bits[0] & out.bits, bits[1] & into.bits
            if not us or not them:
                continue
            for (ours, one), (theirs, other), (sent, two), (received, also) in product(
                *asked,
                covering(cells_of(into.spread, source), source.full),
                covering(cells_of(out.spread, destination), destination.full),
            ):
                sources, destinations = us & one & two, them & other & also
                wanted = diagrams.both(ours, theirs) if sources and destinations else NEVER
                if wanted != NEVER:
                    allowed = {Direction.EGRESS: received, Direction.INGRESS: sent}
                    yield Piece(sources, destinations, wanted), allowed

    def _groups(self, direction: Direction, block: Block) -> Sequence[Group]:
        key = (direction, block.number)
        if key not in self._groups_known:
            self._groups_known[key] = self._readers[direction].groups(block)
        return self._groups_known[key]

    def _apart_from_itself(self, piece: Piece, source: Block, destination: Block) -> Piece:
        """``piece`` without flows of one workload on one host: policy cannot block what has one address."""
        if source.number != HOSTS or piece.sources != piece.destinations or destination.number != HOSTS:
            return piece
        same_node = self._domain.diagrams.when(self._domain.variables.same_node(), TRUE)
        return replace(piece, diagram=self._domain.diagrams.without(piece.diagram, same_node))
