"""Claims about flows that pass no Service and no way in: every one that is against a claim, as a class of flows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from netverify.answers.context import Context, with_namespaces_of
from netverify.answers.reachability import answer_found
from netverify.answers.verdict import Judgement, judgement, of_search
from netverify.gate.causes import OUTSIDE, Cause, place_words
from netverify.gate.claim import Claim
from netverify.gate.classes import (
    Classes,
    FlowClass,
    IncompleteListError,
    OpenPods,
    answered,
    classes_by,
    covered,
    listed,
    open_pods,
    open_pods_found,
    searched,
    shown,
)
from netverify.gate.intent.spec import World
from netverify.gate.judged import Judged, exempted, of_answers, texts, together
from netverify.gate.members import Asked, violation_of
from netverify.gate.outcome import Violation, fingerprint
from netverify.gate.refusals import Refusal, items_of, refusals_of
from netverify.gate.router import GateRouter
from netverify.gate.wording import through
from netverify.model.flow import Flow
from netverify.pairs.rule_pairs import RulePair
from netverify.policy.predicate import ALWAYS, All
from netverify.query.derivation import Derived
from netverify.query.outcome import Answer, Verdict
from netverify.query.question import Question, without
from netverify.query.remarks import Remarks
from netverify.routes.node_ports import led_on
from netverify.symbolic.refinement import Found, is_existing


def none_allowed(claim: Claim, assertion: str, router: GateRouter) -> Judged:
    """What becomes of ``claim``, of the assertion with that id, that policy allows no flow of it.

    Flows that are exempt are in its question already, as such that do not count.
    """
    question = claim.question
    context = with_namespaces_of(question, router.context)
    reasons = router.reasons(context)
    pairs = listed(question, claim.world, context, claim.direction)
    if pairs and claim.violated:
        return _violated_by(pairs, claim, assertion, context, router)
    if pairs:
        told = classes_by(pairs, question, claim.world, context, reasons)
        return _told(claim, assertion, told, context, router, _covered(told, claim, assertion, context, router))
    found = first_allowed(question, claim, context)
    if found.flow is None:
        answer = answer_found(question, context, found)
        verdict = judgement(answer.verdict, nobody_will_do=claim.nobody_will_do)
        because = answer.because if verdict is Judgement.PROVED else ()
        return of_answers(verdict, (answer,), because=because, derivation=answer.derivation)
    if pairs is not None:
        raise IncompleteListError(question.text)
    if not claim.violated:
        return _told(claim, assertion, searched(question, claim.world, context, reasons), context, router)
    found = shown(question, claim.world, context)
    answer = answer_found(question, context, found)
    if found.flow is None:
        return of_answers(judgement(Verdict.UNKNOWN), (answer,))
    assert claim.direction is not None
    pods = open_pods_found(question, claim.direction, claim.world, context, reasons)
    return _violated(answer, found.flow, pods, claim, assertion, context)


def _violated_by(
    pairs: Sequence[RulePair], claim: Claim, assertion: str, context: Context, router: GateRouter
) -> Judged:
    """``claim``, which the flows of ``pairs`` violate as a whole, with one between existing pods if there is one."""
    assert claim.direction is not None
    question = claim.question
    example = next((one for one in pairs if is_existing(one.flow)), pairs[0])
    answer = answered(example, ALWAYS, question, claim.world, context)
    pods = open_pods(pairs, question, claim.direction, claim.world, context, router.reasons(context))
    found = _violated(answer, example.flow, pods, claim, assertion, context)
    if not router.known_before or not found.is_complete:
        return found
    flows = {fingerprint(assertion, claim.key, *mark): told for mark, told in pods.flows.items()}
    known = covered(flows, router.known_before, question, claim.world, context)
    return replace(found, violations=tuple(replace(one, covered=known) for one in found.violations))


def _violated(  # noqa: PLR0913, PLR0917 - what was found about a claim
    answer: Answer, flow: Flow, pods: OpenPods, claim: Claim, assertion: str, context: Context
) -> Judged:
    """``claim``, which is violated as a whole: by ``flow``, of which ``answer`` tells, and by all of ``pods``."""
    if answer.verdict is not Verdict.REACHABLE:
        return of_answers(judgement(Verdict.UNKNOWN), (answer,))
    parts = tuple((fingerprint(assertion, claim.key, *mark), mark[0]) for mark in pods.marks)
    whole = fingerprint(assertion, claim.key, *(mark for mark, _ in parts))
    ends = place_words(flow.source, context), place_words(flow.destination, context)
    one = replace(_shown(claim, answer, *ends), fingerprint=whole, parts=parts)
    return of_answers(Judgement.REFUTED, (answer,), violations=(one,), is_complete=pods.is_complete)


def _covered(told: Classes, claim: Claim, assertion: str, context: Context, router: GateRouter) -> frozenset[str]:
    """The marks of classes of ``told`` that a baseline of an earlier version knows by other marks."""
    if not router.known_before or not told.is_complete:
        return frozenset()
    flows = {_fingerprint(claim, assertion, one.cause): one.cause.flows for one in told.classes}
    return covered(flows, router.known_before, claim.question, claim.world, context)


def _told(  # noqa: PLR0913, PLR0917 - what was found about a claim
    claim: Claim,
    assertion: str,
    told: Classes,
    context: Context,
    router: GateRouter,
    known: frozenset[str] = frozenset(),
) -> Judged:
    """What becomes of ``claim``, with the classes of flows that are against it; ``known`` marks are covered."""
    asked = Asked(claim.question, claim.world, context, assertion)
    build = partial(_allowed, claim, assertion)
    violations = tuple(replace(violation_of(one, build, asked, router), covered=known) for one in told.classes)
    # That a flow was found, and none that certainly counts, is no proof.
    verdict = judgement(of_search(is_found=bool(violations), is_complete=False))
    return of_answers(verdict, told.answers, violations=violations, is_complete=told.is_complete)


def first_allowed(question: Question, claim: Claim, context: Context) -> Found:
    """The first flow of ``question`` that comes, among the pods that ``claim`` is about; or that there is none."""
    search = context.search
    return search.find_any(question) if claim.world is World.POSSIBLE else search.find_existing(question)


def _verdict(answer: Answer, claim: Claim, router: GateRouter) -> Judgement:
    """A claim about flows of which all are exempt holds; one about no flows at all is vacuous."""
    found = judgement(answer.verdict, nobody_will_do=claim.nobody_will_do)
    if found is not Judgement.VACUOUS or not claim.exempt:
        return found
    alone = none_allowed(replace(claim, exempt=()), "", router)
    is_exempt = alone.verdict is Judgement.REFUTED
    return judgement(answer.verdict, nobody_will_do=True) if is_exempt else alone.verdict


def all_allowed(claim: Claim, assertion: str, router: GateRouter) -> Judged:
    """Item by item of the ports: one that nobody has is no reason to call the others all of them."""
    question = claim.question
    items = (replace(claim, question=replace(question, traffic=one)) for one in items_of(question.traffic))
    parts = [_all_on(one, assertion, router) for one in items]
    if doubts := led_on(question, router.ways.all):
        parts.append(Judged(Judgement.UNKNOWN, remarks=Remarks(doubts)))
    return together(parts)


def _all_on(claim: Claim, assertion: str, router: GateRouter) -> Judged:
    question = asked_of(claim)
    found = refusals_of(question, claim.world, with_namespaces_of(question, router.context))
    violations = tuple(_refused(claim, assertion, one) for one in found.refusals)
    verdict = judgement(Verdict.REACHABLE) if violations else _verdict(found.end, claim, router)
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
    cause, mark = one.cause, _fingerprint(claim, assertion, one.cause)
    return replace(_shown(claim, one.answer, cause.source, cause.destination), fingerprint=mark)


def _fingerprint(claim: Claim, assertion: str, cause: Cause) -> str:
    return fingerprint(assertion, claim.key, cause.source, cause.destination, cause.reason)


def _shown(claim: Claim, answer: Answer, source: str, destination: str) -> Violation:
    """That there is the flow of ``answer``, between two places, which is against ``claim``."""
    source = claim.outside if source == OUTSIDE else source
    said = claim.violated or f"{source} can reach {destination} on {_port(answer)}"
    return Violation(
        f"{said} ({through(answer)})" if through(answer) else said,
        source,
        destination,
        "",
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
