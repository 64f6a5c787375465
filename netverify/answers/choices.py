"""Routes of which only one is there, and the manifests do not tell which: as few conditions as can be."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import replace

from netverify.answers.planned import PlannedRoute
from netverify.queries.outcome import Route, Verdict
from netverify.routing.api_server import COMMON_PORT


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
