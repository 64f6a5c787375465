"""What a run of the gate came to, for the commands that report it: the intent judged on what was read."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final, TypeAlias

from netverify.answers.settings import Settings
from netverify.budget import OutOfBudgetError
from netverify.cli.baselines import BaselineReader, known_violations
from netverify.cli.commands.check import FAILING
from netverify.cli.evidence import digests_of, options_json, tool
from netverify.cli.exit_status import exit_status, gravest
from netverify.cli.intended import Intended, refused_controller, with_assumed
from netverify.cli.progress import counted, progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.request import CheckRequest, Sources, assumptions_of, named_by_fail_on
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_about
from netverify.cli.unread import each_with_unread, misasked, unread
from netverify.cli.watchdog import watchdog, within
from netverify.diagnostics import Diagnostic
from netverify.diagnostics import Severity as Gravity
from netverify.gate.checking import Terms, undecided_report
from netverify.gate.evidence.document import Evidence, evidence_of, shown_by_gate
from netverify.gate.evidence.inputs import Inputs, Json, digest_of
from netverify.gate.intent.reading import IntentError
from netverify.gate.intent.spec import Spec
from netverify.gate.outcome import ExceptionState, GateReport, GateVerdict
from netverify.query.derivation import EvidenceDigests
from netverify.query.sentence_error import SentenceError
from netverify.records import dataclass
from netverify.report.diagnostics import render_diagnostics
from netverify.sources.coverage import Inventory
from netverify.verify import Verifier

_FOR_INTENT_S: Final = 5.0
"""The intent is read even in a shorter time: a report then names what was not decided."""


def judging_of(flags: dict[str, Any]) -> dict[str, Any]:
    """What ``flags`` say for the fields of :class:`CheckRequest` about what is judged, and what fails.

    Raises :class:`Refusal` for a verdict that cannot fail.
    """
    fail_on = "never" if flags["fail_on"] == "nothing" else flags["fail_on"]  # `nothing` is its older name
    return {
        "specs": flags["specs"],
        "cni": flags["cni"],
        "assumptions": assumptions_of(flags),
        "failing": named_by_fail_on(fail_on, FAILING, "verdict"),
        "severity": flags["severity"],
        "ids": flags["ids"],
        "with_exceptions": not flags["no_exceptions"],
        "reproducible": flags["reproducible"],
    }


@dataclass(frozen=True, slots=True)
class Checked:
    """What one run of a gate came to. ``compared`` are the manifests that assertions compare with."""

    report: GateReport
    inventory: Inventory
    settings: Settings = field(default_factory=Settings)
    compared: tuple[Inventory, ...] = ()

    @property
    def lacks_input(self) -> bool:
        """Whether some input was refused or could not be read, of the manifests or of those compared with."""
        return self.inventory.has_errors or any(one.severity is Gravity.ERROR for one in self.report.inputs)


EndsEarly: TypeAlias = Callable[[CheckRequest, Intended, date], ExitStatus | None]
"""What may end a run before anything is read; None where it goes on."""
Outcome: TypeAlias = tuple[Checked, CheckRequest] | ExitStatus


def _goes_on(_request: CheckRequest, _intended: Intended, _today: date) -> None:
    """Nothing ends the run."""


def checked_by(
    request: CheckRequest, intent: Callable[[CheckRequest], Intended], ends_early: EndsEarly = _goes_on
) -> Outcome:
    """What a run came to, and the request with what the ``intent`` says; or the status where nothing is to be reported.

    Where the budget ends before anything is judged, all is unknown. Raises as ``intent`` does.
    """
    budget = request.budget
    if budget.since is None:
        request = replace(request, budget=replace(budget, since=time.monotonic()))
    with within(request.budget, "the intent was read", least_s=_FOR_INTENT_S):
        intended = intent(request)
    try:
        with watchdog(request.budget):
            return _came_to(request, intended, ends_early)
    except OutOfBudgetError as spent:
        return _undecided(request, intended, unread(request.sources), spent)


def _came_to(request: CheckRequest, intended: Intended, ends_early: EndsEarly) -> Outcome:
    spec = intended.spec
    own_controller = spec.ingress_controller if request.routing.controller is None else None
    request = with_assumed(request, spec)
    today = date.today()  # noqa: DTZ011 - the day where it runs
    inventory = unread(request.sources)
    try:
        early = ends_early(request, intended, today)
        if early is not None:
            return early
        terms = _terms(request, intended, today)
        with progress("reading manifests ..."):
            inventory = read_sources(request.sources)
        complain_about(inventory.diagnostics, request.color)
        settings = solving_settings(request, inventory.cluster)
        report, compared = judged(spec, Verifier(inventory, settings), terms, request.sources)
    except OutOfBudgetError as spent:
        return _undecided(request, intended, inventory, spent)
    except SentenceError as error:
        if own_controller is None:
            return misasked(error, inventory, request.color)
        return _refused((refused_controller(error, own_controller),), inventory, request)
    except IntentError as error:
        return _refused(each_with_unread(error.diagnostics, inventory), inventory, request)
    told = set(inventory.diagnostics)
    complain_about((one for one in report.inputs if one not in told), request.color)
    complain_about(report.findings, request.color)
    return Checked(report, inventory, settings, compared), request


def _terms(request: CheckRequest, intended: Intended, today: date) -> Terms:
    return Terms(
        today,
        request.with_exceptions,
        known_violations(request),
        intended.judged,
        may_be_cut_short=True,
        names_pods=request.write_baseline is not None,
    )


def _refused(found: Iterable[Diagnostic], inventory: Inventory, request: CheckRequest) -> ExitStatus:
    """Says what is wrong with the intent, and gives the status for it."""
    complain(render_diagnostics(tuple(found)), request.color)
    return exit_status(None, misused=True, input_refused=inventory.has_errors)


def _undecided(
    request: CheckRequest, intended: Intended, inventory: Inventory, spent: OutOfBudgetError
) -> tuple[Checked, CheckRequest]:
    """What a run came to that judged nothing. ``inventory`` is what was read."""
    terms = Terms(date.today(), judged=intended.judged)  # noqa: DTZ011 - the day where it runs
    report = undecided_report(intended.spec, terms, spent.undecided)
    return Checked(replace(report, inputs=inventory.diagnostics), inventory), request


def judged(spec: Spec, verifier: Verifier, terms: Terms, sources: Sources) -> tuple[GateReport, tuple[Inventory, ...]]:
    """Every assertion judged, with the manifests that some of them compare with, and what was found in these."""
    reader = BaselineReader(sources)
    with counted("checking assertions") as tell:
        report = verifier.check(spec, replace(terms, baseline_of=reader.inventory, tell=tell))
    inputs = tuple(dict.fromkeys((*report.inputs, *reader.diagnostics)))
    return replace(report, inputs=inputs), reader.inventories


def gate_status(report: GateReport, failing: Collection[str], *, input_refused: bool) -> ExitStatus:
    """The status for a gate: by the verdicts in it that are ``failing``, and exceptions that expired.

    ``UNKNOWN`` for an unknown verdict, ``VIOLATED`` for others. Of an assertion whose verdict does not fail, those on
    its parts count. A gate that was cut short fails for whatever it might have found.
    """
    verdicts = [(result.verdict, *result.also) for result in report.results]
    has_expired = any(use.state is ExceptionState.EXPIRED for use in report.exceptions)
    return status_of(
        verdicts, failing, is_cut_short=report.is_cut_short, has_expired=has_expired, input_refused=input_refused
    )


def status_of(
    verdicts: Iterable[Sequence[GateVerdict]],
    failing: Collection[str],
    *,
    is_cut_short: bool,
    has_expired: bool,
    input_refused: bool,
) -> ExitStatus:
    """As :func:`gate_status` says; ``verdicts`` are those of each assertion, that on the whole first."""
    failed = [[one for one in some if one.value in failing] for some in verdicts]
    counting = {some[0] for some in failed if some}
    found = [ExitStatus.UNKNOWN if one is GateVerdict.UNKNOWN else ExitStatus.VIOLATED for one in counting]
    if failing and is_cut_short:
        found.append(ExitStatus.UNKNOWN)
    if failing and has_expired:
        found.append(ExitStatus.VIOLATED)
    if input_refused:
        found.append(ExitStatus.INPUT)
    return gravest(found)


def evidence_of_gate(
    report: GateReport, inventory: Inventory, settings: Settings, compared: Iterable[Inventory]
) -> Evidence:
    """The evidence of a gate."""
    intent = tuple((path, digest_of(Path(path).read_bytes())) for path in report.files)
    inputs = Inputs(digests_of([inventory]), intent, digests_of(compared))
    applied = (ExceptionState.USED, ExceptionState.UNUSED)
    exceptions: list[Json] = [use.exception.id for use in report.exceptions if use.state in applied]
    return evidence_of(shown_by_gate(report), inputs, {**options_json(settings), "exceptions": exceptions}, tool())


def naming_goals(report: GateReport, evidence: Evidence) -> GateReport:
    """``report`` with the files that each result rests on."""
    results = tuple(replace(one, goals=evidence.goals[one.assertion.id]) for one in report.results)
    digests = EvidenceDigests(evidence.digest, evidence.inputs, evidence.options)
    return replace(report, results=results, evidence=digests)
