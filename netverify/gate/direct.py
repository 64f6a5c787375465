"""Claims about flows that pass no Service and no way in: every one that is against a claim, as a class of flows."""

from __future__ import annotations

from dataclasses import replace

from netverify.answers.context import Context, with_namespaces_of
from netverify.answers.reachability import answer_found
from netverify.answers.verdict import Judgement, judgement, of_search
from netverify.gate.causes import OUTSIDE, cause_of
from netverify.gate.claim import Claim
from netverify.gate.classes import FlowClass, classes_of, open_pods, shown
from netverify.gate.intent.spec import World
from netverify.gate.judged import Judged, exempted, of_answers, texts, together
from netverify.gate.outcome import Violation, fingerprint
from netverify.gate.refusals import Refusal, items_of, refusals_of
from netverify.gate.router import GateRouter
from netverify.gate.wording import through
from netverify.policy.predicate import All
from netverify.query.derivation import Derived
from netverify.query.outcome import Answer, Verdict
from netverify.query.question import Question, without
from netverify.query.remarks import Remarks
from netverify.routes.node_ports import led_on
from netverify.symbolic.refinement import Found


def none_allowed(claim: Claim, assertion: str, context: Context) -> Judged:
    """What becomes of ``claim``, of the assertion with that id, that policy allows no flow of it.

    Flows that are exempt are in its question already, as such that do not count.
    """
    question = claim.question
    context = with_namespaces_of(question, context)
    found = first_allowed(question, claim, context)
    if found.flow is None:
        answer = answer_found(question, context, found)
        verdict = judgement(answer.verdict, nobody_will_do=claim.nobody_will_do)
        because = answer.because if verdict is Judgement.PROVED else ()
        return of_answers(verdict, (answer,), because=because, derivation=answer.derivation)
    if claim.violated:
        return _violated(question, claim, assertion, context)
    told = classes_of(question, claim.world, context)
    violations = tuple(_allowed(claim, assertion, one) for one in told.classes)
    # That a flow was found, and none that certainly counts, is no proof.
    verdict = judgement(of_search(is_found=bool(violations), is_complete=False))
    return of_answers(verdict, told.answers, violations=violations, is_complete=told.is_complete)


def _violated(question: Question, claim: Claim, assertion: str, context: Context) -> Judged:
    """``claim``, which one flow violates as a whole, with such a flow of ``question``."""
    found = shown(question, claim.world, context)
    answer = answer_found(question, context, found)
    if answer.verdict is not Verdict.REACHABLE or found.flow is None:
        return of_answers(judgement(Verdict.UNKNOWN), (answer,))
    example = FlowClass(answer, cause_of(found.flow, found.behaviours, context))
    assert claim.direction is not None
    pods = open_pods(question, claim.direction, claim.world, context)
    parts = tuple((fingerprint(assertion, claim.key, *mark), mark[0]) for mark in pods.marks)
    whole = fingerprint(assertion, claim.key, *(mark for mark, _ in parts))
    one = replace(_allowed(claim, assertion, example), fingerprint=whole, parts=parts)
    return of_answers(Judgement.REFUTED, (answer,), violations=(one,), is_complete=pods.is_complete)


def first_allowed(question: Question, claim: Claim, context: Context) -> Found:
    """The first flow of ``question`` that comes, among the pods that ``claim`` is about; or that there is none."""
    search = context.search
    return search.find_any(question) if claim.world is World.POSSIBLE else search.find_existing(question)


def _verdict(answer: Answer, claim: Claim, context: Context) -> Judgement:
    """A claim about flows of which all are exempt holds; one about no flows at all is vacuous."""
    found = judgement(answer.verdict, nobody_will_do=claim.nobody_will_do)
    if found is not Judgement.VACUOUS or not claim.exempt:
        return found
    alone = none_allowed(replace(claim, exempt=()), "", context)
    is_exempt = alone.verdict is Judgement.REFUTED
    return judgement(answer.verdict, nobody_will_do=True) if is_exempt else alone.verdict


def all_allowed(claim: Claim, assertion: str, router: GateRouter) -> Judged:
    """Item by item of the ports: one that nobody has is no reason to call the others all of them."""
    question = claim.question
    items = (replace(claim, question=replace(question, traffic=one)) for one in items_of(question.traffic))
    parts = [_all_on(one, assertion, router.context) for one in items]
    if doubts := led_on(question, router.ways.all):
        parts.append(Judged(Judgement.UNKNOWN, remarks=Remarks(doubts)))
    return together(parts)


def _all_on(claim: Claim, assertion: str, context: Context) -> Judged:
    question = asked_of(claim)
    found = refusals_of(question, claim.world, with_namespaces_of(question, context))
    violations = tuple(_refused(claim, assertion, one) for one in found.refusals)
    verdict = judgement(Verdict.REACHABLE) if violations else _verdict(found.end, claim, context)
    derivation = _derivation(found.end, verdict, claim)
    return of_answers(
        verdict, found.answers, violations=violations, is_complete=found.is_complete, derivation=derivation
    )


def _derivation(answer: Answer, verdict: Judgement, claim: Claim) -> Derived:
    """How ``verdict`` on ``claim`` follows from ``answer``, if it is a proof."""
    is_exempt = verdict is Judgement.PROVED and answer.verdict is Verdict.VACUOUS and not claim.nobody_will_do
    return exempted(answer.derivation) if is_exempt else answer.derivation


def _allowed(claim: Claim, assertion: str, one: FlowClass) -> Violation:
    """That there are the flows of ``one``, which are against ``claim``."""
    answer, cause = one.answer, one.cause
    source = claim.outside if cause.source == OUTSIDE else cause.source
    said = claim.violated or f"{source} can reach {cause.destination} on {_port(answer)}"
    text = f"{said} ({through(answer)})" if through(answer) else said
    return Violation(
        text,
        source,
        cause.destination,
        fingerprint(assertion, claim.key, cause.source, cause.destination, cause.reason),
        scope=answer.scope,
        witness=answer.witness,
        because=answer.because,
        shown_by=texts((answer,)),
    )


def asked_of(claim: Claim) -> Question:
    """The question of ``claim`` about flows that are not exempt."""
    question = claim.question
    return without(question, *(All((one.source, one.target)) for one in claim.exempt))


def _refused(claim: Claim, assertion: str, one: Refusal) -> Violation:
    return Violation(
        f"{one.source} cannot reach {one.destination} on {_port(one.answer)}",
        one.source,
        one.destination,
        fingerprint(assertion, claim.key, *one.marks),
        refused=True,
        scope=one.scope,
        witness=one.answer.witness,
        because=one.answer.because,
        shown_by=texts((one.answer,)),
    )


def _port(answer: Answer) -> str:
    witness = answer.witness
    assert witness is not None
    flow = witness.flow
    return f"{flow.protocol} {flow.port}" if witness.port_matters else f"any {flow.protocol} port"
