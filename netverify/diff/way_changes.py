"""Ways in compared, entrance by entrance: what is planned the same is the same if policy is; the rest is judged."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Sequence
from itertools import chain

from netverify.answers.derived import closed_route
from netverify.answers.routed import Router
from netverify.answers.surface import OUTSIDE, ExposedWay, Openness, exposed, may_be_brought
from netverify.diff.entrances import Entrance, Entrances, PlannedWay, covered, entrances
from netverify.diff.outcome import Certainty, WayChange, either
from netverify.model.addresses import AddressRange, cidrs
from netverify.model.flow import Direction
from netverify.policy.predicate import Predicate
from netverify.query.derivation import Derived, Rule, SolvedText, Step
from netverify.query.outcome import Route, Verdict
from netverify.routes.planned import PlannedRoute
from netverify.routes.way_in import WayIn
from netverify.symbolic.casting import PodScope

Touched = Callable[[Direction, str], bool]
"""Whether policy may treat subjects of a namespace differently in a direction."""


class WayChanges:
    """The ways in of both sides compared. ``new_access`` and ``lost_access`` take policy to be the same.

    ``NO`` is a proof: each route of the one side is one of the other, or policy lets nothing through it.
    """

    def __init__(self, old: Router, new: Router, touched: Touched | None) -> None:
        """``touched`` is None where policy is the same on both sides."""
        self._old, self._new = entrances(old), entrances(new)
        self._touched = touched
        self.new_access = self.lost_access = Certainty.NO
        self.goals: list[SolvedText] = []
        self.no_new: list[Derived] = []
        self.no_lost: list[Derived] = []
        self._doubts: list[str] = []
        self.changes = tuple(self._changes())
        self.doubts = tuple(dict.fromkeys(self._doubts))

    def _changes(self) -> Iterator[WayChange]:
        for entrance in sorted(self._old.ways.keys() | self._new.ways.keys(), key=str):
            old, new = self._old.planned(entrance), self._new.planned(entrance)
            gained, self.new_access = self._only(self._new, new, old, self.new_access, self.no_new)
            lost, self.lost_access = self._only(self._old, old, new, self.lost_access, self.no_lost)
            before, after = self._old.ways.get(entrance, ()), self._new.ways.get(entrance, ())
            self._unsure(before, after)
            if gained or lost or _leads_on(before) != _leads_on(after) or self._is_touched(old, new):
                change = self._change(entrance, gained, lost)
                if change is not None:
                    yield change

    def _only(
        self,
        side: Entrances,
        planned: Sequence[PlannedWay],
        others: Sequence[PlannedWay],
        known: Certainty,
        steps: list[Derived],
    ) -> tuple[tuple[Route, ...], Certainty]:
        """The routes of ``planned`` that none of ``others`` covers and policy may let through, and what that makes.

        How it follows that others are none is added to ``steps``.
        """
        found = []
        for one in planned:
            if covered(one, others):
                steps.append(Step(Rule.SAME_ROUTES, f"a way in on both sides: {_stations(one.route)}"))
                continue
            route = side.router.judged(one.route, OUTSIDE)
            steps.append(closed_route(route))
            self.goals += [goal for leg in route.legs for goal in leg.smt2]
            if route.verdict is Verdict.REACHABLE:
                known = Certainty.YES
            elif route.verdict is Verdict.UNKNOWN or (route.verdict is Verdict.UNREACHABLE and one.unseen):
                known = either(known, Certainty.UNKNOWN)
            if route.verdict is Verdict.UNREACHABLE and one.unseen:
                self._doubts.append(one.unseen)
            if route.verdict in (Verdict.REACHABLE, Verdict.UNKNOWN):
                found.append(route)
                self._doubts += [line for leg in route.legs for line in leg.unknown_because]
        return tuple(found), known

    def _unsure(self, before: Sequence[WayIn], after: Sequence[WayIn]) -> None:
        """A way in of which nobody can tell where it leads is no proof, unless both sides have it."""
        sides = (before, self._old), (after, self._new)
        open_ended = [[way for way in ways if _is_open_ended(way, side)] for ways, side in sides]
        ours, theirs = (frozenset(map(_open_end, ways)) for ways in open_ended)
        if theirs - ours:
            self.new_access = either(self.new_access, Certainty.UNKNOWN)
        if ours - theirs:
            self.lost_access = either(self.lost_access, Certainty.UNKNOWN)
        self._doubts += [
            f"no manifest says where {_called(way)} leads"
            for way in chain(*open_ended)
            if _open_end(way) in ours ^ theirs
        ]

    def _is_touched(self, *sides: Sequence[PlannedWay]) -> bool:
        """Whether policy that is not the same on both sides may decide about a route."""
        if self._touched is None:
            return False
        cast, asked = self._new.router.context.search.casting.cast, set[tuple[Direction, Predicate]]()
        for planned in (one for side in sides for one in side):
            for question in (leg.question for leg in planned.route.legs):
                asked |= {(Direction.EGRESS, question.source), (Direction.INGRESS, question.destination)}
        return any(
            self._touched(direction, place)
            for direction, who in asked
            for place in cast(who, direction.subject, PodScope.NAMED).places
        )

    def _change(self, entrance: Entrance, gained: tuple[Route, ...], lost: tuple[Route, ...]) -> WayChange | None:
        before, after = _best(entrance, self._old), _best(entrance, self._new)
        one = after or before
        assert one is not None
        what = tuple(_what(before.way, after.way)) if before and after else ()
        if gained or lost or what or before is None or after is None or _outcome(before) != _outcome(after):
            return WayChange(one.way, before, after, gained, lost, what)
        return None


def _stations(route: PlannedRoute) -> str:
    return " -> ".join((*(hop.text for hop in route.path), route.text))


def _best(entrance: Entrance, side: Entrances) -> ExposedWay | None:
    """What became of the ways in at ``entrance``: the one that is most open."""
    found = [exposed(way, side.router) for way in side.ways.get(entrance, ())]
    return min(found, key=lambda one: list(Openness).index(one.openness), default=None)


def _outcome(one: ExposedWay) -> tuple[Openness, tuple[str, ...]]:
    return one.openness, one.needs


def _is_open_ended(way: WayIn, side: Entrances) -> bool:
    """Whether no manifest of ``side`` says where ``way`` leads."""
    if way.problem:
        return may_be_brought(way, side.router.context.inventory)
    return bool(way.doubt) or (way.service is not None and way.service.selector is None)


def _called(way: WayIn) -> str:
    return f"{way.object}" if way.doubt or way.service is None else f"Service {way.service}"


def _leading(way: WayIn) -> tuple[str, str, int]:
    return way.problem or way.doubt, str(way.service or ""), way.service_port.port if way.service_port else 0


def _open_end(way: WayIn) -> Hashable:
    """What is known of ``way``, of which nobody knows where it leads."""
    return _leading(way), way.sources, way.restricted_to, way.internal


def _leads_on(ways: Sequence[WayIn]) -> frozenset[tuple[str, str, int]]:
    return frozenset(map(_leading, ways))


def _what(before: WayIn, after: WayIn) -> Iterator[str]:
    """In which respects ``after`` is written differently, in words."""
    for name, read in _RESPECTS:
        one, other = read(before), read(after)
        if one != other:
            yield f"{name}: {one} -> {other}"


def _seen(way: WayIn) -> str:
    return " or ".join(dict.fromkeys(source.seen_as.value for source in way.sources)) or "nobody"


def _served(way: WayIn) -> str:
    if way.controller is None:
        return "nobody"
    pods = ", ".join(map(str, way.controller.workloads))
    return f"{way.controller.name} ({pods or way.controller.where})"


def _leads(way: WayIn) -> str:
    if way.outside is not None:
        return f"{way.outside.name}, outside the cluster"
    if way.service is None:
        return str(way.workload or "nothing")
    return f"Service {way.service}" + (f":{way.service_port.port}" if way.service_port else "")


def _ranges(ranges: tuple[AddressRange, ...]) -> str:
    return ", ".join(cidr for block in ranges for cidr in cidrs(block)) or "anyone"


_RESPECTS: tuple[tuple[str, Callable[[WayIn], str]], ...] = (
    ("leads to", _leads),
    ("lets in", lambda way: _ranges(way.restricted_to)),
    ("policy sees", _seen),
    ("served by", _served),
    ("load balancer", lambda way: "internal" if way.internal else "public"),
)
