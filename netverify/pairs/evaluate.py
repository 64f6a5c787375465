"""Predicates evaluated for everyone at one end at once.

Says of each node type what :mod:`netverify.policy.evaluate` says of one flow.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from typing import assert_never

from netverify.model.addresses import AddressRange
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Workload, WorkloadKey
from netverify.model.flow import End
from netverify.model.traffic import EVERY_PORT
from netverify.pairs.address_unions import united
from netverify.pairs.cells import Cells, both_cells
from netverify.pairs.diagrams import NEVER, Diagram
from netverify.pairs.domain import Domain
from netverify.pairs.leeway import Leeways
from netverify.pairs.population import EXTERNAL, HOSTS, Block
from netverify.pairs.selectors import NamespaceSelectors, PodSelectors
from netverify.pairs.spread import Spread
from netverify.pairs.variables import TRUE
from netverify.policy.predicate import (
    AboutEnd,
    AddressIn,
    All,
    AnyOf,
    Behaves,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    NamedPort,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
    Unspecified,
)
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Member:
    """One endpoint as one end of a connection."""

    end: End
    block: Block
    bit: int


class Evaluator:
    """Evaluates predicates about one cluster."""

    def __init__(self, domain: Domain, leeways: Leeways) -> None:
        self._domain = domain
        self._diagrams = domain.diagrams
        self._spreads = domain.spreads
        self._blocks = domain.population.blocks
        self._leeways = leeways
        self._pods = PodSelectors(domain)
        self._namespaces = NamespaceSelectors(domain)
        self._known: dict[tuple[Predicate, End], Spread] = {}
        self._same: dict[tuple[int, End], tuple[Predicate, Spread]] = {}
        always = self._diagrams.always
        self._everyone: list[Cells] = [((always, block.full),) if block.full else () for block in self._blocks]
        self._cells: list[dict[tuple[int, End], tuple[Predicate, Cells]]] = [{} for _ in self._blocks]
        self._constants: dict[int, tuple[Predicate, Diagram]] = {}
        self._named: dict[tuple[int, NamedPort], Cells] = {}

    def spread(self, predicate: Predicate, end: End, other: Member | None = None) -> Spread:
        """The ports and circumstances in which ``predicate`` holds, for everyone at ``end``.

        Where it looks at the other end too, that end is ``other``; without ``other`` it must not.
        """
        if other is not None:
            return self._evaluate(predicate, end, range(len(self._blocks)), other)
        same = self._same.get((id(predicate), end))
        if same is None:
            found = self._known.get((predicate, end))
            if found is None:
                spread = self._evaluate(predicate, end, range(len(self._blocks)), None)
                found = self._known[predicate, end] = self._spreads.shared(spread)
            same = self._same[id(predicate), end] = (predicate, found)
        return same[1]

    def cells(self, predicate: Predicate, end: End, block: Block) -> Cells:
        """The cells of one ``block`` in what :meth:`spread` gives, without looking at other blocks.

        Where that is everyone, the same object comes back for the same block.
        """
        if isinstance(predicate, All):
            return self._all_cells(self._everyone[block.number], predicate.parts, end, block)
        if isinstance(predicate, PodMatches):
            return self._pods.cells(predicate.selector, end, block)
        if isinstance(predicate, InNamespace) and block.namespace is not None:
            return self._everyone[block.number] if predicate.name == block.namespace else ()
        known = self._cells[block.number].get((id(predicate), end))
        if known is None:
            found = self._spreads.cells(self._evaluate(predicate, end, (block.number,), None), block)
            everyone = self._everyone[block.number]
            known = (predicate, everyone if found == everyone else found)
            self._cells[block.number][id(predicate), end] = known
        return known[1]

    def _all_cells(self, cells: Cells, parts: Iterable[Predicate], end: End, block: Block) -> Cells:
        """Who of ``cells`` fulfils all of ``parts``."""
        everyone = self._everyone[block.number]
        for part in parts:
            found = self.cells(part, end, block)
            if found is everyone:
                continue
            cells = found if cells is everyone else both_cells(self._diagrams, cells, found)
            if not cells:
                return ()
        return cells

    def towards(self, predicate: Predicate, source: Member, destination: Block) -> Cells:
        """The cells of ``destination`` in what ``predicate`` says of flows from ``source``, about both ends."""
        spread = self._evaluate(predicate, End.DESTINATION, (destination.number,), source)
        return self._spreads.cells(spread, destination)

    def constant(self, predicate: Predicate) -> Diagram:
        """The ports and circumstances in which a ``predicate`` that looks at no end holds."""
        known = self._constants.get(id(predicate))
        if known is None:
            spread = self._evaluate(predicate, End.SOURCE, (), None)
            known = self._constants[id(predicate)] = (predicate, spread.elsewhere)
        return known[1]

    def _evaluate(self, predicate: Predicate, end: End, within: Collection[int], other: Member | None) -> Spread:
        """``predicate`` in the blocks ``within``; what comes out for other blocks means nothing."""
        match predicate:
            case All(parts):
                return self._all(parts, end, within, other)
            case AnyOf(parts):
                always = self._diagrams.always
                return self._spreads.any_of(
                    [(always, self._evaluate(part, end, within, other)) for part in united(parts)]
                )
            case Not(part):
                return self._spreads.complement(self._evaluate(part, end, within, other))
            case Behaves() | Unspecified() | PortIn() | SameNode():
                return self._about_the_flow(predicate, other)
            case NamedPort():
                looks_at = End.DESTINATION
            case PodMatches() | InNamespace() | NamespaceMatches() | AddressIn():
                looks_at = predicate.end
            case OnHostNetwork() | IsPod() | IsWorkload() | HasServiceAccount():
                looks_at = predicate.end
            case _ as never:
                assert_never(never)
        if looks_at is end:
            return self._leaf(predicate, end, within)
        assert other is not None
        assert other.end is looks_at
        there = self._leaf(predicate, looks_at, (other.block.number,))
        return self._spreads.everyone(self._spreads.at(there, other.block, other.bit))

    def _about_the_flow(self, predicate: Behaves | Unspecified | PortIn | SameNode, other: Member | None) -> Spread:
        match predicate:
            case Behaves(behaviour):
                return self._spreads.everyone(self._behaves(behaviour))
            case Unspecified():
                return self._spreads.everyone(self.unspecified(predicate))
            case PortIn(protocol, ports):
                return self._spreads.everyone(self._domain.ports.bits(protocol, ports))
            case SameNode():
                return self._same_node(other)
            case _ as never:
                assert_never(never)

    def _all(self, parts: tuple[Predicate, ...], end: End, within: Collection[int], other: Member | None) -> Spread:
        """All of ``parts``; blocks that one of them rules out are not looked at by those after it."""
        first = parts[0] if parts else None
        if other is None and isinstance(first, InNamespace | NamespaceMatches):
            return self._all_in_place(self._leaf(first, end, within), parts[1:], end, within)
        spread = self._spreads.always
        for part in parts:
            spread = self._spreads.both(spread, self._evaluate(part, end, within, other))
            if spread.elsewhere == NEVER:
                within = [number for number in spread.blocks if number in within]
                if not within:
                    return self._spreads.never
        return spread

    def _all_in_place(self, place: Spread, parts: tuple[Predicate, ...], end: End, within: Collection[int]) -> Spread:
        """Who of ``place`` fulfils all of ``parts``, block by block."""
        if place.elsewhere != NEVER:
            return self._spreads.both(place, self._all(parts, end, within, None))
        blocks: dict[int, Cells] = {}
        for number, cells in place.blocks.items():
            everyone = self._everyone[number]
            told = everyone if cells == everyone else cells
            if number in within and (found := self._all_cells(told, parts, end, self._blocks[number])):
                blocks[number] = found
        return Spread(NEVER, blocks) if blocks else self._spreads.never

    def _leaf(self, predicate: AboutEnd | NamedPort, end: End, within: Collection[int]) -> Spread:  # noqa: PLR0911 - one arm for each leaf
        """A predicate without parts that looks at ``end``."""
        match predicate:
            case InNamespace(_, name):
                return self._in_namespace(name)
            case NamespaceMatches(_, selector):
                return self._namespaces.spread(selector)
            case PodMatches(_, selector):
                return self._each(within, lambda block: self._pods.cells(selector, end, block))
            case HasServiceAccount(_, name):
                return self._each(within, lambda block: self._pods.with_account(name, end, block))
            case IsWorkload(_, key):
                return self._is_workload(key)
            case AddressIn(_, ranges):
                return self._address_in(ranges, end, within)
            case OnHostNetwork():
                return self._members({HOSTS: self._blocks[HOSTS].full})
            case IsPod():
                return Spread(self._diagrams.always, {EXTERNAL: (), **self._domain.hosts_that_are_pods()})
            case NamedPort():
                return self._each(within, lambda block: self._named_port(predicate, block))
            case _ as never:
                assert_never(never)

    def _each(self, within: Collection[int], cells: Callable[[Block], Cells]) -> Spread:
        return Spread(NEVER, {number: found for number in within if (found := cells(self._blocks[number]))})

    def _members(self, sets: Mapping[int, int]) -> Spread:
        """Every port for the members in ``sets``, given as bits by block."""
        blocks = {number: ((self._diagrams.always, bits),) for number, bits in sets.items() if bits}
        return Spread(NEVER, blocks) if blocks else self._spreads.never

    def _in_namespace(self, name: str) -> Spread:
        population = self._domain.population
        number = population.of_namespace.get(name)
        hosts = {HOSTS: population.hosts_of.get(name, 0)}
        return self._members(hosts if number is None else {number: self._blocks[number].full, **hosts})

    def _is_workload(self, key: WorkloadKey) -> Spread:
        endpoint = self._domain.population.workloads.get(key)
        if endpoint is None:
            return self._spreads.never
        number, bit = self._domain.population.places[endpoint]
        return self._members({number: 1 << bit})

    def _behaves(self, behaviour: Behaviour) -> Diagram:
        value = self._domain.fixed.get(behaviour)
        if value is not None:
            return self._diagrams.always if value else NEVER
        return self._diagrams.when(self._domain.variables.behaviour(behaviour), TRUE)

    def unspecified(self, one: Unspecified) -> Diagram:
        """Where ``one`` holds, which is left open."""
        return self._diagrams.when(self._domain.variables.unspecified(one), TRUE)

    def _same_node(self, other: Member | None) -> Spread:
        """Open between two pods; an external address is on no node. Without ``other`` that end is taken for a pod."""
        if other is not None and other.block.number == EXTERNAL:
            return self._spreads.never
        return Spread(self._diagrams.when(self._domain.variables.same_node(), TRUE), {EXTERNAL: ()})

    def _address_in(self, ranges: tuple[AddressRange, ...], end: End, within: Collection[int]) -> Spread:
        """Known addresses decide; an address that is not told is a variable."""
        inside = self._domain.plan.intervals.bits_of(ranges)
        open_ = self._diagrams.when(self._domain.variables.address(end), inside)
        blocks: dict[int, Cells] = {
            EXTERNAL: ((self._diagrams.always, found),) if (found := inside & self._blocks[EXTERNAL].full) else ()
        }
        for number in self._leeways.told:
            if number in within:
                blocks[number] = self._cells_of_addresses(self._blocks[number], inside, open_)
        return Spread(open_, blocks)

    def _cells_of_addresses(self, block: Block, inside: int, open_: Diagram) -> Cells:
        merged: dict[Diagram, int] = {}
        for leeway, bits in self._leeways.of_block(block):
            diagram = open_
            if not leeway.intervals & inside:
                diagram = NEVER
            elif not leeway.intervals & ~inside:
                diagram = self._diagrams.always
            if diagram != NEVER:
                merged[diagram] = merged.get(diagram, 0) | bits
        return tuple(merged.items())

    def _named_port(self, wanted: NamedPort, block: Block) -> Cells:
        """Who declares ports under the name, with those ports; names of init containers count iff the CNI says so."""
        found = self._named.get((block.number, wanted))
        if found is None:
            merged: dict[Diagram, int] = {}
            for bit, workload in enumerate(block.workloads):
                diagram = self._ports_named(wanted, workload)
                if diagram != NEVER:
                    merged[diagram] = merged.get(diagram, 0) | 1 << bit
            found = self._named[block.number, wanted] = tuple(merged.items())
        return found

    def _ports_named(self, wanted: NamedPort, workload: Workload) -> Diagram:
        if workload.key in self._domain.creation.workloads:
            return self._ports_perhaps_named(wanted, workload)
        sure = perhaps = 0
        for port in workload.ports:
            if port.name == wanted.name and port.protocol is wanted.protocol:
                atom = self._domain.ports.number(port.protocol, port.number)
                if port.init:
                    perhaps |= atom
                else:
                    sure |= atom
        if not perhaps:
            return sure
        counted = self._behaves(Behaviour.INIT_CONTAINER_PORTS_NAMED)
        return self._diagrams.either(sure, self._diagrams.both(counted, perhaps))

    def _ports_perhaps_named(self, wanted: NamedPort, workload: Workload) -> Diagram:
        """For a pod that could be created: it may give the name to any of its declared ports, or any port at all."""
        ports = 0
        if self._domain.creation.free_named_ports:
            ports = self._domain.ports.bits(wanted.protocol, EVERY_PORT)
        for port in workload.ports:
            if port.name == wanted.name and port.protocol is wanted.protocol:
                ports |= self._domain.ports.number(port.protocol, port.number)
        return self._diagrams.both(ports, self._diagrams.when(self._domain.variables.port_name(wanted), TRUE))
