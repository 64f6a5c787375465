"""Claims judged: every flow that is against one is found, as a class of flows with one of them to show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.answers.context import Context, with_namespaces_of
from netverify.answers.reachability import answer_found, answer_refused
from netverify.answers.routed import Router
from netverify.gate.by_ways import judge_by_ways
from netverify.gate.causes import OUTSIDE, cause_of, place_of, place_words
from netverify.gate.claim import Claim, Exempt, Wanted
from netverify.gate.classes import MOST_CLASSES, FlowClass, classes_of, shown
from netverify.gate.fingerprint import fingerprint
from netverify.gate.judged import Judged, of_answers, together
from netverify.gate.outcome import GateVerdict, Violation
from netverify.gate.presence import absences
from netverify.gate.route_words import through
from netverify.gate.routed import is_used_by_route, judge_routes
from netverify.intent.spec import World
from netverify.model.flow import End, External, Pod
from netverify.queries.outcome import Answer, Scope, Verdict
from netverify.queries.question import Question, narrowed
from netverify.rules.predicate import All, IsWorkload, Predicate
from netverify.symbolic.casting import PodScope
from netverify.symbolic.search import Found
from netverify.symbolic.status import Status


class Judge:
    """Judges the claims of one assertion after the other; ``router`` remembers what several need."""

    def __init__(self, router: Router) -> None:
        self.router = router

    def judge(self, claim: Claim, assertion: str) -> Judged:
        """What becomes of ``claim`` of the assertion with that id."""
        if absent := absences(claim, self.router.context):
            return Judged(GateVerdict.VACUOUS, notes=absent)
        if claim.question.called is not None or claim.question.from_outside:
            return judge_routes(claim, assertion, self.router, self._none)
        if claim.wanted is Wanted.ALL:
            return self._all(claim, assertion)
        direct = self._none(claim, assertion)
        if direct.verdict is GateVerdict.VACUOUS:
            return direct
        return together((direct, *judge_by_ways(claim, assertion, self.router)))

    def is_used(self, exempt: Exempt, claim: Claim, assertion: str) -> bool:
        """Whether ``exempt`` leaves out a flow that is against ``claim``, of which exceptions left out nothing yet."""
        question = claim.question
        if question.called is not None or question.from_outside:
            return is_used_by_route(exempt, claim, self.router)
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
            verdict = self._verdict(answer, claim, first=True)
            because = answer.because if verdict is GateVerdict.PROVED else ()
            return of_answers(verdict, (answer,), because=because)
        if claim.violated:
            return self._violated(question, claim, assertion, context)
        told = classes_of(question, claim.world, context)
        violations = tuple(_allowed(claim, assertion, one) for one in told.classes)
        # That a flow was found, and none that certainly counts, is no proof.
        verdict = GateVerdict.REFUTED if violations else GateVerdict.UNKNOWN
        return of_answers(verdict, told.answers, violations=violations, is_complete=told.is_complete)

    def _violated(self, question: Question, claim: Claim, assertion: str, context: Context) -> Judged:
        """``claim``, which one flow violates as a whole, with such a flow of ``question``."""
        found = shown(question, claim.world, context)
        answer = answer_found(question, context, found)
        if answer.verdict is not Verdict.REACHABLE or found.flow is None:
            return of_answers(GateVerdict.UNKNOWN, (answer,))
        example = FlowClass(answer, cause_of(found.flow, found.behaviours, context))
        one = replace(_allowed(claim, assertion, example), fingerprint=fingerprint(assertion, claim.key))
        return of_answers(GateVerdict.REFUTED, (answer,), violations=(one,))

    def _first(self, question: Question, claim: Claim, context: Context) -> Found:
        search = context.search
        return search.find_any(question) if claim.world is World.POSSIBLE else search.find_existing(question)

    def _verdict(self, answer: Answer, claim: Claim, *, first: bool) -> GateVerdict:
        match answer.verdict:
            case Verdict.UNKNOWN:
                return GateVerdict.UNKNOWN
            case Verdict.VACUOUS if first and not claim.nobody_will_do:
                return self._vacuous_or_exempt(claim)
            case Verdict.REACHABLE:
                return GateVerdict.REFUTED
            case Verdict.UNREACHABLE | Verdict.VACUOUS:
                return GateVerdict.PROVED

    def _vacuous_or_exempt(self, claim: Claim) -> GateVerdict:
        """A claim about flows of which all are exempt holds; one about no flows at all is vacuous."""
        if not claim.exempt:
            return GateVerdict.VACUOUS
        alone = self._none(replace(claim, exempt=()), "")
        return GateVerdict.PROVED if alone.verdict is GateVerdict.REFUTED else alone.verdict

    def _all(self, claim: Claim, assertion: str) -> Judged:
        question = _asked(claim)
        context = with_namespaces_of(question, self.router.context)
        answers: list[Answer] = []
        violations: list[Violation] = []
        while len(violations) < MOST_CLASSES:
            found = context.search.find_refused(question, _scope(claim))
            answer = answer_refused(question, context, found)
            answers.append(answer)
            if answer.verdict is not Verdict.REACHABLE or found.flow is None:
                break
            violations.append(_refused(claim, assertion, answer, found, context_words=_end_words(found, self.router)))
            question = replace(question, beside=(*question.beside, _this_pair(found, context)))
        last = answers[-1]
        verdict = GateVerdict.REFUTED if violations else self._verdict(last, claim, first=len(answers) == 1)
        is_complete = last.verdict in (Verdict.UNREACHABLE, Verdict.VACUOUS)
        return of_answers(verdict, answers, violations=tuple(violations), is_complete=is_complete)


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
    )


def _scope(claim: Claim) -> PodScope:
    return PodScope.EXISTING if claim.world is World.EXISTING else PodScope.NAMED


def _asked(claim: Claim) -> Question:
    """The question of ``claim`` about flows that are not exempt."""
    question = claim.question
    return replace(question, beside=(*question.beside, *(All((one.source, one.target)) for one in claim.exempt)))


def _refused(
    claim: Claim, assertion: str, answer: Answer, found: Found, *, context_words: tuple[str, str]
) -> Violation:
    source, destination = context_words
    return Violation(
        f"{source} cannot reach {destination} on {_port(answer)}",
        source,
        destination,
        fingerprint(assertion, claim.key, source, destination, "refused"),
        refused=True,
        scope=Scope.EXISTING if found.existing else Scope.POSSIBLE,
        witness=answer.witness,
        because=answer.because,
    )


def _end_words(found: Found, router: Router) -> tuple[str, str]:
    """Both ends of a refused flow: workloads by name, others by their place."""
    assert found.flow is not None
    ends = (found.flow.source, found.flow.destination)
    source, destination = (
        str(end.workload) if isinstance(end, Pod) and end.workload is not None else place_words(end, router.context)
        for end in ends
    )
    return source, destination


def _this_pair(found: Found, context: Context) -> Predicate:
    assert found.flow is not None
    return All(tuple(_like(found.flow.at(end), end, context) for end in End))


def _like(endpoint: Pod | External, end: End, context: Context) -> Predicate:
    if isinstance(endpoint, Pod) and endpoint.workload is not None:
        return IsWorkload(end, endpoint.workload)
    return place_of(endpoint, end, context)


def _port(answer: Answer) -> str:
    witness = answer.witness
    assert witness is not None
    flow = witness.flow
    return f"{flow.protocol} {flow.port}" if witness.port_matters else f"any {flow.protocol} port"


def judge_all(claims: Iterator[Claim], assertion: str, judge: Judge) -> Judged:
    """All ``claims`` of one assertion together."""
    return together([judge.judge(claim, assertion) for claim in claims])
