"""Claims about Services, names and ways in: every route is judged, and each one against the claim is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.answers.planned import PlannedLeg, PlannedRoute
from netverify.answers.reachability import answer_refused
from netverify.answers.routed import Router, needs, scope_of
from netverify.gate.claim import Claim, Wanted
from netverify.gate.clients import may_be_client
from netverify.gate.fingerprint import fingerprint
from netverify.gate.judged import Judged, of_answers, together
from netverify.gate.outcome import GateVerdict, Violation
from netverify.intent.spec import World
from netverify.queries.outcome import Answer, Route, Scope, Verdict
from netverify.queries.question import Question
from netverify.rules.predicate import ALWAYS, All, Not
from netverify.symbolic.casting import PodScope


def judge_routes(claim: Claim, assertion: str, router: Router) -> Judged:
    """What becomes of ``claim``, which goes by routes, of the assertion with that id."""
    if claim.wanted is Wanted.ALL:
        return _all(claim, assertion, router)
    questions = tuple(_questions(claim))
    parts = [_none(question, claim, assertion, router) for question in questions]
    told = [part for part in parts if part.verdict is not GateVerdict.VACUOUS]
    if told or not claim.exempt:
        return together(told or parts)
    alone = judge_routes(replace(claim, exempt=()), assertion, router)
    if alone.verdict is GateVerdict.REFUTED:  # Every flow is exempt, which is not the same as that there is none.
        return replace(together(parts), verdict=GateVerdict.PROVED, notes=())
    return alone


def _questions(claim: Claim) -> Iterator[Question]:
    """The question of ``claim`` without exempt flows, cut by the clients that these name.

    Policy may see another source than the client, so that for a client who is exempt the target alone decides.
    """
    question = claim.question
    inside = tuple(All((one.source, one.target)) for one in claim.exempt if one.by_hop and not one.outside)
    if not question.from_outside:
        yield replace(question, beside=(*question.beside, *(All((one.source, one.target)) for one in claim.exempt)))
        return
    rest = question.source
    for source in dict.fromkeys(one.source for one in claim.exempt if one.outside or one.source == ALWAYS):
        targets = tuple(one.target for one in claim.exempt if one.source in (source, ALWAYS))
        if may_be_client(piece := All((rest, source))):
            yield replace(question, source=piece, beside=(*question.beside, *inside, *targets))
        rest = All((rest, Not(source)))
    if may_be_client(rest):
        yield replace(question, source=rest, beside=(*question.beside, *inside))


def _none(question: Question, claim: Claim, assertion: str, router: Router) -> Judged:
    answer = router.answer(question)
    if answer.verdict is not Verdict.REACHABLE:
        verdict = {
            Verdict.UNKNOWN: GateVerdict.UNKNOWN,
            Verdict.UNREACHABLE: GateVerdict.PROVED,
            Verdict.VACUOUS: GateVerdict.PROVED if claim.nobody_will_do else GateVerdict.VACUOUS,
        }[answer.verdict]
        because = answer.because if verdict is GateVerdict.PROVED else ()
        return of_answers(verdict, (answer,), because=because)
    # Without a way in, the client connects to the pods themselves: that is judged as a flow.
    routes = [route for route in router.every_route(question) if route.path or question.called is not None]
    against = [route for route in routes if route.verdict is Verdict.REACHABLE]
    if claim.world is World.EXISTING:
        against = [route for route in against if scope_of(route) is Scope.EXISTING]
    violations = tuple(_violation(route, claim, assertion) for route in against)
    undecided = [leg for route in routes for leg in route.legs if leg.verdict is Verdict.UNKNOWN]
    without = GateVerdict.UNKNOWN if undecided else GateVerdict.PROVED
    return of_answers(GateVerdict.REFUTED if violations else without, (answer, *undecided), violations=violations)


def _violation(route: Route, claim: Claim, assertion: str) -> Violation:
    last = route.legs[-1]
    way = " -> ".join(hop.text for hop in route.path)
    through = f" by way of {way}" if way else ""
    conditions = needs(route)
    provided = f", {conditions[0]}" + (" and more" if conditions[1:] else "") if conditions else ""
    deciding = "; ".join(f"{one.direction} {one.effect} {one.detail}" for leg in route.legs for one in leg.because)
    parts = (assertion, claim.key, route.text, way, "; ".join(route.provided), deciding)
    return Violation(
        f"{route.source} can reach {route.text}{through}{provided}",
        route.source,
        route.text,
        fingerprint(*parts),
        scope=scope_of(route),
        witness=last.witness,
        because=tuple(dict.fromkeys(reason for leg in route.legs for reason in leg.because)),
        route=route if route.path else None,
    )


def _all(claim: Claim, assertion: str, router: Router) -> Judged:
    """Every existing pod gets through to every endpoint; from outside, by one way in at least."""
    routes = list(router.planned(claim.question))
    if not routes:
        answer = router.answer(claim.question)
        verdict = GateVerdict.UNKNOWN if answer.verdict is Verdict.UNKNOWN else GateVerdict.REFUTED
        text = f"{claim.question.source_text} cannot reach {claim.question.destination_text}: no route leads there"
        found = _no_route(text, claim, assertion, answer)
        return of_answers(verdict, (answer,), violations=(found,) if verdict is GateVerdict.REFUTED else ())
    judged = [_route_refused(route, claim, assertion, router) for route in routes]
    about = [one for one in judged if one.verdict is not GateVerdict.VACUOUS]
    if not about:
        return together(judged)
    if claim.question.from_outside and any(one.verdict is GateVerdict.PROVED for one in about):
        return together([one for one in about if one.verdict is GateVerdict.PROVED])
    return together(about)


def _no_route(text: str, claim: Claim, assertion: str, answer: Answer) -> Violation:
    source, destination = claim.question.source_text, claim.question.destination_text
    mark = fingerprint(assertion, claim.key, "no route")
    return Violation(text, source, destination, mark, refused=True, because=answer.because)


def _route_refused(route: PlannedRoute, claim: Claim, assertion: str, router: Router) -> Judged:
    answers: list[Answer] = []
    for leg in route.legs:
        answer = _leg_refused(leg, claim, router)
        answers.append(answer)
        if answer.verdict is not Verdict.UNREACHABLE:
            break
    last = answers[-1]
    match last.verdict:
        case Verdict.UNREACHABLE:
            return of_answers(GateVerdict.PROVED, answers)
        case Verdict.UNKNOWN:
            return of_answers(GateVerdict.UNKNOWN, answers)
        case Verdict.VACUOUS:
            return of_answers(GateVerdict.VACUOUS, answers)
        case Verdict.REACHABLE:
            source, destination = claim.question.source_text, claim.question.destination_text
            text = f"{_source_words(last, source)} cannot reach {destination}: not {route.text}"
            mark = fingerprint(assertion, claim.key, route.text, text)
            found = Violation(text, source, route.text, mark, refused=True, witness=last.witness, because=last.because)
            return of_answers(GateVerdict.REFUTED, answers, violations=(found,))


def _source_words(answer: Answer, otherwise: str) -> str:
    source = answer.witness.flow.source if answer.witness is not None else None
    workload = getattr(source, "workload", None)
    return str(workload) if workload is not None else otherwise


def _leg_refused(leg: PlannedLeg, claim: Claim, router: Router) -> Answer:
    """``REACHABLE``: a flow of ``leg`` is refused; ``UNREACHABLE``: none is."""
    context = router.context_of(leg)
    scope = PodScope.EXISTING if claim.world is World.EXISTING else PodScope.NAMED
    return answer_refused(leg.question, context, context.search.find_refused(leg.question, scope))
