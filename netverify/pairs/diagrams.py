"""Decision diagrams from what is left open to sets of ports.

A diagram is a function: for every value of the open variables it gives a set of port atoms, as bits. One without
variables is that set itself, an ``int``; otherwise it is a :class:`Node`. Diagrams are kept canonical, so two that are
the same function are the same object, and none depends on a variable that makes no difference.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeAlias

_MOST_NODES = 1_000_000
_DEEPEST = 150
"""Two diagrams of this depth are combined well within the depth of calls that Python allows."""


class TooIntricateError(Exception):
    """What is left open depends on itself in too many ways to be told in full."""


class Node:
    """A choice on one variable. ``edges`` are (values, child): ``values`` are bits, disjoint, and cover every value.

    Children differ from each other, and speak of later variables only. ``depth`` is the most choices on one way down.
    """

    __slots__ = ("depth", "edges", "serial", "variable")

    def __init__(self, variable: int, edges: tuple[tuple[int, Diagram], ...], serial: int) -> None:
        self.variable = variable
        self.edges = edges
        self.serial = serial
        self.depth: int = 1 + max(child.depth if isinstance(child, Node) else 0 for _, child in edges)


Diagram: TypeAlias = int | Node

NEVER = 0
_LEAF = 1 << 60
"""The variable of a diagram without one, for comparing: after all others."""


class Diagrams:
    """Makes the diagrams over ``ports`` atoms and variables; ``always`` is every port.

    ``domains`` gives all values of each variable, as bits, and may grow.
    """

    def __init__(self, ports: int, domains: Mapping[int, int]) -> None:
        self.always = (1 << ports) - 1
        self._domains = domains
        self._nodes: dict[tuple[int, tuple[tuple[int, Diagram], ...]], Node] = {}
        self._both: dict[tuple[Diagram, Diagram], Diagram] = {}
        self._either: dict[tuple[Diagram, Diagram], Diagram] = {}
        self._complements: dict[Node, Diagram] = {}
        self._ports: dict[Node, int] = {}

    def when(self, variable: int, values: int) -> Diagram:
        """Every port where ``variable`` has one of ``values`` (bits), else none."""
        domain = self._domains[variable]
        values &= domain
        return self.choice(variable, {self.always: values, NEVER: domain & ~values})

    def choice(self, variable: int, children: dict[Diagram, int]) -> Diagram:
        """The diagram that is each child for the values beside it, which together are all values of ``variable``."""
        edges = [(values, child) for child, values in children.items() if values]
        if len(edges) == 1:
            return edges[0][1]
        edges.sort(key=_lowest_value)
        key = (variable, tuple(edges))
        node = self._nodes.get(key)
        if node is None:
            if len(self._nodes) >= _MOST_NODES:
                raise TooIntricateError
            node = Node(*key, len(self._nodes))
            if node.depth > _DEEPEST:
                raise TooIntricateError
            self._nodes[key] = node
        return node

    def both(self, one: Diagram, other: Diagram) -> Diagram:
        """The ports in both."""
        if type(one) is int:
            if type(other) is int:
                return one & other
            one, other = other, one
        if type(other) is int:
            if other == NEVER:
                return NEVER
            if other == self.always:
                return one
        elif one is other:
            return one
        found = self._both.get((one, other))
        if found is None:
            found = self._both[one, other] = self._combined(one, other, self.both)
        return found

    def either(self, one: Diagram, other: Diagram) -> Diagram:
        """The ports in at least one."""
        if type(one) is int:
            if type(other) is int:
                return one | other
            one, other = other, one
        if type(other) is int:
            if other == NEVER:
                return one
            if other == self.always:
                return other
        elif one is other:
            return one
        found = self._either.get((one, other))
        if found is None:
            found = self._either[one, other] = self._combined(one, other, self.either)
        return found

    def complement(self, one: Diagram) -> Diagram:
        """The ports that are not in it."""
        if isinstance(one, int):
            return self.always ^ one
        found = self._complements.get(one)
        if found is None:
            children = {self.complement(child): values for values, child in one.edges}
            found = self._complements[one] = self.choice(one.variable, children)
        return found

    def without(self, one: Diagram, other: Diagram) -> Diagram:
        """The ports in ``one`` that are not in ``other``."""
        return self.both(one, self.complement(other))

    def _combined(self, one: Diagram, other: Diagram, combine: Callable[[Diagram, Diagram], Diagram]) -> Diagram:
        variable = min(variable_of(one), variable_of(other))
        children: dict[Diagram, int] = {}
        for ours, child in self.edges(one, variable):
            for theirs, their_child in self.edges(other, variable):
                if values := ours & theirs:
                    combined = combine(child, their_child)
                    children[combined] = children.get(combined, 0) | values
        return self.choice(variable, children)

    def ports_of(self, one: Diagram) -> int:
        """The ports that it has for some value of its variables."""
        if isinstance(one, int):
            return one
        found = self._ports.get(one)
        if found is None:
            found = 0
            for _, child in one.edges:
                found |= self.ports_of(child)
            self._ports[one] = found
        return found

    def edges(self, one: Diagram, variable: int) -> tuple[tuple[int, Diagram], ...]:
        """``one`` by the values of ``variable``, which may not come after its own."""
        if isinstance(one, Node) and one.variable == variable:
            return one.edges
        return ((self._domains[variable], one),)


def variable_of(one: Diagram) -> int:
    """The first variable that ``one`` depends on; later than every variable where it depends on none."""
    return one.variable if isinstance(one, Node) else _LEAF


def rank(one: Diagram) -> tuple[bool, int]:
    """Orders diagrams: those without variables first, the others as they were made."""
    return (True, one.serial) if isinstance(one, Node) else (False, one)


def _lowest_value(edge: tuple[int, Diagram]) -> int:
    return edge[0] & -edge[0]
