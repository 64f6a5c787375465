"""The answer to ``who can reach`` a Service or a DNS name: everyone on any route, and the ways in that are open."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import replace

from netverify.answers.listed_ways import by_ways, pods_unless_all
from netverify.answers.listing import listing
from netverify.answers.planned import PlannedLeg, routes_to
from netverify.answers.route_verdicts import unique
from netverify.answers.routed import Router
from netverify.answers.verdict import of_any
from netverify.model.flow import End
from netverify.queries.outcome import Answer, Listed, Listing, Route, Verdict
from netverify.queries.question import Form, Question
from netverify.queries.remarks import remarks_of
from netverify.queries.whereabouts import is_outside
from netverify.rules.predicate import IsPod


def routed_listing(question: Question, router: Router) -> Listing:
    """Everyone who can reach what ``question`` calls: pods by any route inside, and from outside by each way in."""
    question = router.names.followed(question)
    assert question.called is not None
    planned = list(routes_to(question, question.called, router.context))
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
        yield f"whoever is listed gets through under one of these conditions at least: {'; '.join(choices)}"


def _by_way(routes: tuple[Route, ...]) -> Iterator[Listed]:
    """One entry for each way in that is open."""
    for route in routes:
        witness = route.legs[-1].witness
        if route.verdict is Verdict.REACHABLE and witness is not None:
            through = route.path[0].text if route.path else "no Service"
            yield Listed(f"outside through {through}", witness, route.legs[-1].because)
