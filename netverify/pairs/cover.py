"""A diagram of labels as a short union of conjunctions: prime ones, of which none can be left out."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from netverify.pairs.diagrams import NEVER, Diagram, Diagrams

Cube: TypeAlias = dict[int, int]
"""A conjunction: for each variable the values that it may have, as bits; variables that are missing may have any."""


def diagram_of(cube: Cube, diagrams: Diagrams) -> Diagram:
    """Every port for what is in ``cube``, none elsewhere."""
    diagram: Diagram = diagrams.always
    for variable, values in cube.items():
        diagram = diagrams.both(diagram, diagrams.when(variable, values))
    return diagram


def cover(wanted: Diagram, allowed: Diagram, diagrams: Diagrams) -> list[Cube]:
    """Conjunctions within ``allowed`` that together hold all of ``wanted``, which is within ``allowed``.

    Both have every port or none. None of the conjunctions can be made wider or left out.
    """
    found: list[Cube] = []
    rest = wanted
    while rest != NEVER:
        cube = _widened(_first(rest), allowed, diagrams)
        found.append(cube)
        rest = diagrams.without(rest, diagram_of(cube, diagrams))
    return _needed(found, wanted, diagrams)


def _first(diagram: Diagram) -> Cube:
    """One path to every port."""
    cube: Cube = {}
    while not isinstance(diagram, int):
        values, child = next(edge for edge in reversed(diagram.edges) if edge[1] != NEVER)
        cube[diagram.variable] = values
        diagram = child
    return cube


def _widened(cube: Cube, allowed: Diagram, diagrams: Diagrams) -> Cube:
    """``cube`` without the conditions that it does not need to stay within ``allowed``."""
    for variable in sorted(cube, reverse=True):
        wider = {other: values for other, values in cube.items() if other != variable}
        if diagrams.without(diagram_of(wider, diagrams), allowed) == NEVER:
            cube = wider
    return cube


def _needed(cubes: list[Cube], wanted: Diagram, diagrams: Diagrams) -> list[Cube]:
    """``cubes`` without those that the others make up for."""
    kept = list(cubes)
    for cube in cubes:
        others = [other for other in kept if other is not cube]
        if diagrams.without(wanted, union_of(others, diagrams)) == NEVER:
            kept = others
    return kept


def union_of(cubes: list[Cube], diagrams: Diagrams) -> Diagram:
    """Every port for what is in any of ``cubes``."""
    union: Diagram = NEVER
    for cube in cubes:
        union = diagrams.either(union, diagram_of(cube, diagrams))
    return union


def sentences(cube: Cube, absent: int, other: int) -> Iterator[Cube]:
    """``cube`` as conjunctions that label selectors can say.

    A selector can say "one of these values", and "missing or none of those", but not "missing or one of these": such a
    condition on a label, whose values ``absent`` and ``other`` (none that is named) are these bits, becomes two.
    """
    for variable, values in cube.items():
        if values & absent and not values & other and values & ~absent:
            yield from sentences({**cube, variable: absent}, absent, other)
            yield from sentences({**cube, variable: values & ~absent}, absent, other)
            return
    yield cube
