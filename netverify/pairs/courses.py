"""Courses: ways through the diagram of a pair to a world in which something is allowed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netverify.model.behaviours import CAUTIOUS
from netverify.model.flow import End
from netverify.pairs.access import Accesses, Open, Pair, Walk, support
from netverify.pairs.diagrams import Diagram, Node
from netverify.pairs.domain import Domain
from netverify.pairs.outcome import NAMESPACE_LABELS, POD_ADDRESS, POD_LABELS, PORT_NAMES, SAME_NODE, SERVICE_ACCOUNT
from netverify.pairs.variables import ABSENT, OTHER, Variables
from netverify.policy.predicate import Choice, Decided
from netverify.records import dataclass

_CAUTIOUS = Decided(CAUTIOUS)
_QUIETEST = {SAME_NODE: 0, PORT_NAMES: 0, POD_LABELS: OTHER, SERVICE_ACCOUNT: OTHER, NAMESPACE_LABELS: ABSENT}
"""The value that says least, of everything that is left open but addresses and behaviours."""


@dataclass(frozen=True, slots=True)
class Course:
    """``ports``, as bits, are allowed where each variable of ``values`` has its value, and both addresses are ``left``.

    ``addressed`` are the ends at whose address it looks.
    """

    values: Mapping[int, int]
    left: Open
    ports: int
    addressed: frozenset[End]


class Courses:
    """Finds the course of each diagram, once for pairs with the same leeway."""

    def __init__(self, domain: Domain, accesses: Accesses) -> None:
        self._domain = domain
        self._accesses = accesses
        self._known: dict[tuple[Diagram, int, int, bool], Course | None] = {}

    def course(self, diagram: Diagram, pair: Pair) -> Course | None:
        """The course to a world that shows best what ``diagram`` allows; None where it allows nothing to such a pair.

        Best are ports that are allowed whatever is left open, then those that are whatever the CNI does, then those
        that a CNI allows that allows little otherwise.
        """
        key = (diagram, id(pair.source), id(pair.destination), pair.replicas)
        if key not in self._known:
            self._known[key] = self._course(diagram, Walk(self._domain, self._accesses, pair))
        return self._known[key]

    def _course(self, diagram: Diagram, walk: Walk) -> Course | None:
        variables = self._domain.variables
        behaviours = {one for one in support(diagram) if variables.choice_of(one) is not None}
        for goal in (walk.whatever(diagram, behaviours), diagram):
            bounds = walk.bounds(goal)
            if bounds is not None and bounds[1]:
                looked_at = support(goal)
                addressed = frozenset(end for end in End if variables.address(end) in looked_at)
                return self._towards(bounds[0] or bounds[1], goal, walk, addressed)
        return None

    def _towards(self, ports: int, goal: Diagram, walk: Walk, addressed: frozenset[End]) -> Course:
        """The course through ``goal`` to some of ``ports``, which some world has."""
        values: dict[int, int] = {}
        left = walk.everything
        while isinstance(goal, Node):
            value, further, child = next(self._steps(goal, left, ports, walk))
            if self._domain.variables.group(goal.variable) != POD_ADDRESS:
                values[goal.variable] = value.bit_length() - 1
            goal, left = child, further
        return Course(values, left, goal & ports, addressed)

    def _steps(self, node: Node, left: Open, ports: int, walk: Walk) -> Iterator[tuple[int, Open, Diagram]]:
        """The choices at ``node`` after which some of ``ports`` can still be had; the quietest first."""
        for value, child in self._choices(node, walk):
            further = walk.narrowed(left, node.variable, value)
            bounds = walk.bounds(child, further) if further is not None else None
            if further is not None and bounds is not None and bounds[1] & ports:
                yield value, further, child

    def _choices(self, node: Node, walk: Walk) -> Iterator[tuple[int, Diagram]]:
        """Each child of ``node`` with a value that leads there, the quietest value first; addresses stay together."""
        group = self._domain.variables.group(node.variable)
        if group == POD_ADDRESS:
            yield from node.edges
            return
        choice = self._domain.variables.choice_of(node.variable)
        quietest = 1 << (_QUIETEST[group] if choice is None else _CAUTIOUS[choice])
        possible = walk.allowed_values.get(node.variable, -1)
        edges = [(values & possible, child) for values, child in node.edges if values & possible]
        for values, child in sorted(edges, key=lambda edge: not edge[0] & quietest):
            yield values & quietest or values & -values, child


def decided(course: Course, variables: Variables) -> dict[Choice, bool]:
    """What ``course`` decides of what the CNI and policy leave open."""
    known = ((variables.choice_of(variable), value) for variable, value in course.values.items())
    return {choice: bool(value) for choice, value in known if choice is not None}
