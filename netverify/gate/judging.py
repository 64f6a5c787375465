"""Claims judged: every flow that is against one is found, as a class of flows with one of them to show."""

from __future__ import annotations

from dataclasses import replace

from netverify.answers.context import Context, with_namespaces_of
from netverify.answers.node_ports import led_on
from netverify.answers.reachability import answer_found
from netverify.answers.verdict import of_search
from netverify.gate.by_ways import is_used_by_ways, judge_by_ways
from netverify.gate.causes import OUTSIDE, cause_of
from netverify.gate.claim import Claim, Exempt, Wanted
from netverify.gate.classes import FlowClass, classes_of, shown
from netverify.gate.fingerprint import fingerprint
from netverify.gate.judged import Judged, exempted, of_answers, texts, together, verdict_by, with_steps
from netverify.gate.open_pods import open_pods
from netverify.gate.outcome import GateVerdict, Violation
from netverify.gate.presence import absences
from netverify.gate.refusals import Refusal, items_of, refusals_of
from netverify.gate.route_words import through
from netverify.gate.routed import is_used_by_route, judge_routes
from netverify.gate.router import GateRouter
from netverify.intent.spec import World
from netverify.model.flow import End
from netverify.queries.derivation import Derived, Rule, Step
from netverify.queries.outcome import Answer, Verdict
from netverify.queries.question import Question, narrowed, without
from netverify.queries.remarks import Remarks
from netverify.rules.predicate import All
from netverify.symbolic.casting import PodScope
from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status


class Judge:
    """Judges the claims of one assertion after the other; ``router`` remembers what several need."""

    def __init__(self, router: GateRouter) -> None:
        self.router = router

    def judge(self, claim: Claim, assertion: str) -> Judged:
        """What becomes of ``claim`` of the assertion with that id."""
        if absent := absences(claim, self.router.context):
            nobody = Step(Rule.NOBODY, "; ".join(absent)) if self.router.context.settings.keep_goals else None
            return Judged(GateVerdict.VACUOUS, remarks=Remarks(notes=absent), derivation=nobody)
        if claim.question.called is not None or claim.question.from_outside:
            return judge_routes(claim, assertion, self.router, self.judge if claim.wanted is Wanted.ALL else self._none)
        if claim.wanted is Wanted.ALL:
            return self._all(claim, assertion)
        direct = self._none(claim, assertion)
        if direct.verdict is GateVerdict.VACUOUS:
            return direct
        by_ways = judge_by_ways(claim, assertion, self.router)
        return with_steps(together((direct, *by_ways.parts)), by_ways.closed)

    def is_used(self, exempt: Exempt, claim: Claim, assertion: str) -> bool:
        """Whether ``exempt`` leaves out a flow that is against ``claim``, of which exceptions left out nothing yet."""
        question = claim.question
        if is_used_by_ways(exempt, claim, assertion, self.router):
            return True
        if question.called is not None or question.from_outside:
            return is_used_by_route(exempt, claim, self.router, self.judge)
        ends = {End.SOURCE: exempt.source, End.DESTINATION: exempt.target}
        for end, narrow in ends.items():
            question = narrowed(question, end, narrow)
        return self.is_possible(replace(claim, question=question), assertion)

    def is_possible(self, claim: Claim, assertion: str) -> bool:
        """Whether some flow may be against ``claim``; False only if that is proved."""
        question = claim.question
        if question.called is not None or question.from_outside:
            return self.judge(claim, assertion).verdict in (GateVerdict.REFUTED, GateVerdict.UNKNOWN)
        asked = _asked(claim)
        context = with_namespaces_of(asked, self.router.context)
        if claim.wanted is Wanted.ALL:
            return context.search.find_refused(asked, _scope(claim)).status is not Status.UNSAT
        return self._first(asked, claim, context).status is not Status.UNSAT

    def _none(self, claim: Claim, assertion: str) -> Judged:
        question = _asked(claim)
        context = with_namespaces_of(question, self.router.context)
        found = self._first(question, claim, context)
        if found.flow is None:
            answer = answer_found(question, context, found)
            verdict = self._verdict(answer, claim)
            because = answer.because if verdict is GateVerdict.PROVED else ()
            return of_answers(verdict, (answer,), because=because, derivation=_derivation(answer, verdict, claim))
        if claim.violated:
            return self._violated(question, claim, assertion, context)
        told = classes_of(question, claim.world, context)
        violations = tuple(_allowed(claim, assertion, one) for one in told.classes)
        # That a flow was found, and none that certainly counts, is no proof.
        verdict = verdict_by(of_search(is_found=bool(violations), is_complete=False))
        return of_answers(verdict, told.answers, violations=violations, is_complete=told.is_complete)

    def _violated(self, question: Question, claim: Claim, assertion: str, context: Context) -> Judged:
        """``claim``, which one flow violates as a whole, with such a flow of ``question``."""
        found = shown(question, claim.world, context)
        answer = answer_found(question, context, found)
        if answer.verdict is not Verdict.REACHABLE or found.flow is None:
            return of_answers(verdict_by(Verdict.UNKNOWN), (answer,))
        example = FlowClass(answer, cause_of(found.flow, found.behaviours, context))
        assert claim.direction is not None
        pods = open_pods(question, claim.direction, claim.world, context)
        parts = tuple((fingerprint(assertion, claim.key, *mark), mark[0]) for mark in pods.marks)
        whole = fingerprint(assertion, claim.key, *(mark for mark, _ in parts))
        one = replace(_allowed(claim, assertion, example), fingerprint=whole, parts=parts)
        return of_answers(GateVerdict.REFUTED, (answer,), violations=(one,), is_complete=pods.is_complete)

    def _first(self, question: Question, claim: Claim, context: Context) -> Found:
        search = context.search
        return search.find_any(question) if claim.world is World.POSSIBLE else search.find_existing(question)

    def _verdict(self, answer: Answer, claim: Claim) -> GateVerdict:
        """A claim about flows of which all are exempt holds; one about no flows at all is vacuous."""
        found = verdict_by(answer.verdict, nobody_will_do=claim.nobody_will_do)
        if found is not GateVerdict.VACUOUS or not claim.exempt:
            return found
        alone = self._none(replace(claim, exempt=()), "")
        is_exempt = alone.verdict is GateVerdict.REFUTED
        return verdict_by(answer.verdict, nobody_will_do=True) if is_exempt else alone.verdict

    def _all(self, claim: Claim, assertion: str) -> Judged:
        """Item by item of the ports: one that nobody has is no reason to call the others all of them."""
        question = claim.question
        items = items_of(question.traffic)
        parts = [self._all_on(replace(claim, question=replace(question, traffic=one)), assertion) for one in items]
        if doubts := led_on(question, self.router.ways.all):
            parts.append(Judged(GateVerdict.UNKNOWN, remarks=Remarks(doubts)))
        return together(parts)

    def _all_on(self, claim: Claim, assertion: str) -> Judged:
        question = _asked(claim)
        found = refusals_of(question, claim.world, with_namespaces_of(question, self.router.context))
        violations = tuple(_refused(claim, assertion, one) for one in found.refusals)
        verdict = verdict_by(Verdict.REACHABLE) if violations else self._verdict(found.end, claim)
        derivation = _derivation(found.end, verdict, claim)
        return of_answers(
            verdict, found.answers, violations=violations, is_complete=found.is_complete, derivation=derivation
        )


def _derivation(answer: Answer, verdict: GateVerdict, claim: Claim) -> Derived:
    """How ``verdict`` on ``claim`` follows from ``answer``, if it is a proof."""
    is_exempt = verdict is GateVerdict.PROVED and answer.verdict is Verdict.VACUOUS and not claim.nobody_will_do
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


def _scope(claim: Claim) -> PodScope:
    return PodScope.EXISTING if claim.world is World.EXISTING else PodScope.NAMED


def _asked(claim: Claim) -> Question:
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
