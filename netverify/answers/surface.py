"""The attack surface: every way in from outside, where it leads, and whether policy lets it through."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import StrEnum
from typing import TypeAlias

from netverify.answers.doubts import described, not_rendered, notes, objects_that_route, unread_inputs
from netverify.answers.openings import Opening, openings
from netverify.answers.premises import unrendered_premise
from netverify.answers.route_verdicts import needs, scope_of, simplest, unique
from netverify.answers.routed import Router
from netverify.answers.unseen_ways import is_unseen, perhaps_on_the_node
from netverify.budget import OutOfBudgetError
from netverify.model.flow import End
from netverify.policy.predicate import ALWAYS, AddressIn, All, IsPod, IsWorkload, Predicate
from netverify.query.called import Called
from netverify.query.internet import internet_ranges
from netverify.query.outcome import Reason, Route, Scope, Verdict
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Form, Question
from netverify.query.remarks import Remarked, Remarks, remarks_of
from netverify.query.whereabouts import is_outside
from netverify.records import dataclass
from netverify.routes.requests import Request, serving
from netverify.routes.way_in import WayIn
from netverify.sources.coverage import Inventory

OUTSIDE = "outside"
"""The source of a way in: any address that is no pod's and no node's."""

NOT_PUBLIC = "where the client has an address that is not on the internet"


Tell: TypeAlias = Callable[[int, int], None]


def _tell_nobody(done: int, of: int) -> None:
    del done, of


class Openness(StrEnum):
    """What became of a way in.

    ``OPEN``: existing pods suffice, whatever else; ``DEPENDS``: they do, on conditions that the manifests do not tell;
    ``POSSIBLE``: only with a pod that could be created; ``BLOCKED``: no policy lets it through, proved; ``BROKEN``: it
    leads nowhere, whatever policy says; ``ENDS``: it is meant to lead to no pod, and redirects clients.
    """

    OPEN = "open"
    DEPENDS = "depends"
    POSSIBLE = "possible"
    BLOCKED = "blocked"
    UNKNOWN = "unknown"
    BROKEN = "broken"
    ENDS = "ends"


@dataclass(frozen=True, slots=True)
class ExposedWay:
    """A way in with the routes through it.

    ``why`` says in words why it is not open, and is empty where it is; ``needs`` is what it ``DEPENDS`` on.
    ``openings`` say from whom it is open, the internet and the fewest conditions first; none where it is not open.
    """

    way: WayIn
    openness: Openness
    routes: tuple[Route, ...] = ()
    why: str = ""
    needs: tuple[str, ...] = ()
    because: tuple[Reason, ...] = ()
    openings: tuple[Opening, ...] = ()


@dataclass(frozen=True, slots=True)
class Surface(Remarked):
    """All ways in, in the order of their objects, and what that is worth.

    ``is_cut_short``: the budget of the command ended before all were judged.
    """

    ways: tuple[ExposedWay, ...]
    is_cut_short: bool = False

    @property
    def smt2(self) -> tuple[tuple[str, str], ...]:
        """The formulas that were solved, each once, in order, with their results; none unless they were to be kept."""
        return unique(goal for one in self.ways for route in one.routes for leg in route.legs for goal in leg.smt2)

    @property
    def in_doubt(self) -> bool:
        """Whether a way in may be missing, or may be other than it is said to be."""
        return bool(self.unknown_because) or any(one.openness is Openness.UNKNOWN for one in self.ways)


def surface(router: Router, request: Request | None = None, tell: Tell = _tell_nobody) -> Surface:
    """Every way in of the cluster that ``router`` is about, or those that serve ``request``.

    ``tell`` hears how many of how many are judged.
    """
    ways = router.ways.all if request is None else serving(router.ways.all, request)
    judged: list[ExposedWay] = []
    cut_short: tuple[str, ...] = ()
    try:
        for way in ways:
            router.context.settings.budget.checkpoint()
            judged.append(exposed(way, router))
            tell(len(judged), len(ways))
    except OutOfBudgetError as spent:
        cut_short = (spent.undecided,)
        judged += [ExposedWay(way, Openness.UNKNOWN, why=spent.undecided) for way in ways[len(judged) :]]
    of_legs = remarks_of(leg for one in judged for route in one.routes for leg in route.legs)
    inventory = router.context.inventory
    open_ways = described(objects_that_route(inventory), "open a way in")
    doubts = (*cut_short, *unread_inputs(inventory), *open_ways)
    return Surface(
        tuple(judged),
        is_cut_short=bool(cut_short),
        remarks=Remarks(
            unique((*doubts, *of_legs.unknown_because)),
            unique((*of_legs.assumptions, *unrendered_premise(router.context.settings))),
            inventory.approximations,
            notes(inventory.coverage),
        ),
    )


def exposed(way: WayIn, router: Router) -> ExposedWay:
    """``way`` of the cluster that ``router`` is about, with the routes through it."""
    inventory = router.context.inventory
    if may_be_brought(way, inventory):
        return ExposedWay(
            way, Openness.UNKNOWN, why=f"{way.problem}, but something that is not rendered may contain it"
        )
    if way.problem:
        return ExposedWay(way, Openness.ENDS if way.redirects else Openness.BROKEN, why=way.problem)
    public = AddressIn(End.SOURCE, internet_ranges())
    found = _judged(way, router, All((is_outside(End.SOURCE), public)))
    if found.openness is Openness.BROKEN:
        return found
    if found.openness not in (Openness.OPEN, Openness.DEPENDS):
        # Whoever is admitted may have an address outside the cluster that is none of the internet's.
        private = _judged(way, router, is_outside(End.SOURCE))
        if private.openness != found.openness:
            found = replace(private, needs=(NOT_PUBLIC, *private.needs), openness=_on_conditions(private.openness))
    if found.openness in (Openness.BLOCKED, Openness.UNKNOWN):
        return found
    everyone = router.ways.routes_of(way, through(way, is_outside(End.SOURCE)))
    return _by_openings(replace(found, openings=openings(everyone, router, OUTSIDE)))


def may_be_brought(way: WayIn, inventory: Inventory) -> bool:
    """Whether ``way`` leads nowhere only for want of what something that is not rendered may have."""
    return bool(way.problem) and not way.redirects and not_rendered(inventory, way.namespace)


def _by_openings(found: ExposedWay) -> ExposedWay:
    """``found`` with the conditions of the opening to the internet that has the fewest."""
    first = found.openings[0] if found.openings else None
    if first is None or not first.is_public or first.scope is not Scope.EXISTING:
        return found
    return replace(found, needs=first.needs, openness=Openness.DEPENDS if first.needs else Openness.OPEN)


def _on_conditions(openness: Openness) -> Openness:
    return Openness.DEPENDS if openness is Openness.OPEN else openness


def _judged(way: WayIn, router: Router, source: Predicate) -> ExposedWay:
    judged = (router.judged(route, OUTSIDE) for route in router.ways.routes_of(way, through(way, source)))
    routes = tuple(simplest([route for route in judged if route.verdict is not Verdict.VACUOUS]))
    if not routes:
        if way.service is not None and way.service.selector is None:
            return ExposedWay(way, Openness.UNKNOWN, why=f"no manifest says where Service {way.service} leads")
        return ExposedWay(way, Openness.BROKEN, why="it has no endpoints")
    openness = _openness(routes)
    if openness is Openness.UNKNOWN and way.doubt:
        return ExposedWay(way, openness, routes, way.doubt)
    if openness is not Openness.BLOCKED:
        open_routes = [route for route in routes if route.verdict is Verdict.REACHABLE]
        return ExposedWay(way, openness, routes, needs=min(map(needs, open_routes), key=len, default=()))
    closed = [leg for route in routes for leg in route.legs if leg.verdict is Verdict.UNREACHABLE]
    because = unique(reason for leg in closed for reason in leg.because)
    if is_unseen(way, router.context.settings.routing):
        return ExposedWay(way, Openness.UNKNOWN, routes, perhaps_on_the_node(way), because=because)
    return ExposedWay(way, openness, routes, why_blocked(way), because=because)


def through(way: WayIn, source: Predicate) -> Question:
    """Whether ``source`` reaches what ``way`` leads to, by it."""
    destination: Predicate
    called: Called | None
    if way.doubt or way.outside is not None:
        called = None
        text = "any pod" if way.outside is None else way.outside.name
        destination = IsPod(End.DESTINATION) if way.outside is None else ALWAYS
    elif way.service is not None and way.service_port is not None:
        called = Called(way.service, (way.service_port,))
        text = f"service {way.service}"
        destination = IsPod(End.DESTINATION)
    else:
        called = None
        text = str(way.workload)
        assert way.workload is not None
        destination = IsWorkload(End.DESTINATION, way.workload)
    words = f"can {OUTSIDE} reach {text} through {way.object}"
    return Question(Form.CAN, words, source, destination, EVERY_TRAFFIC, OUTSIDE, text, called, from_outside=True)


def _openness(routes: tuple[Route, ...]) -> Openness:
    reachable = [route for route in routes if route.verdict is Verdict.REACHABLE]
    existing = [route for route in reachable if scope_of(route) is Scope.EXISTING]
    if existing:
        return Openness.OPEN if not all(map(needs, existing)) else Openness.DEPENDS
    if any(route.verdict is Verdict.UNKNOWN for route in routes):
        return Openness.UNKNOWN
    return Openness.POSSIBLE if reachable else Openness.BLOCKED


def why_blocked(way: WayIn) -> str:
    """That policy closes ``way``, in words."""
    controller = way.controller
    if controller is None:
        who = "its clients"
    elif controller.workloads or controller.possible is not None:
        who = "the controller"
    else:
        who = "the load balancer"
    return f"{way.object} can never reach its pods: no policy admits {who}"
