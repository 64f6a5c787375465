"""All pairs: who may open which connections to whom.

Reads the rule table alone, so that it holds for every policy API that is lowered to one; what it means is told by
:mod:`netverify.reference.evaluate`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping

from netverify.connectivity.access import Accesses
from netverify.connectivity.bits import ones
from netverify.connectivity.classes import Classes
from netverify.connectivity.coarsening import Coarsening
from netverify.connectivity.diagrams import NEVER
from netverify.connectivity.domain import Domain, make_domain
from netverify.connectivity.evaluate import Evaluator
from netverify.connectivity.leeway import Leeways
from netverify.connectivity.narrowing import Narrowing, narrowing
from netverify.connectivity.outcome import Bundle, Connection, Isolation, MapEndpoint, Members, RuleUse
from netverify.connectivity.population import EXTERNAL, Block
from netverify.connectivity.rectangles import Rectangle, Rectangles
from netverify.connectivity.rule_uses import rule_uses
from netverify.connectivity.tables import Group, TableReader
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster
from netverify.model.flow import Direction, End
from netverify.rules.predicate import ALWAYS, Predicate
from netverify.rules.slicing import PolicyIndex
from netverify.rules.table import PolicySet


def all_pairs(
    cluster: Cluster,
    policies: PolicySet | PolicyIndex,
    fixed: Mapping[Behaviour, bool],
    *,
    pod_cidrs: Iterable[str] = (),
    asked: Iterable[Predicate] = (),
) -> Connectivity:
    """Who may reach whom in ``cluster``: its existing pods, and the external addresses that ``policies`` tell apart.

    Behaviours that are not ``fixed`` are left open. ``pod_cidrs`` hold every pod address (empty: unknown). ``asked``
    are the predicates that the result is to be narrowed by later, so that what they tell apart is told apart.
    """
    return Connectivity(_Reading(cluster, policies, fixed, pod_cidrs, asked), ())


class _Reading:
    """What is computed once for a cluster, however it is narrowed."""

    def __init__(
        self,
        cluster: Cluster,
        policies: PolicySet | PolicyIndex,
        fixed: Mapping[Behaviour, bool],
        pod_cidrs: Iterable[str],
        asked: Iterable[Predicate],
    ) -> None:
        index = policies if isinstance(policies, PolicyIndex) else PolicyIndex(policies)
        self.domain: Domain = make_domain(cluster, index.policies, fixed, pod_cidrs, asked)
        self.blocks = self.domain.population.blocks
        self.leeways = Leeways(self.domain)
        self.evaluator = Evaluator(self.domain, self.leeways)
        self.readers = {
            direction: TableReader(
                direction,
                index,
                self.domain,
                self.evaluator,
                Coarsening(direction, self.domain, self.leeways) if self.domain.addresses_apart else None,
            )
            for direction in Direction
        }
        self.groups: Mapping[Direction, Mapping[int, list[Group]]] = {
            direction: {block.number: reader.groups(block) for block in self.blocks}
            for direction, reader in self.readers.items()
        }
        self.rectangles = Rectangles(
            self.blocks, self.groups[Direction.EGRESS], self.groups[Direction.INGRESS], self.domain.diagrams
        )
        self.accesses = Accesses(self.domain)


class Connectivity:
    """All pairs of one cluster, or those that are asked for.

    ``endpoints`` are the workloads in the order of their keys, then the external ranges; everything else speaks of them
    by number.
    """

    def __init__(self, reading: _Reading, narrowings: tuple[Narrowing, ...]) -> None:
        self._reading = reading
        self._narrowings = narrowings
        self.endpoints: tuple[MapEndpoint, ...] = reading.domain.population.endpoints

    def narrowed(
        self,
        *,
        source: Predicate = ALWAYS,
        destination: Predicate = ALWAYS,
        traffic: Predicate = ALWAYS,
        focus: tuple[Predicate, Predicate] | None = None,
    ) -> Connectivity:
        """The pairs and ports for which the predicates hold; ``source`` and ``destination`` look at that end alone.

        ``focus``: predicates about the source and the destination, of which one has to hold. Whatever they tell apart
        must have been among the predicates asked about when this was made.
        """
        further = narrowing(source, destination, traffic, focus, self._reading.evaluator)
        return Connectivity(self._reading, (*self._narrowings, further))

    def bundles(self) -> Iterator[Bundle]:
        """Disjoint bundles that together hold every pair of distinct endpoints with some access, block by block."""
        for block in self._reading.blocks:
            yield from self._bundles_from(block)

    def connections(self, *, replicas: bool = False) -> Iterator[Connection]:
        """The same pair by pair, in the order of source and destination.

        With ``replicas`` also what a workload may open to itself, as between two of its pods.
        """
        rows: dict[int, Mapping[int, list[Bundle]]] = {}
        for source, (number, bit) in enumerate(self._reading.domain.population.places):
            block = self._reading.blocks[number]
            if number not in rows:
                rows = {kept: row for kept, row in rows.items() if self._reading.blocks[kept].namespace is None}
                rows[number] = self._rows_of(block)
            row = [
                (destination, bundle.access)
                for bundle in rows[number].get(bit, ())
                for destination in bundle.destinations
                if destination != source
            ]
            if replicas:
                row += [(source, bundle.access) for bundle in self._replicas(block, bit)]
            row.sort(key=_destination)
            for destination, access in row:
                yield Connection(source, destination, access)

    def isolation(self, direction: Direction) -> tuple[Isolation, ...]:
        """Whether policies of ``direction`` select each endpoint, by its number; external addresses are open."""
        found = [Isolation.OPEN] * len(self.endpoints)
        always = self._reading.domain.diagrams.always
        for number, groups in self._reading.groups[direction].items():
            if number == EXTERNAL:
                continue
            for group in groups:
                if group.isolated != NEVER:
                    state = Isolation.ISOLATED if group.isolated == always else Isolation.DEPENDS
                    for endpoint in Members(self._reading.blocks[number].endpoints, group.bits):
                        found[endpoint] = state
        return tuple(found)

    def classes(self) -> tuple[Members, ...]:
        """The endpoints in classes; two of one class are alike in every row and every column.

        In the order of their first endpoints.
        """
        return Classes(self._reading.domain, self._reading.leeways, self._reading.groups).all()

    def rule_uses(self) -> Iterator[RuleUse]:
        """Every rule that may match for anybody, with its subjects and their peers; narrowing leaves them alone."""
        for reader in self._reading.readers.values():
            yield from rule_uses(reader, self._reading.domain)

    def _bundles_from(self, block: Block) -> Iterator[Bundle]:
        if not all(one.keeps(End.SOURCE, block) for one in self._narrowings):
            return
        for rectangle in self._narrow(self._reading.rectangles.from_block(block, self._reached())):
            for bundle in self._told(rectangle):
                if len(bundle):
                    yield bundle

    def _reached(self) -> Collection[int] | None:
        """The blocks of the destinations that are asked about; None for all."""
        if not self._narrowings:
            return None
        return {
            block.number
            for block in self._reading.blocks
            if all(one.keeps(End.DESTINATION, block) for one in self._narrowings)
        }

    def _narrow(self, rectangles: Iterator[Rectangle]) -> Iterator[Rectangle]:
        for one in self._narrowings:
            rectangles = (
                part for rectangle in rectangles for part in one.narrowed(rectangle, self._reading.domain.diagrams)
            )
        return rectangles

    def _told(self, rectangle: Rectangle, *, replicas: bool = False) -> Iterator[Bundle]:
        """The bundles of ``rectangle``: one, unless members differ in what is left open about them."""
        leeways, accesses = self._reading.leeways, self._reading.accesses
        ours, theirs = leeways.of_block(rectangle.source), leeways.of_block(rectangle.destination)
        for one, source_bits in ours:
            sources = source_bits & rectangle.source_bits
            if not sources:
                continue
            for other, destination_bits in theirs:
                destinations = destination_bits & rectangle.destination_bits
                if not destinations:
                    continue
                access = accesses.access(rectangle.diagram, one, other, replicas=replicas)
                if access is not None:
                    yield Bundle(
                        Members(rectangle.source.endpoints, sources),
                        Members(rectangle.destination.endpoints, destinations),
                        access,
                    )

    def _rows_of(self, block: Block) -> Mapping[int, list[Bundle]]:
        """The bundles from ``block`` by the bits of their sources."""
        rows: dict[int, list[Bundle]] = {}
        for bundle in self._bundles_from(block):
            for bit in ones(bundle.sources.bits):
                rows.setdefault(bit, []).append(bundle)
        return rows

    def _replicas(self, block: Block, bit: int) -> Iterator[Bundle]:
        """What two pods of one workload may open to each other, as a bundle of it and itself."""
        if block.number == EXTERNAL or block.workloads[bit].single:
            return
        own = 1 << bit
        opened, received = (
            next(
                group.spread.at(block, bit)
                for group in self._reading.groups[direction][block.number]
                if group.bits & own
            )
            for direction in (Direction.EGRESS, Direction.INGRESS)
        )
        both = self._reading.domain.diagrams.both(opened, received)
        for part in self._narrow(iter((Rectangle(block, own, block, own, both),))):
            yield from self._told(part, replicas=True)


def _destination(entry: tuple[int, object]) -> int:
    return entry[0]
