"""The answer to a question about a Service, a DNS name, or from outside: every route judged, then put together."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain
from typing import TypeVar

from netverify.answers.choices import settled
from netverify.answers.context import Context, with_free_names, with_namespaces_of, with_nodes
from netverify.answers.dns import dns_blocked
from netverify.answers.doubts import described, objects_that_route, unread_inputs
from netverify.answers.naming import Names
from netverify.answers.planned import PlannedLeg, PlannedRoute, routes_to
from netverify.answers.planned_ways import WaysIn
from netverify.answers.reachability import answer
from netverify.answers.verdict import of_all, of_any
from netverify.model.api_server import is_api_server
from netverify.model.behaviours import Behaviour
from netverify.model.flow import End, Pod
from netverify.model.service import Service, TrafficPolicy
from netverify.queries.outcome import Answer, Effect, EndpointKind, Reason, Route, Routing, Scope, Verdict
from netverify.queries.question import Question, narrowed
from netverify.queries.wording import setting_words
from netverify.routing.load_balancers import has_node_port
from netverify.routing.way_in import WayIn
from netverify.rules.predicate import AnyOf, IsPod

_Item = TypeVar("_Item")

_LOOKED_AT = 16
"""So many routes are looked at for a way in to pods that policy opens to addresses outside anyway."""


class Router:
    """Judges routes in one context; connections that several routes share are judged once."""

    def __init__(self, context: Context) -> None:
        self.context = context
        self._contexts: dict[tuple[bool, bool], Context] = {}
        self._judged: dict[PlannedLeg, Answer] = {}
        self.ways = WaysIn(context)
        self.names = Names(context.routing, context.settings.routing)

    def answer(self, question: Question) -> Answer:
        """The answer to ``question``, which has a ``called`` destination, or comes ``from_outside``."""
        question = self.names.followed(question)
        routes = tuple(route for route in self._telling(question) if route.verdict is not Verdict.VACUOUS)
        if question.called is None and len(routes) == 1 and routes[0].verdict is not Verdict.UNREACHABLE:
            return routes[0].legs[-1]
        return self._together(question, routes)

    def planned(self, question: Question) -> Iterator[PlannedRoute]:
        """Every route that the traffic of ``question`` can take, before policy has judged them.

        Of a question about pods without the one that has no way in. See :meth:`answer` for what follows.
        """
        return self._planned(self.names.followed(question))

    def _telling(self, question: Question) -> Iterator[Route]:
        """Every route, judged; of a question about pods as many as settle it, and last the one without a way in."""
        if question.called is not None:
            yield from settled((route, self.judged(route, question.source_text)) for route in self._planned(question))
            return
        planned = (self.judged(route, question.source_text) for route in self._planned(question))
        found = self._leg(PlannedLeg(replace(question, from_outside=False)))
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
        legs = tuple(self._leg(leg) for leg in route.legs)
        given = chain.from_iterable(map(_given_node, route.legs, legs))
        return Route(
            source,
            route.text,
            of_all([leg.verdict for leg in legs]),
            route.path,
            legs,
            unique((*route.provided, *given)),
            route.leads_to,
        )

    def _planned(self, question: Question) -> Iterator[PlannedRoute]:
        if question.from_outside:
            yield from self.ways.routes(question)
            if question.called is None or not isinstance(question.source, AnyOf):
                return
            question = narrowed(question, End.SOURCE, IsPod(End.SOURCE))
        if question.called is not None:
            yield from routes_to(question, question.called, self.context)

    def _leg(self, leg: PlannedLeg) -> Answer:
        if leg not in self._judged:
            self._judged[leg] = self._judge(leg)
        return self._judged[leg]

    def _judge(self, leg: PlannedLeg) -> Answer:
        found = answer(leg.question, self.context_of(leg))
        found = replace(found, assumptions=unique((*found.assumptions, *leg.given)))
        if not leg.by_node or Behaviour.HOST_NETWORK_POLICED in self.context.settings.behaviours:
            return found
        fixed = setting_words(Behaviour.HOST_NETWORK_POLICED, value=False)
        return replace(found, assumptions=tuple(text for text in found.assumptions if text != fixed))

    def context_of(self, leg: PlannedLeg) -> Context:
        """The context that ``leg`` is judged in."""
        has_node = leg.by_node or leg.to_node
        key = (has_node, leg.names_freely)
        if key not in self._contexts:
            context = with_free_names(self.context) if leg.names_freely else self.context
            self._contexts[key] = with_nodes(context) if has_node else context
        return with_namespaces_of(leg.question, self._contexts[key])

    def _together(self, question: Question, routes: tuple[Route, ...]) -> Answer:
        verdict = of_any([route.verdict for route in routes])
        doubts: tuple[str, ...] = ()
        reasons: tuple[Reason, ...] = ()
        if not routes:
            verdict, doubts, reasons = self._without_routes(question)
        if verdict is Verdict.UNREACHABLE:
            doubts = self.doubts(question)
            verdict = Verdict.UNKNOWN if doubts else verdict
        found = _answer(question, verdict, routes, doubts=doubts, reasons=reasons)
        given = self._given(question, found)
        return replace(
            found,
            assumptions=unique((*found.assumptions, *given)),
            notes=(*found.notes, *self._remarks(question, found)),
        )

    def doubts(self, question: Question) -> tuple[str, ...]:
        """What was not read or is not modelled, and could be a route, so that there is no proof."""
        inventory = self.context.inventory
        routing = described(objects_that_route(inventory), "open a way in") if question.from_outside else ()
        return (*unread_inputs(inventory), *routing)

    def _given(self, question: Question, found: Answer) -> Iterator[str]:
        """What a proof that no route is open takes as given about routes."""
        if found.verdict is not Verdict.UNREACHABLE:
            return
        service = question.called.service if question.called else None
        if question.from_outside:
            yield "nothing outside these manifests opens a way in"
            ways = self.ways.all
            if any(way.controller and way.controller.workloads for way in ways):
                yield "Ingresses, Gateways and Routes are served by no other pods than those that the manifests show"
        elif service is not None and (service.external_ips or any(has_node_port(service, p) for p in service.ports)):
            yield f"pods connect to Service {service} itself, not by way of a node, which policy would then see"
        if any(route.leads_to is EndpointKind.ADDRESS for route in found.routes):
            yield "an address of an EndpointSlice is a pod's only where the manifests say so"

    def _remarks(self, question: Question, found: Answer) -> Iterator[str]:
        """What else bears on the answer, such as that the pod which gets through cannot look the name up."""
        service = question.called.service if question.called else None
        if service is not None and service.internal_traffic_policy is TrafficPolicy.LOCAL and not question.from_outside:
            yield f"Service {service} leads only to endpoints on the node of the client (internalTrafficPolicy: Local)"
        source = found.witness.flow.source if found.witness is not None else None
        if question.from_outside or not isinstance(source, Pod) or source.host_network:
            return
        access = dns_blocked(self.context, source)
        if access.is_blocked:
            by = ", ".join(dict.fromkeys(str(reason.policy) for reason in access.because if reason.policy))
            aliases = question.called.aliases if question.called else ()
            name = aliases[0].text if aliases else "the name of the Service"
            yield f"{access.source_text} cannot look up {name}: DNS queries are blocked" + (f" by {by}" if by else "")

    def _without_routes(self, question: Question) -> tuple[Verdict, tuple[str, ...], tuple[Reason, ...]]:
        """What follows where there is nothing to judge."""
        called = question.called
        if called is None or called.service is None or (question.from_outside and is_api_server(called.service)):
            return Verdict.VACUOUS, (), ()  # What policies say is about neither end.
        service = called.service
        if service.ports and not called.ports and not called.is_dialled_directly:
            return Verdict.UNKNOWN, (f"no port of Service {service} is asked about",), ()
        if question.from_outside:
            ways = list(self.ways.leading_to(question))
            if not ways or service.selector is not None:
                return Verdict.UNREACHABLE, (), (_no_route(service, self._why_unserved(question, service, ways)),)
        elif called.nowhere:
            verdict = Verdict.UNREACHABLE if called.is_sure else Verdict.UNKNOWN
            return verdict, (called.nowhere,), (_no_route(service, called.nowhere),)
        if service.selector is None:
            return Verdict.UNKNOWN, (f"Service {service} has no selector, and no manifest says where it leads",), ()
        names = sorted({str(port.target_port) for port in called.ports if isinstance(port.target_port, str)})
        detail = f"no pod has a port named {' or '.join(names)}" if names else "it has no endpoints"
        return Verdict.UNREACHABLE, (), (_no_route(service, detail),)

    def _why_unserved(self, question: Question, service: Service, ways: Sequence[WayIn]) -> str:
        """Why there is no route from outside to ``service`` for the client of ``question``, in words."""
        if ways:
            return f"{ways[0].object} does not serve {question.source_text}"
        leads_nowhere = [way.problem for way in self.ways.all if way.problem and way.service == service]
        return leads_nowhere[0] if leads_nowhere else f"no way in leads to a {service.type} Service"


def _given_node(planned: PlannedLeg, judged: Answer) -> Iterator[str]:
    """What the manifests do not tell about the node that ``judged`` comes from: no manifest has its addresses."""
    witness = judged.witness
    if planned.by_node and witness is not None and witness.source_address_matters:
        yield f"where a node has an address that policy admits, such as {witness.flow.source.address}"


def _no_route(service: Service, detail: str) -> Reason:
    origin = service.origin
    return Reason(Routing.ROUTING, Effect.DENY, origin=origin, object=f"Service {service}", detail=detail)


def _answer(
    question: Question,
    verdict: Verdict,
    routes: tuple[Route, ...],
    *,
    doubts: tuple[str, ...],
    reasons: tuple[Reason, ...],
) -> Answer:
    """All of ``routes`` as one answer: about the best that is reachable, or about all where none is."""
    routes = tuple(simplest(routes))
    best = _best(routes) if verdict is Verdict.REACHABLE else None
    telling = best.legs if best is not None else tuple(leg for route in routes for leg in deciding_legs(route))
    last = best.legs[-1] if best is not None else None
    undecided = [leg for route in routes for leg in route.legs if leg.verdict is Verdict.UNKNOWN]
    return Answer(
        question=question.text,
        verdict=verdict,
        scope=scope_of(best),
        witness=last.witness if last else None,
        because=unique((*reasons, *(one for leg in telling for one in leg.because))),
        unknown_because=unique((*doubts, *(line for leg in undecided for line in leg.unknown_because)))
        if verdict is Verdict.UNKNOWN
        else (),
        assumptions=unique(line for leg in telling for line in leg.assumptions),
        approximations=unique(line for leg in telling for line in leg.approximations),
        notes=unique((*(question.called.notes if question.called else ()), *(n for leg in telling for n in leg.notes))),
        smt2=unique(goal for route in routes for leg in route.legs for goal in leg.smt2),
        routes=routes,
        route=best,
    )


def scope_of(route: Route | None) -> Scope | None:
    """Whether existing pods suffice for ``route``; None without one."""
    if route is None:
        return None
    return Scope.EXISTING if all(leg.scope is Scope.EXISTING for leg in route.legs) else Scope.POSSIBLE


def _best(routes: tuple[Route, ...]) -> Route:
    """Of the routes that are reachable one that existing pods can take, and on the fewest conditions."""
    reachable = [route for route in routes if route.verdict is Verdict.REACHABLE]

    def quality(route: Route) -> tuple[bool, int, bool, int]:
        needs = sum(len(leg.witness.behaviours) for leg in route.legs if leg.witness)
        return (scope_of(route) is Scope.POSSIBLE, len(route.provided), not route.path, needs)

    return min(reachable, key=quality)


def deciding_legs(route: Route) -> tuple[Answer, ...]:
    """The connections of ``route`` that its verdict is that of."""
    return tuple(leg for leg in route.legs if leg.verdict is route.verdict)


def needs(route: Route) -> tuple[str, ...]:
    """What ``route`` is open for only if it holds: conditions outside the manifests, and behaviours."""
    behaviours = [
        setting_words(behaviour, value=value)
        for leg in route.legs
        if leg.witness is not None
        for behaviour, value in sorted(leg.witness.behaviours.items())
    ]
    return unique((*route.provided, *behaviours))


def simplest(routes: Sequence[Route]) -> Iterator[Route]:
    """``routes``, each once, without those that are open only on conditions, beside the same one on fewer."""
    once = {(route.path, route.text, route.provided, *map(id, route.legs)): route for route in routes}
    conditions: dict[object, set[frozenset[str]]] = defaultdict(set)
    for route in routes:
        conditions[route.path, route.text, route.verdict].add(frozenset(route.provided))
    for route in once.values():
        alike = conditions[route.path, route.text, route.verdict]
        if route.verdict is Verdict.REACHABLE and any(fewer < set(route.provided) for fewer in alike):
            continue
        yield route


def unique(items: Iterable[_Item]) -> tuple[_Item, ...]:
    """``items`` without repeats, in their order."""
    return tuple(dict.fromkeys(items))
