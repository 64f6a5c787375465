"""For possible pods that are said to be able to: with whom, on which port, and in which circumstances they are."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

from netverify.model.cluster import WorkloadKey
from netverify.pairs.access import Open, Walk
from netverify.pairs.creatable import Creatable, Meeting, Possible
from netverify.pairs.diagrams import NEVER, Diagram, Diagrams
from netverify.pairs.elimination import any_port, in_every_world
from netverify.pairs.terms import Term
from netverify.records import dataclass

World: TypeAlias = Mapping[int, int]
"""The number of the value that some variables have."""


@dataclass(frozen=True, slots=True)
class Demonstration:
    """Every pod of ``parts`` (diagrams of labels by namespace) meets ``partner`` on the port atom ``port``.

    In every circumstance in which the variables of ``world`` have these values. ``partner`` and ``bit`` are as in
    :class:`~netverify.pairs.creatable.Meeting`.
    """

    partner: WorkloadKey | None
    bit: int
    port: int
    world: World
    parts: Mapping[str, Diagram]


class Demonstrations:
    """Finds demonstrations for terms."""

    def __init__(self, creatable: Creatable, possible: Mapping[str, Possible]) -> None:
        self._creatable = creatable
        self._possible = possible
        self._diagrams: Diagrams = creatable.domain.diagrams

    def of(self, terms: Sequence[Term], *, sure: bool) -> Iterator[Demonstration]:
        """Demonstrations that together are about all pods of ``terms``; ``sure``: they can whatever is left open."""
        rest: dict[str, Diagram] = {}
        for term in terms:
            for name, part in term.parts.items():
                rest[name] = self._diagrams.either(rest.get(name, NEVER), part)
        while rest:
            name = next(iter(rest))
            found = self._next(name, rest, sure=sure)
            yield found
            for other, part in found.parts.items():
                rest[other] = self._diagrams.without(rest[other], part)
                if rest[other] == NEVER:
                    del rest[other]

    def _next(self, name: str, rest: Mapping[str, Diagram], *, sure: bool) -> Demonstration:
        """One that is about some of the pods in the namespace ``name``, and as many others as it fits."""
        kept = self._creatable.kept(name)
        for meeting in self._possible[name].meetings:
            base = self._base(meeting, kept, sure=sure)
            path = _path(self._diagrams.both(base, rest[name]), meeting.walk.everything, meeting.walk)
            if path is None:
                continue
            values, ports = path
            world = {variable: value for variable, value in values.items() if variable not in kept}
            port = (ports & -ports).bit_length() - 1
            parts: dict[str, Diagram] = {}
            for other, wanted in rest.items():
                part = self._diagrams.both(self._part(other, meeting, world, port, sure=sure), wanted)
                if part != NEVER:
                    parts[other] = part
            return Demonstration(meeting.partner, meeting.bit, port, world, parts)
        raise AssertionError(name)

    def _base(self, meeting: Meeting, kept: set[int], *, sure: bool) -> Diagram:
        """The diagram in which a path is a demonstration: of all variables, or of those that somebody decides."""
        if not sure:
            return meeting.diagram
        return in_every_world(meeting.diagram, meeting.walk, kept | set(self._creatable.chosen(meeting)))

    def _part(self, name: str, like: Meeting, world: World, port: int, *, sure: bool) -> Diagram:
        """The pods of the namespace ``name`` that meet the same partner on that port in ``world``."""
        kept = self._creatable.kept(name)
        part: Diagram = NEVER
        for meeting in self._possible[name].meetings:
            if (meeting.partner, meeting.bit) != (like.partner, like.bit):
                continue
            fixed = _restricted(self._base(meeting, kept, sure=sure), world, self._diagrams)
            always = in_every_world(self._diagrams.both(fixed, 1 << port), meeting.walk, kept)
            part = self._diagrams.either(part, any_port(always, self._diagrams))
        return part


def _path(diagram: Diagram, left: Open, walk: Walk) -> tuple[dict[int, int], int] | None:
    """A possible world in which ``diagram`` has ports: one value of each variable that it asks for, and the ports."""
    if isinstance(diagram, int):
        fits = walk.accesses.fit(walk.pair, left.source, left.destination, on_one_node=left.on_one_node)
        return ({}, diagram) if diagram and fits else None
    for values, child in diagram.edges:
        if child == NEVER:
            continue
        rest = values & walk.allowed_values.get(diagram.variable, -1)
        while rest:
            value = rest & -rest
            rest ^= value
            further = walk.narrowed(left, diagram.variable, value)
            found = None if further is None else _path(child, further, walk)
            if found is not None:
                found[0][diagram.variable] = value.bit_length() - 1
                return found
    return None


def _restricted(diagram: Diagram, world: World, diagrams: Diagrams) -> Diagram:
    """``diagram`` where the variables of ``world`` have these values."""
    if isinstance(diagram, int):
        return diagram
    if diagram.variable in world:
        wanted = 1 << world[diagram.variable]
        child = next((child for values, child in diagram.edges if values & wanted), NEVER)
        return _restricted(child, world, diagrams)
    children: dict[Diagram, int] = {}
    for values, child in diagram.edges:
        below = _restricted(child, world, diagrams)
        children[below] = children.get(below, 0) | values
    return diagrams.choice(diagram.variable, children)
