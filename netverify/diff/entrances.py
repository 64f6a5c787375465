"""The ways in of one side by where a client knocks, and the routes through them in a form that compares."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence

from netverify.answers.routed import Router
from netverify.answers.surface import through
from netverify.answers.unseen_ways import is_unseen, perhaps_on_the_node
from netverify.model.addresses import AddressRange, within
from netverify.model.flow import End
from netverify.policy.predicate import IsWorkload, Not, PodMatches, Predicate
from netverify.policy.visit import conjuncts
from netverify.query.whereabouts import is_outside
from netverify.records import dataclass
from netverify.routes.planned import PlannedLeg, PlannedRoute
from netverify.routes.way_in import WayIn

Entrance = tuple[Hashable, ...]
"""What is the same on both sides where a client knocks at the same way in."""


@dataclass(frozen=True, slots=True)
class PlannedWay:
    """A route through a way in: what policy decides about it, and under which conditions it is there.

    ``internal``: only clients inside the network of the cloud get to it. ``unseen`` says why policy does not close it
    for sure, where no manifest shows the pods that serve it; empty where it does.
    """

    route: PlannedRoute
    internal: bool
    unseen: str = ""

    def covers(self, other: PlannedWay) -> bool:
        """Whether whoever gets through ``other`` gets through this one, to the same pods, if policy is the same."""
        return (
            set(self.route.provided) <= set(other.route.provided)
            and other.internal >= self.internal
            and _lets_in(self.route.clients, other.route.clients)
            and self.route.doubt in ("", other.route.doubt)
            and len(self.route.legs) == len(other.route.legs)
            and all(map(_leg_covers, self.route.legs, other.route.legs))
        )


@dataclass(frozen=True, slots=True)
class Entrances:
    """Every way in of one side, by its entrance; several lead on from one where there are several backends."""

    router: Router
    ways: Mapping[Entrance, Sequence[WayIn]]

    def planned(self, entrance: Entrance) -> list[PlannedWay]:
        """The routes that begin at ``entrance``, before policy has judged them."""
        outside = is_outside(End.SOURCE)
        options = self.router.context.settings.routing
        return [
            PlannedWay(route, way.internal, perhaps_on_the_node(way) if is_unseen(way, options) else "")
            for way in self.ways.get(entrance, ())
            if not way.problem
            for route in self.router.ways.routes_of(way, through(way, outside))
        ]


def entrances(router: Router) -> Entrances:
    """The entrances of the cluster that ``router`` is about."""
    found: dict[Entrance, list[WayIn]] = {}
    for way in router.ways.all:
        found.setdefault(_entrance(way), []).append(way)
    return Entrances(router, found)


def _entrance(way: WayIn) -> Entrance:
    """Where a client knocks at ``way``, and for which requests; not where that leads."""
    stations = way.hops[: 2 if way.by == "Gateway" else 1]
    # An allocated port of a node has no number: that of the Service tells one from another.
    allocated = way.service_port.port if way.port is None and way.service_port is not None else None
    requests = way.notes if way.by in ("Gateway", "Route") else ()
    return (
        way.namespace,
        way.name,
        way.kind,
        way.by,
        way.protocol.value,
        way.port or 0,
        allocated or 0,
        way.tls.value,
        way.class_name,
        way.path_type,
        tuple(hop.text for hop in stations),
        requests,
    )


def covered(planned: PlannedWay, others: Sequence[PlannedWay]) -> bool:
    """Whether one of ``others`` covers ``planned``."""
    return any(one.covers(planned) for one in others)


def destination_covers(one: Predicate, other: Predicate) -> bool:
    """Whether ``one`` holds of every pod of which ``other`` does: the same, or the pods of a wider selector.

    Pods that could be created are compared with those that exist already among them: these have routes of their own.
    """
    ours, theirs = set(_parts(one)), set(_parts(other))
    return _beside_labels(ours) == _beside_labels(theirs) and _labels(ours) <= _labels(theirs)


def _lets_in(ours: tuple[AddressRange, ...] | None, theirs: tuple[AddressRange, ...] | None) -> bool:
    return ours is None or (theirs is not None and within(theirs, ours))


def _leg_covers(one: PlannedLeg, other: PlannedLeg) -> bool:
    return _connection(one) == _connection(other) and destination_covers(
        one.question.destination, other.question.destination
    )


def _connection(leg: PlannedLeg) -> Hashable:
    """What policy decides about, but for the destination; whom a way in lets in is compared beside it."""
    asked = leg.question
    source = None if leg.by_client else asked.source
    return source, asked.traffic, asked.beside, leg.by_node, leg.by_client, leg.by_balancer, leg.names_freely


def _parts(who: Predicate) -> Iterator[Predicate]:
    for part in conjuncts(who):
        if not (isinstance(part, Not) and isinstance(part.part, IsWorkload)):
            yield part


def _labels(parts: set[Predicate]) -> set[Hashable]:
    return {one for part in parts if isinstance(part, PodMatches) for one in part.selector.requirements}


def _beside_labels(parts: set[Predicate]) -> set[Predicate]:
    return {part for part in parts if not isinstance(part, PodMatches)}
