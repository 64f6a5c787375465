"""All pairs: who may open which connections to whom.

Reads the rule table alone, so that it holds for every policy API that is lowered to one; what it means is told by
:mod:`netverify.policy.evaluate`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain

from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster
from netverify.model.flow import Direction, End, Flow
from netverify.pairs.access import Pair
from netverify.pairs.bits import ones
from netverify.pairs.classes import Classes
from netverify.pairs.courses import Course
from netverify.pairs.diagrams import NEVER
from netverify.pairs.domain import NOTHING_CREATED, Creation, make_domain
from netverify.pairs.leeway import Leeway
from netverify.pairs.narrowing import Narrowing
from netverify.pairs.outcome import Bundle, Connection, Isolation, MapEndpoint, Members, RuleUse, WideMembers
from netverify.pairs.pair_diagrams import Place
from netverify.pairs.population import EXTERNAL, HOSTS, Block
from netverify.pairs.reading import Reading
from netverify.pairs.rectangles import Rectangle, WideRectangle
from netverify.pairs.rule_uses import rule_uses
from netverify.pairs.telling import tells_apart
from netverify.policy.predicate import ALWAYS, All, Choice, Predicate
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import PolicySet


def all_pairs(  # noqa: PLR0913 - one argument for each thing that the reading depends on
    cluster: Cluster,
    policies: PolicySet | PolicyIndex,
    fixed: Mapping[Behaviour, bool],
    *,
    pod_cidrs: Iterable[str] = (),
    asked: Iterable[Predicate] = (),
    creation: Creation = NOTHING_CREATED,
    exact_addresses: bool = False,
) -> Connectivity:
    """Who may reach whom in ``cluster``: its existing pods, and the external addresses that ``policies`` tell apart.

    Behaviours that are not ``fixed`` are left open. ``pod_cidrs`` hold every pod address (empty: unknown). ``asked``
    are the predicates that the result is to be narrowed by later, so that what they tell apart is told apart.
    ``creation`` says which workloads stand for pods that could be created. ``exact_addresses``: diagrams tell addresses
    as they are, and not only whether they make a difference.
    """
    index = policies if isinstance(policies, PolicyIndex) else PolicyIndex(policies)
    domain = make_domain(cluster, index.policies, fixed, pod_cidrs, asked, creation, exact_addresses=exact_addresses)
    return Connectivity(Reading(domain, index), ())


_FEW = 8
"""Up to so many blocks of sources are read one by one."""


class Connectivity:
    """All pairs of one cluster, or those that are asked for.

    ``endpoints`` are the workloads in the order of their keys, then the external ranges; everything else speaks of them
    by number.
    """

    def __init__(self, reading: Reading, narrowings: tuple[Narrowing, ...]) -> None:
        self.reading = reading
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
        spread = self.reading.evaluator.spread
        further = Narrowing(
            spread(source, End.SOURCE),
            spread(All((destination, traffic)), End.DESTINATION),
            focus and (spread(focus[0], End.SOURCE), spread(focus[1], End.DESTINATION)),
            self.reading.domain.spreads,
        )
        return Connectivity(self.reading, (*self._narrowings, further))

    def tells_apart(self, *predicates: Predicate) -> bool:
        """Whether this tells all apart that ``predicates`` do, so that it can be narrowed; False if in doubt."""
        return tells_apart(self.reading.domain, predicates)

    def bundles(self) -> Iterator[Bundle]:
        """Disjoint bundles that together hold every pair of distinct endpoints with some access.

        In the order of the blocks of their destinations.
        """
        sources = [block for block in self.reading.blocks if self._keeps(End.SOURCE, block)]
        for block in self.reading.blocks:
            if self._keeps(End.DESTINATION, block):
                for rectangle in self._narrowed(self._rectangles(sources, block)):
                    yield from self._told(rectangle)

    def _rectangles(self, sources: Sequence[Block], destination: Block) -> Iterator[Rectangle | WideRectangle]:
        """The rectangles with destinations in ``destination``, of ``sources`` alone where few are asked about."""
        rectangles = self.reading.rectangles
        if not self._narrowings or len(sources) > _FEW:
            return rectangles.into_block(destination)
        return chain.from_iterable(rectangles.between(source, destination) for source in sources)

    def connections(self, *, replicas: bool = False) -> Iterator[Connection]:
        """The same pair by pair, in the order of source and destination.

        With ``replicas`` also what a workload may open to itself, as between two of its pods.
        """
        rows: dict[int, Mapping[int, list[Bundle]]] = {}
        for source, (number, bit) in enumerate(self.reading.domain.population.places):
            block = self.reading.blocks[number]
            if number not in rows:
                rows = {kept: row for kept, row in rows.items() if self.reading.blocks[kept].namespace is None}
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

    def replicas(self) -> Iterator[Connection]:
        """What each workload may open to itself, as between two of its pods."""
        kept = {block.number: block for block in self.reading.blocks if all(self._keeps(end, block) for end in End)}
        for endpoint, (number, bit) in enumerate(self.reading.domain.population.places):
            if number in kept:
                for bundle in self._replicas(kept[number], bit):
                    yield Connection(endpoint, endpoint, bundle.access)

    def witness(self, source: int, destination: int) -> tuple[Flow, dict[Choice, bool]] | None:
        """A flow that ``source`` may open to ``destination``, with behaviours of the CNI under which it may.

        One of them is a pod. The same number twice: between two pods of a workload that has several. None where nothing
        may be opened.
        """
        ends = self.reading.pairs.place(source), self.reading.pairs.place(destination)
        pair = self.reading.pairs.pair(*ends)
        course = self._course(ends, pair)
        if course is not None and course.addressed:
            # Which addresses it means is told by the policies that look at them.
            course = self._course(ends, pair, [one for one in Direction if one.peer in course.addressed])
        return self.reading.decoder.decode(course, pair, *ends) if course is not None else None

    def _course(self, ends: tuple[Place, Place], pair: Pair, exact: Collection[Direction] = ()) -> Course | None:
        found = (self.reading.courses.course(one.diagram, pair) for one in self._single(*ends, exact))
        return next(found, None)

    def isolation(self, direction: Direction) -> tuple[Isolation, ...]:
        """Whether policies of ``direction`` isolate each endpoint, by its number; external addresses are open."""
        found = [Isolation.OPEN] * len(self.endpoints)
        always = self.reading.domain.diagrams.always
        for number, groups in self.reading.groups[direction].items():
            if number == EXTERNAL:
                continue
            for group in groups:
                if group.isolated != NEVER:
                    state = Isolation.ISOLATED if group.isolated == always else Isolation.DEPENDS
                    for endpoint in self.reading.blocks[number].members(group.bits):
                        found[endpoint] = state
        return tuple(found)

    def classes(self) -> tuple[Members, ...]:
        """The endpoints in classes; two of one class are alike in every row and every column.

        In the order of their first endpoints.
        """
        return Classes(self.reading.domain, self.reading.leeways, self.reading.groups).all()

    def rule_uses(self) -> Iterator[RuleUse]:
        """Every rule that may match for anybody, with its subjects and their peers; narrowing leaves them alone."""
        for reader in self.reading.readers.values():
            yield from rule_uses(reader, self.reading.domain)

    def rectangles_between(self, source: Block, destination: Block) -> Iterator[Rectangle]:
        """What is asked for between two blocks, with its diagrams; what a workload has towards itself included."""
        if self._keeps(End.SOURCE, source) and self._keeps(End.DESTINATION, destination):
            for rectangle in self._narrowed(self.reading.rectangles.between(source, destination)):
                assert isinstance(rectangle, Rectangle)
                yield rectangle

    def _keeps(self, end: End, block: Block) -> bool:
        """Whether anyone of ``block`` is asked about at ``end``."""
        return all(one.keeps(end, block) for one in self._narrowings)

    def _narrowed(self, rectangles: Iterator[Rectangle | WideRectangle]) -> Iterator[Rectangle | WideRectangle]:
        for one in self._narrowings:
            rectangles = self._narrowed_by(one, rectangles)
        return rectangles

    def _narrowed_by(
        self, one: Narrowing, rectangles: Iterator[Rectangle | WideRectangle]
    ) -> Iterator[Rectangle | WideRectangle]:
        diagrams = self.reading.domain.diagrams
        for rectangle in rectangles:
            if isinstance(rectangle, Rectangle):
                yield from one.narrowed(rectangle, diagrams)
                continue
            told = one.told_sources
            for number in told:
                block = self.reading.blocks[number]
                members = rectangle.sources.in_block(number)
                if members is not None:
                    single = Rectangle(
                        block, members.bits, rectangle.destination, rectangle.destination_bits, rectangle.diagram
                    )
                    yield from one.narrowed(single, diagrams)
            rest = replace(rectangle, sources=rectangle.sources.without(told))
            if len(rest.sources):
                yield from one.narrowed_wide(rest, diagrams)

    def _told(self, rectangle: Rectangle | WideRectangle, *, replicas: bool = False) -> Iterator[Bundle]:
        """The bundles of ``rectangle``: one, unless members differ in what is left open about them."""
        access = self.reading.accesses.access
        for leeway, destinations in self._by_leeway(rectangle.destination, rectangle.destination_bits, rectangle):
            for one, sources in self._sources_of(rectangle):
                found = access(rectangle.diagram, one, leeway, replicas=replicas)
                if found is not None:
                    bundle = Bundle(sources, destinations, found)
                    if replicas or len(bundle):
                        yield bundle

    def _sources_of(self, rectangle: Rectangle | WideRectangle) -> Iterable[tuple[Leeway, Members | WideMembers]]:
        if isinstance(rectangle, WideRectangle):
            return ((rectangle.leeway, rectangle.sources),)
        return self._by_leeway(rectangle.source, rectangle.source_bits, rectangle)

    def _by_leeway(
        self, block: Block, bits: int, rectangle: Rectangle | WideRectangle
    ) -> Iterable[tuple[Leeway, Members]]:
        """``bits`` of ``block``, at one end of ``rectangle``, by what is left open about them."""
        leeways = self.reading.leeways.of_block(block)
        if isinstance(rectangle, Rectangle) and rectangle.among_hosts and HOSTS in self.reading.leeways.told:
            leeways = self.reading.leeways.among_hosts(block)
        if len(leeways) == 1:
            return ((leeways[0][0], block.members(bits)),)
        return [(leeway, block.members(both)) for leeway, who in leeways if (both := who & bits)]

    def _rows_of(self, source: Block) -> Mapping[int, list[Bundle]]:
        """The bundles from ``source`` by the bits of their sources."""
        rows: dict[int, list[Bundle]] = {}
        for destination in self.reading.blocks:
            for rectangle in self.rectangles_between(source, destination):
                for bundle in self._told(rectangle):
                    assert isinstance(bundle.sources, Members)
                    for bit in ones(bundle.sources.bits):
                        rows.setdefault(bit, []).append(bundle)
        return rows

    def _replicas(self, block: Block, bit: int) -> Iterator[Bundle]:
        """What two pods of one workload may open to each other, as a bundle of it and itself."""
        if block.number == EXTERNAL or block.workloads[bit].single:
            return
        place = Place(block, bit)
        for rectangle in self._single(place, place):
            yield from self._told(rectangle, replicas=True)

    def _single(self, source: Place, destination: Place, exact: Collection[Direction] = ()) -> Iterator[Rectangle]:
        """What one may open to the other, as a rectangle of these two; nothing where that is nothing."""
        diagram = self.reading.pairs.diagram(source, destination, exact)
        if diagram != NEVER:
            ends = (source.block, 1 << source.bit, destination.block, 1 << destination.bit)
            for one in self._narrowed(iter((Rectangle(*ends, diagram),))):
                assert isinstance(one, Rectangle)
                yield one


def _destination(entry: tuple[int, object]) -> int:
    return entry[0]
