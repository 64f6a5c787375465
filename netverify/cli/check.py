"""``netverify check``: one run from the flags to the exit status."""

from __future__ import annotations

import os
import time
from collections.abc import Collection, Iterable
from dataclasses import field, replace
from datetime import date
from pathlib import Path
from typing import Any, Final

from netverify.answers.settings import Settings
from netverify.budget import OutOfBudgetError
from netverify.cli.baselines import BaselineReader, known_violations, write_known
from netverify.cli.commands.check import FAILING
from netverify.cli.evidence import digests_of, options_json, tool
from netverify.cli.exit_status import exit_status, gravest
from netverify.cli.gate_reports import RunFacts, rendered_gate, step_summary
from netverify.cli.goals import emptied, write_goals
from netverify.cli.intended import Intended, intent_of, refused_controller, with_assumed
from netverify.cli.outputs import Output
from netverify.cli.progress import counted, progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.refusal import Refusal
from netverify.cli.report_formats import this_run
from netverify.cli.reports import reported
from netverify.cli.request import CheckRequest, Sources, assumptions_of, named_by_fail_on, solving_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_about
from netverify.cli.unchanged import is_unchanged
from netverify.cli.unread import each_with_unread, misasked, unread
from netverify.cli.watchdog import watchdog, within
from netverify.cli.watching import watch
from netverify.diagnostics import Severity as Gravity
from netverify.gate.checking import Terms, undecided_report
from netverify.gate.evidence.document import Evidence, evidence_of, shown_by_gate
from netverify.gate.evidence.inputs import Inputs, Json, digest_of
from netverify.gate.intent import FILE_NAMES as INTENT_FILES
from netverify.gate.intent.reading import IntentError
from netverify.gate.intent.spec import Spec
from netverify.gate.outcome import ExceptionState, GateReport, GateVerdict
from netverify.model.cluster import Cluster
from netverify.query.derivation import EvidenceDigests
from netverify.query.sentence_error import SentenceError
from netverify.records import dataclass
from netverify.report.diagnostics import render_diagnostics
from netverify.report.terminal import line
from netverify.sources.coverage import Coverage, Inventory
from netverify.verify import Verifier


def run(**flags: Any) -> int:
    """Does what the flags ask for."""
    if flags["no_exceptions"] and flags["baseline"]:
        raise Refusal("NV420", "`--no-exceptions` also ignores the baseline", "remove `--baseline`")
    named = (*flags["filenames"], *flags["paths"])
    for path in named:
        # A shell may find the intent of this folder among other files, where it is the one that is judged.
        is_judged = len(named) > 1 and Path(path).parent == Path() and not flags["specs"]
        if Path(path).name in INTENT_FILES and not is_judged:
            raise Refusal("NV420", f"`{path}` is an intent file, and no manifest", f"name it with `--spec {path}`")
    fail_on = "never" if flags["fail_on"] == "nothing" else flags["fail_on"]  # `nothing` is its older name
    request = CheckRequest(
        specs=flags["specs"],
        cni=flags["cni"],
        assumptions=assumptions_of(flags),
        failing=named_by_fail_on(fail_on, FAILING, "verdict"),
        severity=flags["severity"],
        ids=flags["ids"],
        with_exceptions=not flags["no_exceptions"],
        baseline=flags["baseline"],
        write_baseline=flags["write_baseline"],
        changed_since=flags["changed_since"],
        reproducible=flags["reproducible"],
        **solving_of(flags),
    )
    if flags["watch"]:
        return watch(request, check_request)
    return check_request(request)


_FOR_INTENT_S: Final = 5.0
"""The intent is read even in a shorter time: a report then names what was not decided."""


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


def check_request(request: CheckRequest) -> ExitStatus:
    """Reads, judges, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written.

    Raises :class:`netverify.gate.intent.reading.IntentError` for intent that cannot be read.
    """
    budget = request.budget
    if budget.since is None:
        request = replace(request, budget=replace(budget, since=time.monotonic()))
    emptied(request.smt2_folder)
    with within(request.budget, "the intent was read", least_s=_FOR_INTENT_S):
        intended = intent_of(request)
    try:
        with watchdog(request.budget):
            came_to = _came_to(request, intended)
    except OutOfBudgetError as spent:
        came_to = _undecided(request, intended, unread(request.sources), spent)
    if isinstance(came_to, ExitStatus):
        return came_to
    checked, request = came_to
    return _reported(checked, request, gate_status(checked.report, request.failing, input_refused=checked.lacks_input))


def _came_to(request: CheckRequest, intended: Intended) -> tuple[Checked, CheckRequest] | ExitStatus:
    """What a run came to, and the request with what the intent says; or the status where there is nothing to report.

    Where the budget ends before anything is judged, all is unknown.
    """
    spec = intended.spec
    own_controller = spec.ingress_controller if request.routing.controller is None else None
    request = with_assumed(request, spec)
    today = date.today()  # noqa: DTZ011 - the day where it runs
    inventory = unread(request.sources)
    try:
        if _has_nothing_to_judge(request, intended, today):
            complain([line(f"no file that was checked has changed since {request.changed_since}")], request.color)
            return _unjudged(spec, request, today)
        terms = Terms(today, request.with_exceptions, known_violations(request), intended.judged, may_be_cut_short=True)
        terms = replace(terms, names_pods=request.write_baseline is not None)
        with progress("reading manifests ..."):
            inventory = read_sources(request.sources)
        complain_about(inventory.diagnostics, request.color)
        settings = solving_settings(request, inventory.cluster)
        report, compared = _judged(spec, Verifier(inventory, settings), terms, request.sources)
    except OutOfBudgetError as spent:
        return _undecided(request, intended, inventory, spent)
    except SentenceError as error:
        if own_controller is None:
            return misasked(error, inventory, request.color)
        complain(render_diagnostics((refused_controller(error, own_controller),)), request.color)
        return exit_status(None, misused=True, input_refused=inventory.has_errors)
    except IntentError as error:
        complain(render_diagnostics(each_with_unread(error.diagnostics, inventory)), request.color)
        return exit_status(None, misused=True, input_refused=inventory.has_errors)
    told = set(inventory.diagnostics)
    complain_about((one for one in report.inputs if one not in told), request.color)
    complain_about(report.findings, request.color)
    return Checked(report, inventory, settings, compared), request


def _undecided(
    request: CheckRequest, intended: Intended, inventory: Inventory, spent: OutOfBudgetError
) -> tuple[Checked, CheckRequest]:
    """What a run came to that judged nothing. ``inventory`` is what was read."""
    terms = Terms(date.today(), judged=intended.judged)  # noqa: DTZ011 - the day where it runs
    report = undecided_report(intended.spec, terms, spent.undecided)
    return Checked(replace(report, inputs=inventory.diagnostics), inventory), request


def _judged(spec: Spec, verifier: Verifier, terms: Terms, sources: Sources) -> tuple[GateReport, tuple[Inventory, ...]]:
    """Every assertion judged, with the manifests that some of them compare with, and what was found in these."""
    reader = BaselineReader(sources)
    with counted("checking assertions") as tell:
        report = verifier.check(spec, replace(terms, baseline_of=reader.inventory, tell=tell))
    inputs = tuple(dict.fromkeys((*report.inputs, *reader.diagnostics)))
    return replace(report, inputs=inputs), reader.inventories


def _has_nothing_to_judge(request: CheckRequest, intended: Intended, today: date) -> bool:
    """Whether all is as it was at the revision of ``--changed-since``; never where a baseline is to be written."""
    if request.changed_since is None or request.write_baseline is not None:
        return False
    return is_unchanged(request, intended.spec, intended.judged, today)


def _unjudged(spec: Spec, request: CheckRequest, today: date) -> ExitStatus:
    """Write the reports that are asked for, without results, as what comes after this run looks for them."""
    report = GateReport((), today=today, files=spec.files, unchanged_since=request.changed_since)
    checked = Checked(report, Inventory(Cluster({}), Coverage()))
    outputs = tuple(one for one in request.outputs if one.path is not None or one.format != "text")
    return _reported(checked, replace(request, outputs=outputs), ExitStatus.ANSWERED)


def gate_status(report: GateReport, failing: Collection[str], *, input_refused: bool) -> ExitStatus:
    """The status for a gate: by the verdicts in it that are ``failing``, and exceptions that expired.

    ``UNKNOWN`` for an unknown verdict, ``VIOLATED`` for others. Of an assertion whose verdict does not fail, those on
    its parts count. A gate that was cut short fails for whatever it might have found.
    """
    gravest_first = ((result.verdict, *result.also) for result in report.results)
    failed = ([one for one in verdicts if one.value in failing] for verdicts in gravest_first)
    verdicts = {verdicts[0] for verdicts in failed if verdicts}
    found = [ExitStatus.UNKNOWN if one is GateVerdict.UNKNOWN else ExitStatus.VIOLATED for one in verdicts]
    if failing and report.is_cut_short:
        found.append(ExitStatus.UNKNOWN)
    if failing and any(use.state is ExceptionState.EXPIRED for use in report.exceptions):
        found.append(ExitStatus.VIOLATED)
    if input_refused:
        found.append(ExitStatus.INPUT)
    return gravest(found)


def _reported(checked: Checked, request: CheckRequest, status: ExitStatus) -> ExitStatus:
    """Reports what a run came to, with the goals that each result rests on where these are kept."""
    report, evidence = checked.report, None
    if request.smt2_folder is not None:
        evidence = evidence_of_gate(report, checked.inventory, checked.settings, checked.compared)
        report = naming_goals(report, evidence)
    facts = RunFacts(this_run(status), request.color, request.reproducible)

    def rendered(output: Output) -> Iterable[str]:
        return rendered_gate(report, checked.inventory, output, facts)

    def besides() -> None:
        if any(output.format == "github" for output in request.outputs):
            step_summary(report, checked.inventory, facts, os.environ)
        if request.write_baseline is not None:
            write_known(request.write_baseline, report, request.color)

    if evidence is None:
        return reported(request, rendered, status, besides)
    written = evidence
    return reported(request, rendered, status, besides, lambda: write_goals(lambda: written, request.smt2_folder))


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
