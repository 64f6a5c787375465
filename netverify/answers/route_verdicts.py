"""What judged routes come to together: the best of them, what it needs, and one answer about all."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TypeVar

from netverify.model.service import Service
from netverify.queries.outcome import Answer, Effect, Reason, Route, Routing, Scope, Verdict
from netverify.queries.question import Question
from netverify.queries.remarks import Remarks, remarks_of
from netverify.queries.wording import setting_words
from netverify.routing.way_in import WayIn

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
