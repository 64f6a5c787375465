"""Claims that pods do not reach others, by ways in: ports of nodes, load balancers, controllers of Ingresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from itertools import islice, product

from netverify.answers.derived import CLOSED, closed_route, closed_routes, nobody_at
from netverify.answers.planned import PlannedRoute, Shared
from netverify.answers.route_verdicts import scope_of
from netverify.answers.verdict import of_search
from netverify.gate.claim import Claim, Exempt, Wanted
from netverify.gate.classes import MOST_CLASSES, FlowClass
from netverify.gate.fingerprint import fingerprint
from netverify.gate.judged import Judged, of_answers, texts, together, verdict_by
from netverify.gate.outcome import GateVerdict, Violation
from netverify.gate.route_words import through, violation_text
from netverify.gate.router import GateRouter
from netverify.model.cluster import NODE
from netverify.model.flow import End
from netverify.queries.derivation import Derived
from netverify.queries.outcome import Route, Verdict
from netverify.queries.question import Question, narrowed, without
from netverify.queries.remarks import Remarks
from netverify.routing.way_in import WayIn
from netverify.rules.predicate import All, AnyOf, InNamespace, IsPod, Not, Predicate
from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status

_NOBODY = Found(Status.UNSAT, vacuous=True)


@dataclass(slots=True)
class ByWays:
    """What became of a claim by ways in that pods can take. ``closed`` are the proofs about those that are closed.

    ``parts`` are empty where no way leads from such pods to what the claim is about, or every one is closed.
    """

    parts: list[Judged] = field(default_factory=list)
    closed: list[Derived] = field(default_factory=list)


def judge_by_ways(claim: Claim, assertion: str, router: GateRouter) -> ByWays:
    """What becomes of ``claim``, of the assertion with that id, for each way in that pods can take against it."""
    found = ByWays()
    if claim.wanted is Wanted.ALL or claim.violated or not router.may_be_pods(claim.question):
        return found
    hops = tuple(by_hop(one) for one in claim.exempt if one.by_hop)
    question = replace(router.names.followed(claim.question), from_outside=False)
    question = without(question, *hops)
    cells: list[Question] | None = None
    for way in router.ways_for_pods.leading_to(question):
        routes = list(_until_open(router.judged_through(way, question)))
        if all(route.verdict in CLOSED for route in routes):
            found.closed += closed_routes(routes)
            continue
        if cells is None:
            cells = list(_cells(question, claim, router, found.closed)) if claim.exempt else [question]
        found.parts += _through(way, cells, claim, assertion, router, found.closed)
    is_proved = all(part.verdict is GateVerdict.PROVED for part in found.parts)
    if is_proved and (doubts := router.relayed(question)):
        found.parts.append(Judged(GateVerdict.UNKNOWN, remarks=Remarks(doubts)))
    elif is_proved:
        found.closed += router.not_relayed(question)
    return found


def _until_open(routes: Iterator[Route]) -> Iterator[Route]:
    """``routes`` up to the first that is open, or of which that is not decided."""
    for route in routes:
        yield route
        if route.verdict not in CLOSED:
            return


def is_used_by_ways(exempt: Exempt, claim: Claim, assertion: str, router: GateRouter) -> bool:
    """Whether ``exempt`` leaves out a flow of pods by a way in that is, or may be, against ``claim``.

    False only if that is sure.
    """
    meant = narrowed(claim.question, End.SOURCE, exempt.source)
    meant = without(meant, Not(exempt.target))
    parts = judge_by_ways(replace(claim, question=meant, exempt=()), assertion, router).parts
    if any(part.verdict in (GateVerdict.REFUTED, GateVerdict.UNKNOWN) for part in parts):
        return True
    if not exempt.by_hop:
        return False
    # Whoever comes by the connection that is left out has another source than that.
    rest = replace(claim, exempt=(*claim.exempt, exempt))
    whole, left = (_told(judge_by_ways(one, assertion, router)) for one in (claim, rest))
    return whole != left


def _told(found: ByWays) -> set[object]:
    """What is against a claim in ``found``, or may be."""
    return {one.fingerprint for part in found.parts for one in part.violations} | {
        part.verdict for part in found.parts if part.verdict is GateVerdict.UNKNOWN
    }


def by_hop(exempt: Exempt) -> Predicate:
    """The connections of ``exempt`` whoever is behind them; a node that stands in for a client is none of its pods."""
    is_pod = All((IsPod(End.SOURCE), Not(InNamespace(End.SOURCE, NODE.namespace))))
    return All((is_pod, exempt.source, exempt.target))


def _cells(question: Question, claim: Claim, router: GateRouter, closed: list[Derived]) -> Iterator[Question]:
    """``question`` cut by the pods that exempt flows come from, since policy may see another source than the pod.

    What such a pod is allowed to reach is left aside in its part alone. Parts without any pod are left out, and the
    proofs of that added to ``closed``.
    """
    targets: dict[Predicate, list[Predicate]] = {}
    for one in claim.exempt:
        targets.setdefault(one.source, []).append(one.target)
    cells: list[tuple[Question, tuple[Predicate, ...]]] = [(question, ())]
    for source, reached in targets.items():
        target = reached[0] if len(reached) == 1 else AnyOf(tuple(reached))
        halves = [
            half
            for cell, beside in cells
            for half in (
                (narrowed(cell, End.SOURCE, source), (*beside, target)),
                (narrowed(cell, End.SOURCE, Not(source)), beside),
            )
        ]
        cells = [(cell, beside) for cell, beside in halves if _has_pods(cell, router, closed)]
    for cell, beside in cells:
        yield without(cell, *beside)


def _has_pods(question: Question, router: GateRouter, closed: list[Derived]) -> bool:
    """Whether some pod may be the source of ``question``; False only if that is sure, with the proof in ``closed``."""
    pods = narrowed(question, End.SOURCE, IsPod(End.SOURCE))
    search = router.context.search
    found = search.find_anyone(pods, End.SOURCE) if router.may_be_pods(pods) else _NOBODY
    if not found.vacuous:
        return True
    if router.context.settings.keep_goals:
        closed.append(nobody_at(pods, End.SOURCE, found, router.context))
    return False


def _through(  # noqa: PLR0913, PLR0917 - as judge_by_ways, and where proofs go
    way: WayIn, cells: list[Question], claim: Claim, assertion: str, router: GateRouter, closed: list[Derived]
) -> Iterator[Judged]:
    """What becomes of ``claim`` through ``way``: one violation for each place that pods come from, and each end.

    The proofs about routes that are closed are added to ``closed``.
    """
    opened: list[Judged] = []
    for question in cells:
        for route in router.planned_through(way, question):
            judged = router.judged_for_pods(route, question.source_text)
            if judged.verdict is Verdict.UNKNOWN:
                yield of_answers(GateVerdict.UNKNOWN, judged.legs)
            elif judged.verdict in CLOSED:
                closed.append(closed_route(judged))
            else:
                opened.append(_open(route, judged, claim, assertion, router))
    if opened:
        violations = [one for found in opened for one in found.violations]
        yield replace(together(opened), violations=tuple(_by_place(violations, claim, assertion)))


def _by_place(violations: list[Violation], claim: Claim, assertion: str) -> Iterator[Violation]:
    """The first of ``violations`` for each way between two places, with the rules of all of them as its parts."""
    places: dict[str, list[Violation]] = defaultdict(list)
    for one in violations:
        places[one.fingerprint].append(one)
    for alike in places.values():
        parts = tuple(sorted({mark: words for one in alike for mark, words in one.parts}.items()))
        yield replace(
            alike[0], fingerprint=fingerprint(assertion, claim.key, *(mark for mark, _ in parts)), parts=parts
        )


def _open(route: PlannedRoute, judged: Route, claim: Claim, assertion: str, router: GateRouter) -> Judged:
    legs = [router.classes_of(leg, claim.world) for leg in route.legs]
    fitting = (one for one in product(*(leg.classes for leg in legs)) if _is_course(one, route.shared))
    chosen = tuple(islice(fitting, MOST_CLASSES + 1))
    violations = tuple(_violation(route, judged, one, claim, assertion) for one in chosen[:MOST_CLASSES])
    nobody = next((leg for leg in legs if leg.is_complete and not leg.classes), None)  # as among existing pods
    verdict = verdict_by(of_search(is_found=bool(violations), is_complete=nobody is not None))
    derivation = nobody.derivation if nobody is not None else None
    answers = [router.as_judged(leg, one) for leg, found in zip(route.legs, legs, strict=True) for one in found.answers]
    is_complete = len(chosen) <= MOST_CLASSES and all(leg.is_complete for leg in legs)
    return of_answers(verdict, answers, violations=violations, is_complete=is_complete, derivation=derivation)


def _is_course(chosen: tuple[FlowClass, ...], shared: Shared) -> bool:
    """Whether one pod may make the connections of ``chosen``, one class for each, as a route with ``shared`` has it."""
    if shared is Shared.NOBODY or not chosen[1:]:
        return True
    first, second = chosen[0].cause, chosen[1].cause
    return second.source == (first.source if shared is Shared.CLIENT else first.destination)


def _violation(
    planned: PlannedRoute, judged: Route, chosen: tuple[FlowClass, ...], claim: Claim, assertion: str
) -> Violation:
    """That pods can take ``planned`` by connections of the classes that are ``chosen``: rules for each are its part."""
    route = replace(judged, legs=tuple(one.answer for one in chosen))
    source = chosen[0].cause.source
    text, way = violation_text(route, source)
    causes = (part for one in chosen for part in (one.cause.source, one.cause.destination, one.cause.reason))
    mark = fingerprint(assertion, claim.key, "by way in", way, route.text, *planned.provided, *causes)
    rules = " and ".join(dict.fromkeys(through(one.answer) or "no policy" for one in chosen))
    return Violation(
        text,
        source,
        route.text,
        fingerprint(source, way, route.text),
        scope=scope_of(route),
        witness=route.legs[-1].witness,
        because=tuple(dict.fromkeys(reason for leg in route.legs for reason in leg.because)),
        route=route,
        parts=((mark, f"by {rules}"),),
        shown_by=texts(route.legs),
    )
