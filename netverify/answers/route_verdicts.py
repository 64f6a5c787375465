"""What judged routes come to together: the best, what it needs, one answer about all, and what that rests on."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from netverify.answers.context import Context
from netverify.answers.premises import unrendered_premise
from netverify.answers.unseen_ways import given_controllers
from netverify.late import late
from netverify.model.api_server import is_api_server
from netverify.model.flow import Pod
from netverify.model.service import Service, TrafficPolicy
from netverify.query.outcome import Answer, Effect, EndpointKind, Reason, Route, Routing, Scope, Verdict
from netverify.query.question import Question
from netverify.query.remarks import Remarks, remarks_of
from netverify.query.wording import setting_words
from netverify.routes.api_server import COMMON_PORT
from netverify.routes.planned import PlannedRoute
from netverify.routes.planned_ways import WaysIn
from netverify.routes.way_in import WayIn

if TYPE_CHECKING:
    from netverify.answers import dns
else:
    (dns,) = late("netverify.answers", "dns")

_Item = TypeVar("_Item")


def no_route(service: Service, detail: str) -> Reason:
    """That no route leads to ``service``, and why."""
    origin = service.origin
    return Reason(Routing.ROUTING, Effect.DENY, origin=origin, object=f"Service {service}", detail=detail)


def why_unserved(source: str, service: Service, leading: Sequence[WayIn], every: Sequence[WayIn]) -> str:
    """Why there is no route from outside to ``service`` for the client ``source``, in words."""
    if leading:
        return f"{leading[0].object} does not serve {source}"
    leads_nowhere = [way.problem for way in every if way.problem and way.service == service]
    return leads_nowhere[0] if leads_nowhere else f"no way in leads to a {service.type} Service"


def without_routes(question: Question, ways: WaysIn) -> tuple[Verdict, tuple[str, ...], tuple[Reason, ...]]:
    """What follows of ``question``, with doubts and reasons, where no route of ``ways`` or inside is there to judge."""
    called = question.called
    if called is None or called.service is None or (question.from_outside and is_api_server(called.service)):
        return Verdict.VACUOUS, (), ()  # What policies say is about neither end.
    service = called.service
    if service.ports and not called.ports and not called.is_dialled_directly:
        return Verdict.UNKNOWN, (f"no port of Service {service} is asked about",), ()
    if question.from_outside:
        leading = list(ways.leading_to(question))
        if not leading or service.selector is not None:
            why = why_unserved(question.source_text, service, leading, ways.all)
            return Verdict.UNREACHABLE, (), (no_route(service, why),)
    elif called.nowhere:
        verdict = Verdict.UNREACHABLE if called.is_sure else Verdict.UNKNOWN
        return verdict, (called.nowhere,), (no_route(service, called.nowhere),)
    if service.selector is None:
        return Verdict.UNKNOWN, (f"Service {service} has no selector, and no manifest says where it leads",), ()
    names = sorted({str(port.target_port) for port in called.ports if isinstance(port.target_port, str)})
    detail = f"no pod has a port named {' or '.join(names)}" if names else "it has no endpoints"
    return Verdict.UNREACHABLE, (), (no_route(service, detail),)


def answer_of(
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
        remarks=replace(
            remarks_of((Remarks(notes=question.called.notes if question.called else ()), *telling)),
            unknown_because=remarks_of((Remarks(doubts), *undecided)).unknown_because
            if verdict is Verdict.UNKNOWN
            else (),
        ),
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
        for behaviour, value in leg.witness.needs
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


def doubted(allowed: Answer, doubt: str) -> Answer:
    """``allowed`` where it is not known whether anybody ever makes that connection."""
    remarks = allowed.remarks.doubted(doubt)
    return replace(allowed, verdict=Verdict.UNKNOWN, scope=None, witness=None, because=(), remarks=remarks)


def settled(routes: Iterable[tuple[PlannedRoute, Route]]) -> Iterator[Route]:
    """``routes``; where all common ones of a choice are open, one of them without the condition that it is the one.

    Otherwise all of them stay, but for those that are not common and closed: they say nothing new.
    """
    choices: dict[str, list[tuple[PlannedRoute, Route]]] = defaultdict(list)
    for planned, route in routes:
        if planned.choice:
            choices[planned.choice].append((planned, route))
        else:
            yield route
    for alike in choices.values():
        common = [route for planned, route in alike if planned.is_common]
        if all(_is_plainly_open(route) for route in common):
            last = common[0].legs[-1]
            told = replace(last, remarks=last.remarks.given((COMMON_PORT,)))
            yield replace(common[0], provided=(), legs=(*common[0].legs[:-1], told))
        else:
            for planned, route in alike:
                if planned.is_common or route.verdict is not Verdict.UNREACHABLE:
                    yield route


def _is_plainly_open(route: Route) -> bool:
    """Whether ``route`` is open whatever is left open about plugins and addresses."""
    witnesses = [leg.witness for leg in route.legs]
    return route.verdict is Verdict.REACHABLE and all(
        one is not None and not one.behaviours and not one.destination_address_matters for one in witnesses
    )


TRANSLATED_FIRST = "policy sees the pods behind the address of a Service, and not that address"
"""So it is with every plugin that looks after a node has translated the address; AWS VPC CNI looks before as well."""


def given_of_routes(  # noqa: PLR0913 - the question, its answer, and where its routes are from
    question: Question,
    found: Answer,
    context: Context,
    ways: WaysIn,
    leading: Iterable[WayIn],
    *,
    is_admitted: bool,
) -> Iterator[str]:
    """What ``found``, if it is a proof that no route is open, takes as given about routes.

    ``leading`` are those of ``ways`` that lead to what is asked about; ``is_admitted``: a policy may admit the address
    of the Service that is called.
    """
    if found.verdict is not Verdict.UNREACHABLE:
        return
    yield from unrendered_premise(context.settings)
    yield from given_controllers(leading, context.settings.routing)
    if is_admitted:
        yield TRANSLATED_FIRST
    if question.from_outside:
        yield "there are no ways in other than those in these manifests"
        if any(way.controller and way.controller.workloads for way in ways.all):
            yield "only pods in these manifests serve Ingresses, Gateways and Routes"
    if any(route.leads_to is EndpointKind.ADDRESS for route in found.routes):
        yield "an address of an EndpointSlice is a pod's only where the manifests say so"


def remarks_on_routes(question: Question, found: Answer, context: Context) -> Iterator[str]:
    """What else bears on ``found``, such as that the pod which gets through cannot look the name up."""
    service = question.called.service if question.called else None
    if service is not None and service.internal_traffic_policy is TrafficPolicy.LOCAL and not question.from_outside:
        yield f"Service {service} leads only to endpoints on the node of the client (internalTrafficPolicy: Local)"
    source = found.witness.flow.source if found.witness is not None else None
    by_address = question.called is not None and question.called.by_address
    if question.from_outside or by_address or not isinstance(source, Pod) or source.host_network:
        return
    access = dns.dns_blocked(context, source)
    if access.is_blocked:
        by = ", ".join(dict.fromkeys(str(reason.policy) for reason in access.because if reason.policy))
        aliases = question.called.aliases if question.called else ()
        name = aliases[0].text if aliases else "the name of the Service"
        yield f"{access.source_text} cannot look up {name}: DNS queries are blocked" + (f" by {by}" if by else "")
