"""Diagrams of pairs with everything eliminated that is not to be told apart."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import reduce

from netverify.pairs.access import Open, Walk
from netverify.pairs.diagrams import NEVER, Diagram, Diagrams

Merge = Callable[[Diagram, Diagram], Diagram]


def in_every_world(diagram: Diagram, walk: Walk, kept: Collection[int]) -> Diagram:
    """The ports that ``diagram`` has whatever the variables are that are not ``kept``: a diagram of those that are."""
    return _eliminated(diagram, walk, kept, walk.domain.diagrams.both)


def in_some_world(diagram: Diagram, walk: Walk, kept: Collection[int]) -> Diagram:
    """As :func:`in_every_world`: the ports that it has in some possible world."""
    return _eliminated(diagram, walk, kept, walk.domain.diagrams.either)


def any_port(diagram: Diagram, diagrams: Diagrams) -> Diagram:
    """Every port where ``diagram`` has any."""
    if isinstance(diagram, int):
        return diagrams.always if diagram else NEVER
    children: dict[Diagram, int] = {}
    for values, child in diagram.edges:
        below = any_port(child, diagrams)
        children[below] = children.get(below, 0) | values
    return diagrams.choice(diagram.variable, children)


def _eliminated(diagram: Diagram, walk: Walk, kept: Collection[int], merge: Merge) -> Diagram:
    found = _below(diagram, walk.everything, walk, kept, merge)
    return NEVER if found is None else found


def _below(diagram: Diagram, left: Open, walk: Walk, kept: Collection[int], merge: Merge) -> Diagram | None:
    """None where no world is possible."""
    if isinstance(diagram, int):
        fits = walk.accesses.fit(walk.pair, left.source, left.destination, on_one_node=left.on_one_node)
        return diagram if fits else None
    branches: list[tuple[int, Diagram]] = []
    for values, child in diagram.edges:
        further = walk.narrowed(left, diagram.variable, values)
        below = None if further is None else _below(child, further, walk, kept, merge)
        if below is not None:
            branches.append((values, below))
    if not branches:
        return None
    if diagram.variable not in kept:
        return reduce(merge, [below for _, below in branches])
    diagrams = walk.domain.diagrams
    told = 0
    children: dict[Diagram, int] = {}
    for values, below in branches:
        told |= values
        children[below] = children.get(below, 0) | values
    rest = walk.domain.variables.domains[diagram.variable] & ~told
    if rest:
        children[NEVER] = children.get(NEVER, 0) | rest
    return diagrams.choice(diagram.variable, children)
