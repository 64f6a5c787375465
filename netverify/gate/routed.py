"""Claims about Services, names and ways in: every route is judged, and each one against the claim is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice, product
from typing import TypeAlias

from netverify.answers.derived import CLOSED, closed_route, without_route
from netverify.answers.route_verdicts import scope_of
from netverify.answers.verdict import Judgement, judgement, of_search
from netverify.gate.by_ways import by_hop
from netverify.gate.claim import Claim, Exempt
from netverify.gate.classes import MOST_CLASSES, FlowClass, shown
from netverify.gate.intent.spec import World
from netverify.gate.judged import Judged, of_answers, texts, together
from netverify.gate.members import route_violation
from netverify.gate.outcome import Violation, fingerprint
from netverify.gate.router import GateRouter
from netverify.gate.wording import violation_text
from netverify.model.addresses import joined
from netverify.model.flow import End
from netverify.policy.clients import may_be_client
from netverify.policy.predicate import ALWAYS, All, Not, Predicate
from netverify.query.derivation import Derived, all_of
from netverify.query.outcome import Answer, Route, Verdict
from netverify.query.question import Question, narrowed, without
from netverify.routes.planned import PlannedLeg, PlannedRoute
from netverify.symbolic.casting import PodScope
from netverify.symbolic.status import Status

Straight: TypeAlias = Callable[[Claim], Judged]


def questions_of(claim: Claim) -> Iterator[Question]:
    """The question of ``claim`` without exempt flows, cut by the clients that these name.

    Policy may see another source than the client, so that for a client who is exempt the target alone decides.
    """
    question = claim.question
    if not question.from_outside:
        yield without(question, *(All((one.source, one.target)) for one in claim.exempt))
        return
    hops = tuple(by_hop(one) for one in claim.exempt if one.by_hop)
    pieces: list[tuple[Predicate, tuple[Predicate, ...]]] = [(question.source, ())]
    for one in claim.exempt:
        if one.outside or one.source == ALWAYS:
            pieces = [
                piece
                for source, targets in pieces
                for piece in (
                    (All((source, one.source)), (*targets, one.target)),
                    (All((source, Not(one.source))), targets),
                )
                if may_be_client(piece[0])
            ]
    for source, targets in pieces:
        yield without(replace(question, source=source), *hops, *targets)


def is_used_by_route(exempt: Exempt, claim: Claim, router: GateRouter) -> bool:
    """Whether ``exempt`` leaves out a flow, on the direct way or by a route, that is against ``claim``.

    False only if that is sure.
    """
    names_client = exempt.outside or exempt.source == ALWAYS
    for question in questions_of(claim):
        routes = list(router.planned(question))
        if question.called is None and not claim.only_ways:
            direct = PlannedLeg(replace(question, from_outside=False))
            routes.append(PlannedRoute(question.destination_text, (), (direct,)))
        is_client = names_client and may_be_client(All((question.source, exempt.source)))
        for route in routes:
            *before, last = route.legs
            there = narrowed(last.question, End.DESTINATION, exempt.target)
            if not question.from_outside or not route.path or not is_client:
                there = narrowed(there, End.SOURCE, exempt.source)
            may_be_meant = is_client or exempt.by_hop or not question.from_outside or not route.path
            if may_be_meant and all(
                _is_against(leg, claim, router) for leg in (*before, replace(last, question=there))
            ):
                return True
    return False


def is_refused_straight(exempt: Exempt, claim: Claim, router: GateRouter) -> bool:
    """Whether policy may refuse a flow of ``claim`` that is ``exempt``, wherever a way in leads."""
    question = claim.question
    if question.called is not None:
        return False
    there = replace(narrowed(question, End.DESTINATION, exempt.target), from_outside=False)
    leg = PlannedLeg(narrowed(there, End.SOURCE, exempt.source))
    scope = PodScope.EXISTING if claim.world is World.EXISTING else PodScope.NAMED
    return router.context_of(leg).search.find_refused(leg.question, scope).status is not Status.UNSAT


def _is_against(leg: PlannedLeg, claim: Claim, router: GateRouter) -> bool:
    """Whether a flow of ``leg`` may be against ``claim``, which wants none."""
    return shown(leg.question, claim.world, router.context_of(leg)).status is not Status.UNSAT


def _straight(claim: Claim) -> Claim:
    """The part of ``claim`` that is about connections without a way in."""
    question = claim.question
    return replace(claim, question=replace(question, from_outside=False), outside=question.source_text)


def judge_routes(claim: Claim, assertion: str, router: GateRouter, straight: Straight) -> Judged:
    """What becomes of ``claim``, that no flow by any route is allowed, of the assertion with that id.

    ``straight`` judges a claim about flows that take no route.
    """
    question = claim.question
    answer = router.answer(question)
    # The answer is about pods that could be created; who exists is looked at way by way.
    needs_pods = claim.world is World.EXISTING and answer.verdict is Verdict.UNREACHABLE
    if answer.verdict is not Verdict.REACHABLE and not needs_pods:
        verdict = judgement(answer.verdict, nobody_will_do=claim.nobody_will_do)
        because = answer.because if verdict is Judgement.PROVED else ()
        return of_answers(verdict, (answer,), because=because)
    parts = [_by_route(route, claim, assertion, router) for route in router.planned(question)]
    if question.called is None and not claim.only_ways:
        parts.append(straight(_straight(claim)))
    told = [part for part in parts if part.verdict is not Judgement.VACUOUS]
    if any(part.verdict is Judgement.REFUTED for part in told):
        return together(told)
    if parts and not told and not claim.only_ways:
        return together(parts)
    doubts = router.doubts(question)
    because = answer.because if needs_pods and not doubts else ()
    none = of_search(is_found=False, is_complete=not doubts)
    rest = of_answers(judgement(none), (answer,), because=because)
    whole = together([*told, replace(rest, remarks=rest.remarks.doubted(*doubts))])
    if doubts:
        return whole
    steps = [*(part.derivation for part in parts), *router.not_relayed(question)]
    return replace(whole, derivation=all_of(f"no: {question.text}", steps) if parts else _without(answer, router))


def _without(answer: Answer, router: GateRouter) -> Derived:
    """How it follows from ``answer`` that nobody comes by a route, where there is none."""
    if answer.derivation is not None or not router.context.settings.keep_goals:
        return answer.derivation
    return without_route(answer.question, why="")


def _by_route(route: PlannedRoute, claim: Claim, assertion: str, router: GateRouter) -> Judged:
    """That nobody takes ``route``, or all who do: for each of its connections every class of flows, in every choice."""
    judged = router.judged(route, claim.question.source_text)
    if judged.verdict is not Verdict.REACHABLE:
        proof = closed_route(judged) if judged.verdict in CLOSED else None
        return of_answers(judgement(judged.verdict), judged.legs, derivation=proof)
    legs = [router.classes_of(leg, claim.world) for leg in route.legs]
    chosen = tuple(islice(product(*(leg.classes for leg in legs)), MOST_CLASSES + 1))

    def build(some: Sequence[FlowClass]) -> Violation:
        return _violation(route, judged, some, claim, assertion)

    told = chosen[:MOST_CLASSES]
    violations = tuple(route_violation(route, one, build, claim.world, assertion, router) for one in told)
    is_complete = len(chosen) <= MOST_CLASSES and all(leg.is_complete for leg in legs)
    verdict = judgement(of_search(is_found=bool(violations), is_complete=is_complete))
    answers = [router.as_judged(leg, one) for leg, found in zip(route.legs, legs, strict=True) for one in found.answers]
    nobody = next((leg.derivation for leg in legs if not leg.classes), None)
    return of_answers(verdict, answers, violations=violations, is_complete=is_complete, derivation=nobody)


def _clients_of(planned: PlannedRoute) -> Iterator[str]:
    """Whom the ways in on ``planned`` let in by rules of their own, as part of a fingerprint; none if anybody."""
    if planned.clients is not None:
        yield f"clients {', '.join(map(str, joined(planned.clients)))}"


def _violation(
    planned: PlannedRoute, judged: Route, chosen: Sequence[FlowClass], claim: Claim, assertion: str
) -> Violation:
    """That ``planned`` can be taken with a flow of each of the classes that are ``chosen``, one for each connection."""
    route = replace(judged, legs=tuple(one.answer for one in chosen))
    last = route.legs[-1]
    source = route.source if claim.question.from_outside else chosen[0].cause.source
    text, way = violation_text(route, source)
    causes = (part for one in chosen for part in (one.cause.source, one.cause.destination, one.cause.reason))
    return Violation(
        text,
        source,
        route.text,
        fingerprint(assertion, claim.key, route.text, way, *planned.provided, *_clients_of(planned), *causes),
        scope=scope_of(route),
        witness=last.witness,
        because=tuple(dict.fromkeys(reason for leg in route.legs for reason in leg.because)),
        route=route if route.path else None,
        shown_by=texts(route.legs),
    )
