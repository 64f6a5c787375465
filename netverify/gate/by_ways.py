"""Claims that pods do not reach others, by ways in: ports of nodes, load balancers, controllers of Ingresses."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, product

from netverify.answers.derived import CLOSED, closed_route, closed_routes, nobody_at
from netverify.answers.route_verdicts import needs, scope_of
from netverify.answers.verdict import Judgement, judgement, of_search
from netverify.gate.claim import Claim, Exempt, Wanted
from netverify.gate.classes import MOST_CLASSES, FlowClass
from netverify.gate.judged import Judged, of_answers, texts, together
from netverify.gate.members import route_violation
from netverify.gate.outcome import Violation, fingerprint
from netverify.gate.router import GateRouter
from netverify.gate.wording import through, violation_text
from netverify.model.cluster import NODE
from netverify.model.flow import End
from netverify.policy.predicate import All, AnyOf, InNamespace, IsPod, Not, Predicate
from netverify.query.derivation import Derived
from netverify.query.outcome import Route, Verdict
from netverify.query.question import Question, narrowed, without
from netverify.query.remarks import Remarks
from netverify.records import dataclass
from netverify.routes.planned import PlannedRoute, Shared
from netverify.routes.way_in import WayIn
from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status

_NOBODY = Found(Status.UNSAT, vacuous=True)


@dataclass(frozen=True, slots=True)
class ByWays:
    """What became of a claim by ways in that pods can take. ``closed`` are the proofs about those that are closed.

    ``parts`` are empty where no way leads from such pods to what the claim is about, or every one is closed.
    """

    parts: tuple[Judged, ...] = ()
    closed: tuple[Derived, ...] = ()


@dataclass(frozen=True, slots=True)
class _Cells:
    """Questions that are together about all pods that some question is about; and the proofs that others are nobody."""

    questions: tuple[Question, ...]
    nobody: tuple[Derived, ...] = ()


def judge_by_ways(claim: Claim, assertion: str, router: GateRouter) -> ByWays:
    """What becomes of ``claim``, of the assertion with that id, for each way in that pods can take against it."""
    if claim.wanted is Wanted.ALL or claim.violated or not router.may_be_pods(claim.question):
        return ByWays()
    hops = tuple(by_hop(one) for one in claim.exempt if one.by_hop)
    question = replace(router.names.followed(claim.question), from_outside=False)
    question = without(question, *hops)
    cells: _Cells | None = None
    parts: list[Judged] = []
    closed: list[Derived] = []
    for way in router.ways_for_pods.leading_to(question):
        routes = list(_until_open(router.judged_through(way, question)))
        if all(route.verdict in CLOSED for route in routes):
            closed += closed_routes(routes)
            continue
        if cells is None:
            cells = _cells(question, claim, router) if claim.exempt else _Cells((question,))
            closed += cells.nobody
        found = _through(way, cells.questions, claim, assertion, router)
        parts += found.parts
        closed += found.closed
    is_proved = all(part.verdict is Judgement.PROVED for part in parts)
    if is_proved and (doubts := router.relayed(question)):
        parts.append(Judged(Judgement.UNKNOWN, remarks=Remarks(doubts)))
    elif is_proved:
        closed += router.not_relayed(question)
    return ByWays(tuple(parts), tuple(closed))


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
    if any(part.verdict in (Judgement.REFUTED, Judgement.UNKNOWN) for part in parts):
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
        part.verdict for part in found.parts if part.verdict is Judgement.UNKNOWN
    }


def by_hop(exempt: Exempt) -> Predicate:
    """The connections of ``exempt`` whoever is behind them; a node that stands in for a client is none of its pods."""
    is_pod = All((IsPod(End.SOURCE), Not(InNamespace(End.SOURCE, NODE.namespace))))
    return All((is_pod, exempt.source, exempt.target))


def _cells(question: Question, claim: Claim, router: GateRouter) -> _Cells:
    """``question`` cut by the pods that exempt flows come from, since policy may see another source than the pod.

    What such a pod is allowed to reach is left aside in its part alone. Parts without any pod are left out.
    """
    targets: dict[Predicate, list[Predicate]] = {}
    for one in claim.exempt:
        targets.setdefault(one.source, []).append(one.target)
    cells: list[tuple[Question, tuple[Predicate, ...]]] = [(question, ())]
    nobody: list[Derived] = []
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
        pods = [(half, _pods_of(half[0], router)) for half in halves]
        cells = [half for half, found in pods if not found.vacuous]
        if router.context.settings.keep_goals:
            empty = [(cell, found) for (cell, _), found in pods if found.vacuous]
            nobody += [nobody_at(_from_pods(cell), End.SOURCE, found, router.context) for cell, found in empty]
    return _Cells(tuple(without(cell, *beside) for cell, beside in cells), tuple(nobody))


def _pods_of(question: Question, router: GateRouter) -> Found:
    """Whether some pod may be the source of ``question``: ``vacuous`` only if it is sure that none may."""
    pods = _from_pods(question)
    return router.context.search.find_anyone(pods, End.SOURCE) if router.may_be_pods(pods) else _NOBODY


def _from_pods(question: Question) -> Question:
    return narrowed(question, End.SOURCE, IsPod(End.SOURCE))


def _through(way: WayIn, cells: Sequence[Question], claim: Claim, assertion: str, router: GateRouter) -> ByWays:
    """What becomes of ``claim`` through ``way``: one violation for each place that pods come from, and each end."""
    opened: list[Judged] = []
    undecided: list[Judged] = []
    closed: list[Derived] = []
    for question in cells:
        for route in router.planned_through(way, question):
            judged = router.judged_for_pods(route, question.source_text)
            if judged.verdict is Verdict.UNKNOWN:
                undecided.append(of_answers(Judgement.UNKNOWN, judged.legs))
            elif judged.verdict in CLOSED:
                closed.append(closed_route(judged))
            else:
                opened.append(_open(route, judged, claim, assertion, router))
    violations = [one for found in opened for one in found.violations]
    whole = [replace(together(opened), violations=tuple(_by_place(violations, claim, assertion)))] if opened else []
    return ByWays((*undecided, *whole), tuple(closed))


def _by_place(violations: list[Violation], claim: Claim, assertion: str) -> Iterator[Violation]:
    """One of ``violations`` for each way between two places, with the rules of all of them as its parts.

    It is one that is new, if there are any, and that needs as little as can be.
    """
    places: dict[str, list[Violation]] = defaultdict(list)
    for one in violations:
        places[one.fingerprint].append(one)
    for alike in places.values():
        parts = tuple(sorted({mark: words for one in alike for mark, words in one.parts}.items()))
        mark = fingerprint(assertion, claim.key, *(mark for mark, _ in parts))
        pods = tuple(sorted({pod for one in alike for pod in one.pods}))
        shown = min(alike, key=lambda one: (not one.news, len(needs(one.route)) if one.route else 0))
        yield replace(shown, fingerprint=mark, parts=parts, pods=pods)


def _open(route: PlannedRoute, judged: Route, claim: Claim, assertion: str, router: GateRouter) -> Judged:
    legs = [router.classes_of(leg, claim.world) for leg in route.legs]
    fitting = (one for one in product(*(leg.classes for leg in legs)) if _is_course(one, route.shared))
    chosen = tuple(islice(fitting, MOST_CLASSES + 1))

    def build(some: Sequence[FlowClass]) -> Violation:
        return _violation(route, judged, some, claim, assertion)

    told = chosen[:MOST_CLASSES]
    violations = tuple(route_violation(route, one, build, claim.world, assertion, router) for one in told)
    nobody = next((leg for leg in legs if leg.is_complete and not leg.classes), None)  # as among existing pods
    verdict = judgement(of_search(is_found=bool(violations), is_complete=nobody is not None))
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
    planned: PlannedRoute, judged: Route, chosen: Sequence[FlowClass], claim: Claim, assertion: str
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
