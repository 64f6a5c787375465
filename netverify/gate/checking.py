"""One run of the gate: every assertion judged, with its exceptions, and what was known before."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import date

from netverify.answers.verdict import Judgement
from netverify.budget import OutOfBudgetError, out_of_memory
from netverify.diagnostics import Diagnostic, Severity
from netverify.documents.refusal import shown
from netverify.gate.baseline import EVERY_PAIR, Baseline, outdated
from netverify.gate.claim import Claim, Exempt, PreparedException
from netverify.gate.claiming import Claiming
from netverify.gate.compared import judge_comparison
from netverify.gate.dns import judge_dns
from netverify.gate.intent.ends import Ends
from netverify.gate.intent.spec import Allow, Assertion, ComparedTo, DnsWorks, Only, Spec, World
from netverify.gate.judged import Judged, together
from netverify.gate.judging import Judge
from netverify.gate.outcome import (
    ExceptionState,
    ExceptionUse,
    GateReport,
    GateVerdict,
    Result,
    Violation,
    fingerprint,
)
from netverify.gate.pods import uncovered
from netverify.gate.prepared import Prepared, prepare
from netverify.gate.router import GateRouter
from netverify.gate.wording import statement_words
from netverify.gate.zones import empty_zones, zone_members
from netverify.policy.predicate import All
from netverify.query.remarks import Remarks
from netverify.records import dataclass
from netverify.sources.coverage import Inventory


@dataclass(frozen=True, slots=True)
class Terms:
    """How a run goes: the day it is, whether exceptions count, and what was known before.

    ``judged`` are the ids of the assertions to judge (None: all). ``baseline_of`` reads the manifests that a statement
    compares with. ``tell`` hears how many of how many assertions are judged. ``may_be_cut_short``: where the budget of
    the command ends, what is not judged by then is unknown. ``names_pods``: a baseline is to be written, which does.
    """

    today: date
    with_exceptions: bool = True
    baseline: Baseline | None = None
    judged: frozenset[str] | None = None
    baseline_of: Callable[[ComparedTo], Inventory] | None = None
    tell: Callable[[int, int], None] = lambda _done, _of: None
    may_be_cut_short: bool = False
    names_pods: bool = False


def check(spec: Spec, router: GateRouter, ends: Ends, terms: Terms) -> GateReport:
    """What became of every assertion of ``spec``.

    Raises :class:`netverify.gate.intent.reading.IntentError` when some cannot be judged, before any is.
    """
    started = time.perf_counter()
    claiming = Claiming(router.context, ends)
    everything, exceptions = prepare(spec, claiming)
    prepared = [one for one in everything if terms.judged is None or one.assertion.id in terms.judged]
    ids = {one.assertion.id for one in prepared}
    run = _Run(router, claiming, terms)
    is_old = terms.baseline is not None and terms.baseline.version < EVERY_PAIR
    router.baseline = terms.baseline
    router.names_pods = terms.names_pods
    router.known_before = terms.baseline.known if terms.baseline is not None and is_old else ()
    # All that will be asked is told apart from the start, so that pairs are read once.
    asked = (part for one in prepared for claim in one.claims for part in claim.question.asked)
    router.context.pairs.expect(asked)
    results: list[Result] = []
    undecided: tuple[Result, ...] = ()
    try:
        for one in prepared:
            router.context.settings.budget.checkpoint()
            results.append(run.result(one))
            terms.tell(len(results), len(prepared))
    except (OutOfBudgetError, MemoryError) as error:
        if not terms.may_be_cut_short:
            raise
        spent = out_of_memory() if isinstance(error, MemoryError) else error
        undecided = tuple(undecided_result(one.assertion, spent.undecided) for one in prepared[len(results) :])
    uses = tuple(ExceptionUse(one.exception, run.state(one)) for one in exceptions if one.is_for(ids))
    if undecided:
        # What was not judged may need an exception that nothing else does.
        uses = tuple(one for one in uses if one.state is not ExceptionState.UNUSED)
    baseline = terms.baseline.use(results, run.excepted) if terms.baseline is not None else None
    zones = tuple(zone_members(spec, claiming))
    findings = (*empty_zones(zones, claiming), *run.findings, *expired(uses), *outdated(baseline))
    return GateReport(
        results=(*results, *undecided),
        exceptions=uses,
        findings=tuple(sorted(findings, key=Diagnostic.sort_key)),
        baseline=baseline,
        today=terms.today,
        milliseconds=_milliseconds_since(started),
        files=spec.files,
        inputs=router.context.inventory.diagnostics,
        is_cut_short=bool(undecided),
        zones=zones,
    )


def undecided_report(spec: Spec, terms: Terms, why: str) -> GateReport:
    """The report where nothing was judged at all, and ``why`` not."""
    asked = (one for one in spec.assertions if terms.judged is None or one.id in terms.judged)
    results = tuple(undecided_result(one, why) for one in asked)
    return GateReport(results, today=terms.today, files=spec.files, is_cut_short=True)


def undecided_result(assertion: Assertion, why: str) -> Result:
    """An assertion that was not judged."""
    words = statement_words(assertion)
    mark = fingerprint(assertion.id)
    return Result(assertion, words, Judgement.UNKNOWN, _world(assertion), mark, remarks=Remarks((why,)))


_UNBASELINED = (Judgement.VACUOUS, Judgement.UNKNOWN)


class _Run:
    """The state between two assertions."""

    def __init__(self, router: GateRouter, claiming: Claiming, terms: Terms) -> None:
        self._judge = Judge(router)
        self._claiming = claiming
        self._terms = terms
        self._used: set[str] = set()
        self.excepted: set[str] = set()
        self.findings: list[Diagnostic] = []

    def state(self, prepared: PreparedException) -> ExceptionState:
        """What became of an exception."""
        if not self._terms.with_exceptions:
            return ExceptionState.IGNORED
        if self._is_expired(prepared):
            return ExceptionState.EXPIRED
        return ExceptionState.USED if prepared.exception.id in self._used else ExceptionState.UNUSED

    def _is_expired(self, prepared: PreparedException) -> bool:
        return prepared.exception.expires < self._terms.today

    def result(self, prepared: Prepared) -> Result:
        """One assertion, judged."""
        started = time.perf_counter()
        assertion = prepared.assertion
        judged, used = self._judged(prepared)
        self.findings += approved_but_impossible(prepared, self._judge)
        violations = tuple(self._known(one) for one in judged.violations)
        found = judged.verdict
        is_known = bool(violations) and judged.is_complete and all(one.is_baselined for one in violations)
        if found is Judgement.REFUTED and is_known:
            # A part that is unknown, or about nobody, is no violation that a baseline could know.
            found = next((one for one in _UNBASELINED if one in judged.verdicts), found)
        return Result(
            assertion,
            statement_words(assertion),
            found,
            _world(assertion),
            fingerprint(assertion.id, *sorted(one.fingerprint for one in violations)),
            violations,
            is_complete=judged.is_complete or found is not Judgement.REFUTED,
            because=judged.because,
            remarks=judged.remarks,
            excepted_by=used,
            is_baselined=is_known,
            questions=judged.questions,
            milliseconds=_milliseconds_since(started),
            smt2=judged.smt2,
            derivation=judged.derivation if found is Judgement.PROVED else None,
            also=tuple(GateVerdict(one) for one in _UNBASELINED if one in judged.verdicts and one is not found),
        )

    def _known(self, violation: Violation) -> Violation:
        baseline = self._terms.baseline
        if baseline is None:
            return violation
        are_known = all(mark in violation.covered or baseline.knows(mark) for mark in violation.marks)
        if are_known and not violation.has_moved:
            return replace(violation, is_baselined=True, news="")
        new = [words for mark, words in violation.parts if not baseline.knows(mark)]
        if violation.news or len(new) == len(violation.parts):
            return violation
        return replace(violation, news=f"new since the baseline: {', '.join(new)}")

    def _judged(self, prepared: Prepared) -> tuple[Judged, tuple[str, ...]]:
        """The assertion judged without what exceptions leave aside, and the ids of those that leave something aside."""
        assertion = prepared.assertion
        if isinstance(assertion.statement, DnsWorks):
            return judge_dns(assertion.statement, assertion.id, self._claiming), ()
        if isinstance(assertion.statement, ComparedTo):
            return self._compared(assertion.statement, assertion.id), ()
        active = [one for one in prepared.exceptions if self._terms.with_exceptions and not self._is_expired(one)]
        exempt = tuple(flow for one in active for flow in one.flows)
        claims = [replace(claim, exempt=(*claim.exempt, *exempt)) for claim in prepared.claims]
        judged = together([self._judge.judge(claim, assertion.id) for claim in claims])
        used = tuple(one.exception.id for one in active if any(self._uses(one.flows, prepared.claims, assertion)))
        self._used.update(used)
        if used:
            self._note_excepted(prepared, judged)
            workloads = self._claiming.context.inventory.cluster.workloads
            notes = uncovered([one for one in active if one.exception.id in used], judged.violations, workloads)
            judged = replace(judged, remarks=replace(judged.remarks, notes=(*judged.notes, *notes)))
        return judged, used

    def _note_excepted(self, prepared: Prepared, judged: Judged) -> None:
        """Note what the baseline knows of the assertion, and exceptions leave aside."""
        baseline, name = self._terms.baseline, prepared.assertion.id
        found = {mark for one in judged.violations for mark in one.marks}
        known = {mark for mark, of in (baseline.known if baseline is not None else {}).items() if of == name}
        if known - found:
            whole = together([self._judge.judge(claim, name) for claim in prepared.claims])
            self.excepted |= (known - found) & {mark for one in whole.violations for mark in one.marks}

    def _compared(self, statement: ComparedTo, assertion: str) -> Judged:
        read = self._terms.baseline_of
        if read is None:
            return Judged(Judgement.UNKNOWN, remarks=Remarks(("there is nobody to read what it compares with",)))
        return judge_comparison(statement, assertion, self._claiming.context, read(statement))

    def _uses(self, flows: tuple[Exempt, ...], claims: tuple[Claim, ...], assertion: Assertion) -> Iterator[bool]:
        return (self._judge.is_used(flow, claim, assertion.id) for flow in flows for claim in claims)


def _world(assertion: Assertion) -> World:
    if assertion.world is not None:
        return assertion.world
    return World.EXISTING if isinstance(assertion.statement, Allow | DnsWorks) else World.POSSIBLE


def _milliseconds_since(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)


def approved_but_impossible(prepared: Prepared, judge: Judge) -> Iterator[Diagnostic]:
    """``NV713``: flows that an assertion approves, and that no policy lets through."""
    if not isinstance(prepared.assertion.statement, Only):
        return
    for flow, exempt in prepared.approved:
        asked = [
            replace(
                claim,
                exempt=(),
                question=replace(
                    claim.question,
                    source=All((claim.question.source, exempt.source)),
                    destination=All((claim.question.destination, exempt.target)),
                ),
            )
            for claim in prepared.claims
        ]
        if flow.origin is not None and not any(judge.is_possible(claim, prepared.assertion.id) for claim in asked):
            text = f"an approved flow of {shown(prepared.assertion.id)} is never possible"
            yield Diagnostic("NV713", Severity.WARNING, text, flow.origin, "remove the approval, or fix the policy")


def expired(uses: Iterable[ExceptionUse]) -> Iterator[Diagnostic]:
    """``NV719``: exceptions that no longer hold, which fail the gate whether something needs them or not."""
    for use in uses:
        if use.state is ExceptionState.EXPIRED:
            given = use.exception
            text = f"exception {shown(given.id)} expired on {given.expires}: its flows count again"
            yield Diagnostic("NV719", Severity.ERROR, text, given.origin, "renew it, or remove it")
