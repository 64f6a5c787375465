"""Claims judged: every flow that is against one is found, as a class of flows with one of them to show."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

from netverify.answers.context import Context, with_namespaces_of
from netverify.answers.reachability import answer_found, answer_refused
from netverify.answers.routed import Router
from netverify.gate.causes import cause_of, place_words
from netverify.gate.claim import Claim, Exempt, Wanted
from netverify.gate.fingerprint import fingerprint
from netverify.gate.judged import Judged, of_answers, together
from netverify.gate.outcome import GateVerdict, Violation
from netverify.gate.presence import absences
from netverify.gate.routed import judge_routes
from netverify.intent.spec import World
from netverify.model.flow import End, External, Pod
from netverify.queries.outcome import Answer, Scope, Verdict
from netverify.queries.question import Question
from netverify.rules.predicate import All, InNamespace, IsPod, IsWorkload, Not, Predicate
from netverify.symbolic.casting import PodScope
from netverify.symbolic.search import Found
from netverify.symbolic.status import Status

MOST_VIOLATIONS: Final = 500
"""So many classes of flows against one claim are told; with more, the result says that there are others."""


class Judge:
    """Judges the claims of one assertion after the other; ``router`` remembers what several need."""

    def __init__(self, router: Router) -> None:
        self.router = router

    def judge(self, claim: Claim, assertion: str) -> Judged:
        """What becomes of ``claim`` of the assertion with that id."""
        if absent := absences(claim, self.router.context):
            return Judged(GateVerdict.VACUOUS, notes=absent)
        if claim.question.called is not None or claim.question.from_outside:
            return judge_routes(claim, assertion, self.router)
        if claim.wanted is Wanted.ALL:
            return self._all(claim, assertion)
        return self._none(claim, assertion)

    def is_used(self, exempt: Exempt, claim: Claim, assertion: str) -> bool:
        """Whether ``exempt`` leaves out a flow that would be against ``claim``."""
        question = claim.question
        if question.called is not None:
            without = replace(claim, exempt=tuple(one for one in claim.exempt if one != exempt))
            return self.judge(without, assertion).verdict is GateVerdict.REFUTED
        narrowed = replace(
            question,
            source=All((question.source, exempt.source)),
            destination=All((question.destination, exempt.target)),
        )
        narrowed_claim = replace(claim, question=narrowed, exempt=())
        return self.judge(narrowed_claim, assertion).verdict is GateVerdict.REFUTED

    def _none(self, claim: Claim, assertion: str) -> Judged:
        question = _asked(claim)
        context = with_namespaces_of(question, self.router.context)
        whole = self._answer(question, claim, context)
        if whole.found.flow is None or whole.answer.verdict is not Verdict.REACHABLE:
            verdict = self._verdict(whole.answer, claim, first=True)
            because = whole.answer.because if verdict is GateVerdict.PROVED else ()
            return of_answers(verdict, (whole.answer,), because=because)
        answers = [whole.answer]
        violations: list[Violation] = []
        if claim.violated:
            one, _ = _allowed(claim, assertion, whole, context)
            one = replace(one, fingerprint=fingerprint(assertion, claim.key))
            return of_answers(GateVerdict.REFUTED, answers, violations=(one,))
        pieces = context.search.pieces.of(question)
        ends = [self._collect(piece, claim, assertion, context, (answers, violations)) for piece in pieces]
        is_complete = all(status is Status.UNSAT for status in ends)
        return of_answers(GateVerdict.REFUTED, answers, violations=tuple(violations), is_complete=is_complete)

    def _collect(
        self,
        piece: Question,
        claim: Claim,
        assertion: str,
        context: Context,
        into: tuple[list[Answer], list[Violation]],
    ) -> Status:
        """Every class of flows that ``piece`` is about; ``UNSAT`` iff there are no others."""
        answers, violations = into
        scope = PodScope.NAMED if claim.world is World.POSSIBLE else PodScope.EXISTING
        while len(violations) < MOST_VIOLATIONS:
            found = context.search.find_another(piece, scope)
            if found.flow is None:
                return found.status
            answer = answer_found(piece, context, found)
            answers.append(answer)
            if answer.verdict is not Verdict.REACHABLE:
                return Status.UNKNOWN
            violation, flows = _allowed(claim, assertion, _Shown(found, answer), context)
            violations.append(violation)
            piece = replace(piece, beside=(*piece.beside, flows))
        return Status.SAT

    def _answer(self, question: Question, claim: Claim, context: Context) -> _Shown:
        search = context.search
        found = search.find(question) if claim.world is World.POSSIBLE else search.find_existing(question)
        return _Shown(found, answer_found(question, context, found))

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
        scope = PodScope.EXISTING if claim.world is World.EXISTING else PodScope.NAMED
        answers: list[Answer] = []
        violations: list[Violation] = []
        while len(violations) < MOST_VIOLATIONS:
            found = context.search.find_refused(question, scope)
            answer = answer_refused(question, context, found)
            answers.append(answer)
            if answer.verdict is not Verdict.REACHABLE or found.flow is None:
                break
            violations.append(_refused(claim, assertion, answer, found, context_words=_end_words(found, self.router)))
            question = replace(question, beside=(*question.beside, _this_pair(found)))
        last = answers[-1]
        verdict = GateVerdict.REFUTED if violations else self._verdict(last, claim, first=len(answers) == 1)
        is_complete = last.verdict in (Verdict.UNREACHABLE, Verdict.VACUOUS)
        return of_answers(verdict, answers, violations=tuple(violations), is_complete=is_complete)


@dataclass(frozen=True, slots=True)
class _Shown:
    """What the search found, and the answer that it supports."""

    found: Found
    answer: Answer


def _allowed(claim: Claim, assertion: str, shown: _Shown, context: Context) -> tuple[Violation, Predicate]:
    """What ``shown`` is an example of: a flow that is against ``claim``, and all that are allowed for its reason."""
    flow, answer = shown.found.flow, shown.answer
    assert flow is not None
    cause = cause_of(flow, shown.found.behaviours, context)
    text = claim.violated or f"{cause.source} can reach {cause.destination} on {_port(answer)}"
    mark = fingerprint(assertion, claim.key, cause.source, cause.destination, cause.reason)
    violation = Violation(
        text,
        cause.source,
        cause.destination,
        mark,
        scope=answer.scope,
        witness=answer.witness,
        because=answer.because,
    )
    return violation, cause.flows


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


def _this_pair(found: Found) -> Predicate:
    assert found.flow is not None
    return All(tuple(_like(found.flow.at(end), end) for end in End))


def _like(endpoint: Pod | External, end: End) -> Predicate:
    if isinstance(endpoint, External):
        return Not(IsPod(end))
    if endpoint.workload is not None:
        return IsWorkload(end, endpoint.workload)
    return InNamespace(end, endpoint.namespace)


def _port(answer: Answer) -> str:
    witness = answer.witness
    assert witness is not None
    flow = witness.flow
    return f"{flow.protocol} {flow.port}" if witness.port_matters else f"any {flow.protocol} port"


def judge_all(claims: Iterator[Claim], assertion: str, judge: Judge) -> Judged:
    """All ``claims`` of one assertion together."""
    return together([judge.judge(claim, assertion) for claim in claims])
