"""From the diagram of a pair to what is allowed, what depends, and on what."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import field
from functools import reduce
from typing import NamedTuple

from netverify.model.address_plan import Holder
from netverify.model.flow import End
from netverify.pairs.diagrams import NEVER, Diagram, Node
from netverify.pairs.domain import Domain
from netverify.pairs.leeway import Leeway
from netverify.pairs.outcome import POD_ADDRESS, Access
from netverify.pairs.variables import OTHER, TRUE, LabelVariable
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Pair:
    """What is left open about both ends of a connection; ``replicas``: they are two pods of one workload."""

    source: Leeway
    destination: Leeway
    replicas: bool = False

    @property
    def may_share(self) -> bool:
        """Whether both ends can have the same address: two workloads on the host network of one node."""
        one, other = self.source, self.destination
        if self.replicas or not one.holder is other.holder is Holder.NODE:
            return False
        return one.takes_free or other.takes_free or bool({*one.addresses} & {*other.addresses})


class Accesses:
    """Tells the access of pairs; each diagram is looked at once for pairs with the same leeway."""

    def __init__(self, domain: Domain) -> None:
        self._domain = domain
        self._ipv4 = (1 << domain.plan.intervals.ipv4_count) - 1
        self._plain: dict[int, Access | None] = {}
        self._known: dict[tuple[Diagram, int, int, bool], Access | None] = {}
        self._meet: dict[tuple[int, int, bool], bool] = {}

    def access(self, diagram: Diagram, source: Leeway, destination: Leeway, *, replicas: bool = False) -> Access | None:
        """The access that ``diagram`` gives such a pair; None where there is none, or no such pair can be."""
        if isinstance(diagram, int):
            if not self.can_meet(source, destination, replicas=replicas):
                return None
            return self.plain(diagram)
        key = (diagram, id(source), id(destination), replicas)
        if key not in self._known:
            self._known[key] = self._open(diagram, Pair(source, destination, replicas))
        return self._known[key]

    def plain(self, ports: int) -> Access | None:
        """The access to ``ports`` whatever is left open."""
        if ports not in self._plain:
            self._plain[ports] = Access(self._domain.ports.sets(ports)) if ports else None
        return self._plain[ports]

    def can_meet(self, source: Leeway, destination: Leeway, *, replicas: bool = False) -> bool:
        """Whether both ends can have addresses of one family, which are not the same."""
        key = (id(source), id(destination), replicas)
        if key not in self._meet:
            pair = Pair(source, destination, replicas)
            self._meet[key] = self.fit(pair, source.intervals, destination.intervals)
        return self._meet[key]

    def fit(self, pair: Pair, source: int, destination: int, *, on_one_node: bool = True) -> bool:
        """Whether the source can have an address in the intervals ``source``, and the destination in its own.

        Both are of one family. Two pods share an address only on the host network, and if they are ``on_one_node``.
        """
        shareable = on_one_node and pair.may_share
        for family in (self._ipv4, ~self._ipv4):
            ours, theirs = source & family, destination & family
            if ours and theirs:
                both = ours | theirs
                if shareable or both & (both - 1) or self._room_for_two(pair, both.bit_length() - 1):
                    return True
        return False

    def _room_for_two(self, pair: Pair, interval: int) -> bool:
        """Whether both ends fit into one interval with addresses of their own."""
        one, other = pair.source, pair.destination
        ours, theirs = one.known_in(interval), other.known_in(interval)
        if ours and theirs:
            told = {*one.addresses, *other.addresses}
            if (ours > 1 or not pair.replicas) and (len(told) > 1 or not told):
                return True
        free = [set(self._domain.plan.free(end.holder, interval)) if end.takes_free else set() for end in (one, other)]
        if (ours and free[1] - {*one.addresses}) or (theirs and free[0] - {*other.addresses}):
            return True
        return all(free) and len(free[0] | free[1]) > 1

    def _open(self, diagram: Node, pair: Pair) -> Access | None:
        walk = Walk(self._domain, self, pair)
        bounds = walk.bounds(diagram)
        if bounds is None or not bounds[1]:
            return None
        must, may = bounds
        depends = may & ~must
        on = tuple(sorted(walk.causes(diagram, depends))) if depends else ()
        sets = self._domain.ports.sets
        return Access(sets(must), sets(depends), on)


class Open(NamedTuple):
    """What a world leaves open so far: the intervals of both addresses, as bits, and whether one node may have both."""

    source: int
    destination: int
    on_one_node: bool = True


@dataclass(slots=True)
class Walk:
    """Goes through the worlds that are possible for one pair."""

    domain: Domain
    accesses: Accesses
    pair: Pair
    allowed_values: dict[int, int] = field(init=False)

    def __post_init__(self) -> None:
        ends = ((End.SOURCE, self.pair.source), (End.DESTINATION, self.pair.destination))
        variables = self.domain.variables
        self.allowed_values = {}
        everywhere = (self.pair.source.intervals, self.pair.destination.intervals)
        if not self.accesses.fit(self.pair, *everywhere, on_one_node=False):
            self.allowed_values[variables.same_node()] = TRUE
        for end, leeway in ends:
            for key, choices in leeway.labels:
                label = variables.pod_label(end, key)
                self.allowed_values[label.number] = label.present if choices is None else _numbers(label, choices)

    @property
    def everything(self) -> Open:
        """What is left open before anything is decided."""
        return Open(self.pair.source.intervals, self.pair.destination.intervals)

    def bounds(self, diagram: Diagram, left: Open | None = None) -> tuple[int, int] | None:
        """The ports of every possible world in which no more than ``left`` is open, and those of some.

        None where no such world is possible.
        """
        return self._bounds(diagram, left or self.everything, {})

    def _bounds(
        self, diagram: Diagram, left: Open, known: dict[tuple[Diagram, Open], tuple[int, int] | None]
    ) -> tuple[int, int] | None:
        if isinstance(diagram, int):
            fits = self.accesses.fit(self.pair, left.source, left.destination, on_one_node=left.on_one_node)
            return (diagram, diagram) if fits else None
        if (diagram, left) in known:
            return known[diagram, left]
        must, may = self.domain.diagrams.always, NEVER
        possible = False
        for values, child in diagram.edges:
            further = self.narrowed(left, diagram.variable, values)
            bounds = self._bounds(child, further, known) if further is not None else None
            if bounds is not None:
                possible = True
                must &= bounds[0]
                may |= bounds[1]
        known[diagram, left] = (must, may) if possible else None
        return known[diagram, left]

    def narrowed(self, left: Open, variable: int, values: int) -> Open | None:
        """``left`` where ``variable`` has one of ``values``; None where it cannot."""
        if not values & self.allowed_values.get(variable, -1):
            return None
        variables = self.domain.variables
        if variable == variables.address(End.SOURCE):
            left = Open(left.source & values, left.destination, left.on_one_node)
        elif variable == variables.address(End.DESTINATION):
            left = Open(left.source, left.destination & values, left.on_one_node)
        elif variable == variables.same_node():
            left = Open(left.source, left.destination, bool(values & TRUE))
        return left if left.source and left.destination else None

    def causes(self, diagram: Diagram, ports: int, known: Collection[int] = ()) -> set[str]:
        """What makes a difference to some of ``ports``: two worlds that differ in nothing else differ in them.

        Variables that are ``known`` are no cause.
        """
        found: set[str] = set()
        groups: dict[str, set[int]] = {}
        for variable in support(diagram).difference(known):
            groups.setdefault(self.domain.variables.group(variable), set()).add(variable)
        for group, variables in groups.items():
            differing = self._by_address(diagram, {}) if group == POD_ADDRESS else self._by(variables, diagram)
            if differing & ports:
                found.add(group)
        return found

    def _by(self, variables: set[int], diagram: Diagram) -> int:
        """The ports that some world has and another has not that differs in ``variables`` alone."""
        diagrams = self.domain.diagrams
        some = self._merged(diagram, variables, diagrams.either, {})
        every = self.whatever(diagram, variables)
        bounds = self.bounds(diagrams.without(some, every))
        return bounds[1] if bounds else NEVER

    def whatever(self, diagram: Diagram, variables: set[int]) -> Diagram:
        """The ports that ``diagram`` has whatever the values of ``variables``, by the others."""
        return self._merged(diagram, variables, self.domain.diagrams.both, {})

    def _merged(
        self,
        diagram: Diagram,
        variables: set[int],
        merge: Callable[[Diagram, Diagram], Diagram],
        known: dict[Diagram, Diagram],
    ) -> Diagram:
        """``diagram`` with the possible values of ``variables`` merged."""
        if isinstance(diagram, int):
            return diagram
        if diagram in known:
            return known[diagram]
        if diagram.variable in variables:
            possible = self.allowed_values.get(diagram.variable, -1)
            merged = reduce(
                merge,
                [self._merged(child, variables, merge, known) for values, child in diagram.edges if values & possible],
            )
        else:
            children: dict[Diagram, int] = {}
            for values, child in diagram.edges:
                below = self._merged(child, variables, merge, known)
                children[below] = children.get(below, 0) | values
            merged = self.domain.diagrams.choice(diagram.variable, children)
        known[diagram] = merged
        return merged

    def _by_address(self, diagram: Diagram, known: dict[Diagram, int]) -> int:
        """As :meth:`_by` for the addresses of both ends together, the last variables of a diagram."""
        if isinstance(diagram, int):
            return NEVER
        if diagram not in known:
            if self.domain.variables.group(diagram.variable) == POD_ADDRESS:
                bounds = self.bounds(diagram)
                known[diagram] = bounds[1] & ~bounds[0] if bounds else NEVER
            else:
                possible = self.allowed_values.get(diagram.variable, -1)
                ports = NEVER
                for values, child in diagram.edges:
                    if values & possible:
                        ports |= self._by_address(child, known)
                known[diagram] = ports
        return known[diagram]


def support(diagram: Diagram) -> set[int]:
    """The variables that ``diagram`` depends on."""
    found: set[int] = set()
    seen: set[Node] = set()
    pending = [diagram]
    while pending:
        one = pending.pop()
        if isinstance(one, Node) and one not in seen:
            seen.add(one)
            found.add(one.variable)
            pending += [child for _, child in one.edges]
    return found


def _numbers(label: LabelVariable, choices: tuple[str, ...]) -> int:
    """The values of an open label that can be one of ``choices``."""
    bits = 0
    for choice in choices:
        bits |= 1 << label.values.get(choice, OTHER)
    return bits
