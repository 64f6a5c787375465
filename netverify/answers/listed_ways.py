"""Listings with ways in: whoever gets through by one is on the list of who can reach, or of what can be reached."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import islice

from netverify.answers.listing import listing
from netverify.answers.route_verdicts import scope_of, unique
from netverify.answers.routed import Router
from netverify.answers.verdict import of_any
from netverify.model.flow import End
from netverify.policy.predicate import IsPod
from netverify.query.outcome import Answer, EndpointKind, Listed, Listing, Route, Scope, Verdict
from netverify.query.question import Form, Question
from netverify.query.remarks import Remarked, Remarks, remarks_of
from netverify.query.whereabouts import is_outside
from netverify.records import dataclass
from netverify.routes.planned import PlannedLeg, routes_to
from netverify.routes.way_in import WayIn

_LOOKED_AT = 200
"""So many ways in are looked at for one listing."""
_EVERY_POD = "any pod"


@dataclass(frozen=True, slots=True)
class _Found:
    """A route that is open or may be, as a listing calls it."""

    text: str
    route: Route


@dataclass(frozen=True, slots=True)
class ByWays(Remarked):
    """What a listing holds beside whom it lists directly. ``existing`` and ``possible`` are as in a ``Listing``."""

    existing: tuple[Listed, ...] = ()
    possible: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether some way in is."""
        return bool(self.existing or self.possible)


def listing_with_ways(question: Question, router: Router) -> Listing:
    """Everyone at the open end of ``question``, which is about pods: directly, and by each way in that is open."""
    direct = listing(question, router.context_about(question))
    if direct.verdict is Verdict.VACUOUS:
        return direct
    asked = replace(question, form=Form.CAN)
    if question.form is Form.WHAT:
        found = by_ways((asked,), question.form, router)
    else:
        outside = replace(asked, source=is_outside(End.SOURCE), source_text="outside", from_outside=True)
        found = by_ways((*pods_unless_all(asked, direct.possible), outside), question.form, router)
    remarks = remarks_of((direct, found))
    verdict = Verdict.REACHABLE if found.is_open else direct.verdict
    return replace(
        direct,
        verdict=Verdict.UNKNOWN if remarks.unknown_because else verdict,
        existing=(*direct.existing, *found.existing),
        possible=(*direct.possible, *found.possible),
        remarks=remarks,
    )


def pods_unless_all(question: Question, possible: Iterable[str]) -> tuple[Question, ...]:
    """``question`` about pods as its source; none where every pod is on the list already: ``possible`` says so."""
    if _EVERY_POD in possible:
        return ()
    return (replace(question, form=Form.CAN, source=IsPod(End.SOURCE), source_text="some pods", from_outside=False),)


def by_ways(asked: Sequence[Question], form: Form, router: Router) -> ByWays:
    """Who gets through by ways in of those that ``asked`` are about, which have one destination."""
    if not asked:
        return ByWays()
    ways = list(islice(router.ways_for_pods.leading_to(asked[0]), _LOOKED_AT + 1))
    found = [one for each in asked for way in ways[:_LOOKED_AT] for one in _through(way, each, form, router)]
    is_open = [one for one in found if one.route.verdict is Verdict.REACHABLE]
    doubts = [line for each in asked for line in _not_modelled(each, router)]
    undecided = [leg for one in found if one.route.verdict is Verdict.UNKNOWN for leg in one.route.legs]
    return ByWays(
        tuple(_listed(one) for one in is_open if _suffices(one.route)),
        tuple(one.text for one in is_open if not _suffices(one.route)),
        remarks=Remarks(
            unique((*_not_looked_at(ways), *doubts, *remarks_of(undecided).unknown_because)),
            remarks_of(leg for one in is_open for leg in one.route.legs).assumptions,
        ),
    )


def _not_modelled(question: Question, router: Router) -> tuple[str, ...]:
    """What is not modelled and could lead those there who ``question`` is about, so that a list may lack them."""
    return router.doubts(question) if question.from_outside else router.relayed(question)


def _through(way: WayIn, question: Question, form: Form, router: Router) -> Iterator[_Found]:
    """What is open, or may be, through ``way``: one route for each end that a listing names."""
    best: dict[str, Route] = {}
    for route in _routes(way, question, router):
        station = route.path[0].text if route.path else str(way.object)
        text = f"{route.text if form is Form.WHAT else question.source_text} through {station}"
        known = best.get(text)
        if known is None or _rank(route) < _rank(known):
            best[text] = route
    is_told = {route.path for route in best.values() if _suffices(route)}
    yield from (
        _Found(text, route)
        for text, route in best.items()
        if _suffices(route) or route.verdict is Verdict.UNKNOWN or route.path not in is_told
    )


def _routes(way: WayIn, question: Question, router: Router) -> Iterator[Route]:
    if not question.from_outside:
        yield from router.open_through(way, question)
        return
    for planned in router.ways.routes_of(way, question):
        route = router.judged(planned, question.source_text)
        if route.verdict in (Verdict.REACHABLE, Verdict.UNKNOWN):
            yield route


def _rank(route: Route) -> tuple[bool, bool, bool, int]:
    """Best first; where policy sees somebody in the place of the client, it is open to more of them."""
    ends = [leg.witness.flow.source for leg in (route.legs[0], route.legs[-1]) if leg.witness is not None]
    is_seen = len(route.legs) > 1 and len(ends) > 1 and ends[0] == ends[-1]
    return (route.verdict is not Verdict.REACHABLE, not _suffices(route), is_seen, len(route.provided))


def _suffices(route: Route) -> bool:
    """Whether existing pods suffice for ``route``, and it leads to some."""
    is_existing = route.leads_to is not EndpointKind.POSSIBLE and scope_of(route) is Scope.EXISTING
    return route.verdict is Verdict.REACHABLE and is_existing


def _listed(one: _Found) -> Listed:
    last = one.route.legs[-1]
    assert last.witness is not None
    return Listed(one.text, last.witness, last.because, provided=one.route.provided)


def _not_looked_at(ways: list[WayIn]) -> Iterator[str]:
    if len(ways) > _LOOKED_AT:
        yield f"more than {_LOOKED_AT} ways in lead there; this list does not have all of them"


def routed_listing(question: Question, router: Router) -> Listing:
    """Everyone who can reach what ``question`` calls: pods by any route inside, and from outside by each way in."""
    question = router.names.followed(question)
    assert question.called is not None
    planned = list(routes_to(question, question.called, router.context.planning))
    inside = [_pods_on(leg, router) for route in planned for leg in route.legs]
    choices = dict.fromkeys(condition for route in planned if route.choice for condition in route.provided)
    everyone = replace(question, form=Form.CAN, source=is_outside(End.SOURCE), source_text="outside", from_outside=True)
    outside = router.answer(everyone)
    parts: list[Answer | Listing] = [*inside, outside]
    if not inside:
        parts.append(router.answer(replace(question, form=Form.CAN)))
    possible = unique(text for one in inside for text in one.possible)
    ways = by_ways(pods_unless_all(question, possible), question.form, router)
    verdict = of_any([*(part.verdict for part in parts), *([Verdict.REACHABLE] if ways.is_open else [])])
    found: dict[str, Listed] = {}
    for listed in (*(one for each in inside for one in each.existing), *ways.existing, *_by_way(outside.routes)):
        found.setdefault(listed.text, listed)
    given, noted = remarks_of((*parts, ways)), remarks_of(parts).notes
    return Listing(
        question=question.text,
        verdict=Verdict.UNKNOWN if given.unknown_because and verdict is not Verdict.VACUOUS else verdict,
        existing=tuple(found.values()),
        possible=(*possible, *ways.possible),
        remarks=replace(
            given,
            approximations=router.context.inventory.approximations,
            notes=unique((*_one_of(choices), *noted)),
        ),
    )


def _pods_on(leg: PlannedLeg, router: Router) -> Listing:
    """The pods that can make the connection ``leg``."""
    asked = replace(leg.question, form=Form.WHO, source=IsPod(End.SOURCE))
    found = listing(asked, router.context_of(replace(leg, question=asked)))
    return replace(found, remarks=found.remarks.given(leg.given))


def _one_of(choices: Collection[str]) -> Iterator[str]:
    """That not everyone on the list gets through in every cluster, where only one of ``choices`` holds in each."""
    if choices:
        yield f"each listed source gets through under at least one of these conditions: {'; '.join(choices)}"


def _by_way(routes: tuple[Route, ...]) -> Iterator[Listed]:
    """One entry for each way in that is open."""
    for route in routes:
        witness = route.legs[-1].witness
        if route.verdict is Verdict.REACHABLE and witness is not None:
            through = route.path[0].text if route.path else "no Service"
            yield Listed(f"outside through {through}", witness, route.legs[-1].because, provided=route.provided)
