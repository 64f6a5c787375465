"""The answer to a question about a Service, a DNS name, or from outside: every route judged, then put together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain

from netverify.answers.clients import Admitted
from netverify.answers.context import Context
from netverify.answers.derived import CLOSED, closed_routes, with_steps, without_route
from netverify.answers.doubts import described, objects_that_route, unread_inputs
from netverify.answers.judged_legs import Legs
from netverify.answers.route_verdicts import (
    answer_of,
    doubted,
    given_of_routes,
    needs,
    remarks_on_routes,
    scope_of,
    settled,
    unique,
    without_routes,
)
from netverify.answers.unseen_ways import (
    closed_to_hosts,
    given_controllers,
    is_unseen,
    may_be_relayed,
    not_relayed,
    places_led_to,
    through_hosts,
)
from netverify.answers.verdict import of_all, of_any
from netverify.model.flow import End
from netverify.policy.predicate import All, IsPod
from netverify.query.derivation import Derived, all_of
from netverify.query.outcome import Answer, Reason, Route, Scope, Verdict
from netverify.query.question import Question, narrowed
from netverify.query.remarks import Remarks, remarks_of
from netverify.query.service_addresses import is_in_an_egress_block
from netverify.query.whereabouts import is_inside
from netverify.routes.naming import Names
from netverify.routes.planned import PlannedLeg, PlannedRoute, routes_to
from netverify.routes.planned_ways import WaysIn
from netverify.routes.way_in import WayIn
from netverify.routes.ways_for_pods import WaysForPods
from netverify.symbolic.casting import PodScope

_AWS = "aws-vpc-cni"
_LOOKS_BEFORE = f"{_AWS} also looks at the address of a Service before it is translated, and a policy may admit it"

_LOOKED_AT = 16
"""So many routes are looked at for a way in to pods that policy opens to addresses outside anyway."""


class Router:
    """Judges routes in one context; connections that several routes share are judged once."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._legs = Legs(context)
        self.ways = WaysIn(context.planning)
        self.ways_for_pods = WaysForPods(context.planning, self.ways)
        self.names = Names(context.routing, context.settings.routing)

    def answer(self, question: Question) -> Answer:
        """The answer to ``question``: policy on the direct way, and on every way in that its source can take.

        Whoever gets through directly needs no way in, so that others are looked at only where existing pods do not.
        """
        question = self.names.followed(question)
        if question.called is None and not question.from_outside:
            return self.answer_about(PlannedLeg(question))
        told, every = self._judged(question)
        routes = tuple(route for route in told if route.verdict is not Verdict.VACUOUS)
        if not any(map(_is_open, routes)):
            for_pods, closed = self._routes_for_pods(question)
            routes, every = (*routes, *for_pods), (*every, *closed)
        if question.called is None and len(routes) == 1 and routes[0].verdict is not Verdict.UNREACHABLE:
            return routes[0].legs[-1]
        return self._together(question, routes, every)

    def answer_about(self, leg: PlannedLeg) -> Answer:
        """As :meth:`answer`, to the question of ``leg``, which is about pods as they are."""
        question = leg.question
        direct = self._legs.one(leg)
        first = Route(question.source_text, question.destination_text, direct.verdict, (), (direct,))
        if direct.verdict is Verdict.VACUOUS or _is_open(first):
            return direct
        routes, closed = self._routes_for_pods(question)
        if not routes and direct.verdict is Verdict.UNREACHABLE:
            if doubts := self.relayed(question):
                return replace(direct, verdict=Verdict.UNKNOWN, because=(), remarks=direct.remarks.doubted(*doubts))
            given = given_controllers(self._leading(question), self.context.settings.routing)
            proved = replace(direct, remarks=direct.remarks.given(given))
            return with_steps(proved, f"no: {question.text}", (*closed_routes(closed), *self.not_relayed(question)))
        if not routes or (direct.verdict is Verdict.REACHABLE and not any(map(_is_open, routes))):
            return direct
        return self._together(question, (first, *routes), (first, *closed))

    def _routes_for_pods(self, question: Question) -> tuple[tuple[Route, ...], tuple[Route, ...]]:
        """Of the routes by ways in for pods that ``question`` is about, one that is open, if any; or may be, all.

        Where none is open, those that are closed as well.
        """
        found: dict[Verdict, list[Route]] = {verdict: [] for verdict in Verdict}
        for way in self.ways_for_pods.leading_to(question):
            for route in self.judged_through(way, question):
                if _is_open(route):
                    return (route,), ()
                found[route.verdict].append(route)
        telling = found[Verdict.REACHABLE][:1] or found[Verdict.UNKNOWN]
        return tuple(telling), tuple(route for verdict in CLOSED for route in found[verdict])

    def open_through(self, way: WayIn, question: Question) -> Iterator[Route]:
        """The routes of pods through ``way`` that are open, or of which that is not decided."""
        yield from (route for route in self.judged_through(way, question) if route.verdict not in CLOSED)

    def judged_through(self, way: WayIn, question: Question) -> Iterator[Route]:
        """The routes of pods through ``way``, judged."""
        yield from (self.judged_for_pods(route, question.source_text) for route in self.planned_through(way, question))

    def planned_through(self, way: WayIn, question: Question) -> Iterator[PlannedRoute]:
        """The routes of pods through ``way``, before policy has judged them; none where the source is no pod."""
        if self.may_be_pods(question):
            yield from self.ways_for_pods.routes_of(way, question)

    def may_be_pods(self, question: Question) -> bool:
        """Whether the source of ``question`` may be pods."""
        pods = All((question.source, IsPod(End.SOURCE)))
        return self.context.search.casting.is_anyone(pods, End.SOURCE)

    def judged_for_pods(self, route: PlannedRoute, source: str) -> Route:
        """As :meth:`judged`, of a route that pods take: no connection is judged behind one that is closed."""
        return self._as_route(route, source, self._legs.as_far_as_open(route))

    def planned(self, question: Question) -> Iterator[PlannedRoute]:
        """Every route that the traffic of ``question`` can take, before policy has judged them.

        Of a question about pods without the one that has no way in. See :meth:`answer` for what follows.
        """
        return self._planned(self.names.followed(question))

    def _judged(self, question: Question) -> tuple[tuple[Route, ...], tuple[Route, ...]]:
        """The routes, judged, that tell something; and all of them, of a question about pods as many as settle it."""
        if question.called is None:
            every = tuple(self._telling(question))
            return every, every
        judged = [(route, self.judged(route, question.source_text)) for route in self._planned(question)]
        return tuple(settled(judged)), tuple(route for _, route in judged)

    def _telling(self, question: Question) -> Iterator[Route]:
        """The routes of a question about pods, judged, as many as settle it; last the one without a way in."""
        planned = (self.judged(route, question.source_text) for route in self._planned(question))
        found = self._legs.one(PlannedLeg(replace(question, from_outside=False)))
        is_open = found.verdict is Verdict.REACHABLE
        for number, route in enumerate(planned, 1):
            yield route
            if route.verdict is Verdict.REACHABLE and (is_open or not needs(route)):
                break
            if is_open and number >= _LOOKED_AT:
                break
        yield Route(question.source_text, question.destination_text, found.verdict, (), (found,))

    def judged(self, route: PlannedRoute, source: str) -> Route:
        """``route``, which comes from ``source``, with the verdict of policy on it."""
        return self._as_route(route, source, tuple(map(self._legs.one, route.legs)))

    def decided(self, route: PlannedRoute, source: str) -> Route:
        """As :meth:`judged`, for whom the verdict alone matters."""
        return self._as_route(route, source, tuple(map(self._legs.decided, route.legs)))

    def _as_route(self, route: PlannedRoute, source: str, legs: tuple[Answer, ...]) -> Route:
        given = chain.from_iterable(map(self._legs.given_addresses, route.legs, legs))
        provided = unique((*route.provided, *given))
        verdict = of_all([leg.verdict for leg in legs])
        if route.doubt and verdict is Verdict.REACHABLE:
            verdict, legs = Verdict.UNKNOWN, (*legs[:-1], doubted(legs[-1], route.doubt))
        return Route(source, route.text, verdict, route.path, legs, provided, route.leads_to)

    def context_about(self, question: Question) -> Context:
        """The context of ``question`` itself, which no route is planned for."""
        return self._legs.context_of(PlannedLeg(question))

    def context_of(self, leg: PlannedLeg) -> Context:
        """The context that ``leg`` is judged in."""
        return self._legs.context_of(leg)

    def as_judged(self, leg: PlannedLeg, found: Answer) -> Answer:
        """What ``found``, in the context of ``leg``, says of it."""
        return self._legs.told(leg, found)

    def admitted(self, leg: PlannedLeg) -> tuple[Admitted, ...]:
        """The sources outside of ``leg`` that get through or may do so, in lots that policy treats alike."""
        return self._legs.admitted(leg)

    def _planned(self, question: Question) -> Iterator[PlannedRoute]:
        if question.from_outside:
            yield from self.ways.routes(question)
            if question.called is None:
                return
            # A node or a pod at that address goes to the Service as others in the cluster do.
            question = narrowed(question, End.SOURCE, is_inside(End.SOURCE))
            if self.context.search.casting.cast(question.source, End.SOURCE, PodScope.EXISTING).empty:
                return
        if question.called is not None:
            yield from routes_to(question, question.called, self.context.planning)

    def _together(self, question: Question, routes: tuple[Route, ...], every: Sequence[Route]) -> Answer:
        """One answer about ``routes``; a proof is also about what of ``every`` route there is tells nothing new."""
        verdict = of_any([route.verdict for route in routes])
        doubts: tuple[str, ...] = ()
        reasons: tuple[Reason, ...] = ()
        if not routes:
            verdict, doubts, reasons = without_routes(question, self.ways)
        if verdict is Verdict.UNREACHABLE:
            doubts = self.doubts(question)
            verdict = Verdict.UNKNOWN if doubts else verdict
        found = answer_of(question, verdict, routes, doubts=doubts, reasons=reasons)
        ways = self._leading(question)
        given = given_of_routes(question, found, self.context, self.ways, ways, is_admitted=self._is_admitted(question))
        noted = tuple(remarks_on_routes(question, found, self.context))
        return replace(
            found,
            derivation=self._proof(question, every, reasons) if verdict in CLOSED else None,
            remarks=remarks_of((found, Remarks((), tuple(given), (), noted))),
        )

    def _proof(self, question: Question, every: Sequence[Route], reasons: Sequence[Reason]) -> Derived:
        if not self.context.settings.keep_goals:
            return None
        steps = [*closed_routes(every), *self.not_relayed(question)]
        if not steps:
            return without_route(question.text, why="; ".join(one.detail for one in reasons))
        return all_of(f"no: {question.text}", steps)

    def doubts(self, question: Question) -> tuple[str, ...]:
        """What was not read or is not modelled, and could be a route, so that there is no proof."""
        inventory = self.context.inventory
        routing = objects_that_route(inventory, places_led_to(question))
        if not question.from_outside:
            routing = tuple(one for one in routing if one.unrendered)
        lines = described(routing, "open a way in" if question.from_outside else "open a way there")
        before = (_LOOKS_BEFORE,) if self.context.settings.cni == _AWS and self._is_admitted(question) else ()
        unseen = self._by_unseen(question) if question.from_outside else ()
        return (*unread_inputs(inventory), *lines, *before, *unseen, *self.relayed(question))

    def relayed(self, question: Question) -> tuple[str, ...]:
        """What is not modelled and could lead pods that ``question`` is about there, so that there is no proof."""
        if question.from_outside or not self.may_be_pods(question):
            return ()
        return (*may_be_relayed(question, self.context.inventory, self._legs), *self._by_unseen(question))

    def _by_unseen(self, question: Question) -> tuple[str, ...]:
        """Why controllers that no manifest shows may serve what policy closes to pods and addresses."""
        closed = self._closed_and_unseen(question)
        return tuple(through_hosts(question, closed, self.ways, self._legs)) if closed else ()

    def _closed_and_unseen(self, question: Question) -> list[WayIn]:
        """The ways in that serve whom ``question`` is about, that policy closes, and whose controllers are unseen."""
        unseen = (way for way in self._leading(question) if is_unseen(way, self.context.settings.routing))
        return [way for way in unseen if self._is_closed_to(way, question)]

    def _leading(self, question: Question) -> Iterator[WayIn]:
        return (self.ways if question.from_outside else self.ways_for_pods).leading_to(question)

    def _is_closed_to(self, way: WayIn, question: Question) -> bool:
        """Whether ``way`` serves whom ``question`` is about, and policy closes all of its routes."""
        if not question.from_outside:
            return next(self.open_through(way, question), None) is None
        judged = [self.judged(route, question.source_text) for route in self.ways.routes_of(way, question)]
        return bool(judged) and not any(route.verdict is Verdict.REACHABLE for route in judged)

    def not_relayed(self, question: Question) -> Iterator[Derived]:
        """The proofs that nothing is relayed and no unseen controller leads there, where that is in question."""
        are_pods = not question.from_outside and self.may_be_pods(question)
        if not self.context.settings.keep_goals or not (question.from_outside or are_pods):
            return
        if are_pods:
            yield from not_relayed(question, self.context.inventory, self._legs)
        if closed := self._closed_and_unseen(question):
            yield from closed_to_hosts(question, closed, self.ways, self._legs)

    def _is_admitted(self, question: Question) -> bool:
        """Whether a policy may admit the address of the Service that is called, which pods connect to."""
        service = question.called.service if question.called is not None else None
        return (
            service is not None
            and not question.from_outside
            and is_in_an_egress_block(service, self.context.inventory.cluster)
        )


def _is_open(route: Route) -> bool:
    """Whether existing pods suffice for ``route``."""
    return route.verdict is Verdict.REACHABLE and scope_of(route) is Scope.EXISTING
