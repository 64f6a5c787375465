"""One run of ``netverify check`` from the request to the exit status. Imported late: it brings the solver."""

from __future__ import annotations

import os
import time
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Final

from netverify.answers.settings import Settings
from netverify.budget import OutOfBudgetError
from netverify.cli.baselines import BaselineReader
from netverify.cli.evidence import evidence_of_gate, naming_goals
from netverify.cli.exit_status import gate_status, gravest
from netverify.cli.finding_reports import this_run
from netverify.cli.gate_reports import RunFacts, rendered_gate, step_summary
from netverify.cli.goals import emptied, write_goals
from netverify.cli.intended import refused_controller, with_assumed
from netverify.cli.outputs import Output, write_whole
from netverify.cli.progress import counted, progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.refusal import Refusal
from netverify.cli.reports import print_reports, write_reports
from netverify.cli.request import CheckRequest, Sources
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_of
from netverify.cli.unread import unread
from netverify.cli.watchdog import watchdog, within
from netverify.diagnostics import Severity as Gravity
from netverify.gate.baseline import Baseline, BaselineError, read_baseline, violations_in, write_baseline
from netverify.gate.checking import Terms, undecided_report
from netverify.gate.outcome import GateReport
from netverify.intent.reading import IntentError, found_beside, read_spec
from netverify.intent.spec import FILE_NAMES, Severity, Spec
from netverify.manifests.coverage import Coverage, Inventory
from netverify.manifests.limits import DEFAULT_LIMITS
from netverify.manifests.permissions import HOW_TO_ALLOW
from netverify.manifests.reading import UnreadableError, read_regular
from netverify.model.cluster import Cluster
from netverify.queries.sentence_error import SentenceError
from netverify.queries.suggestions import did_you_mean, nearest
from netverify.report.diagnostics import render_diagnostics, render_sentence_error
from netverify.report.quantities import counted as quantity
from netverify.report.terminal import line
from netverify.verify import Verifier

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


@dataclass(frozen=True, slots=True)
class Intended:
    """Intent, and the ids of the assertions in it that are to be judged."""

    spec: Spec
    judged: frozenset[str]


def check_request(request: CheckRequest) -> ExitStatus:
    """Reads, judges, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written.

    Raises :class:`netverify.intent.reading.IntentError` for intent that cannot be read.
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
        terms = Terms(today, request.with_exceptions, _baseline(request), intended.judged, may_be_cut_short=True)
        with progress("reading manifests ..."):
            inventory = read_sources(request.sources)
        complain(render_diagnostics(inventory.diagnostics), request.color)
        settings = solving_settings(request, inventory.cluster)
        report, compared = _judged(spec, Verifier(inventory, settings), terms, request.sources)
    except OutOfBudgetError as spent:
        return _undecided(request, intended, inventory, spent)
    except SentenceError as error:
        wrong = own_controller and (refused_controller(error, own_controller),)
        complain(render_diagnostics(wrong) if wrong else render_sentence_error(error), request.color)
        return _misused(inventory)
    except IntentError as error:
        complain(render_diagnostics(error.diagnostics), request.color)
        return _misused(inventory)
    told = set(inventory.diagnostics)
    complain(render_diagnostics(tuple(one for one in report.inputs if one not in told)), request.color)
    complain(render_diagnostics(report.findings), request.color)
    return Checked(report, inventory, settings, compared), request


def _undecided(
    request: CheckRequest, intended: Intended, inventory: Inventory, spent: OutOfBudgetError
) -> tuple[Checked, CheckRequest]:
    """What a run came to that judged nothing. ``inventory`` is what was read."""
    terms = Terms(date.today(), judged=intended.judged)  # noqa: DTZ011 - the day where it runs
    return Checked(undecided_report(intended.spec, terms, spent.undecided), inventory), request


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
    from netverify.cli.unchanged import is_unchanged  # noqa: PLC0415 few runs ask

    return is_unchanged(request, intended.spec, intended.judged, today)


def _unjudged(spec: Spec, request: CheckRequest, today: date) -> ExitStatus:
    """Write the reports that are asked for, without results, as what comes after this run looks for them."""
    report = GateReport((), today=today, files=spec.files, unchanged_since=request.changed_since)
    checked = Checked(report, Inventory(Cluster({}), Coverage()))
    outputs = tuple(one for one in request.outputs if one.path is not None or one.format != "text")
    return _reported(checked, replace(request, outputs=outputs), ExitStatus.ANSWERED)


def _misused(inventory: Inventory) -> ExitStatus:
    """The status where the intent cannot be used: an input that was refused is graver."""
    return gravest((ExitStatus.USAGE, *((ExitStatus.INPUT,) if inventory.has_errors else ())))


def intent_of(request: CheckRequest) -> Intended:
    """The intent that ``request`` is about.

    Raises :class:`Refusal` where there is no intent, and for an id that no assertion has.
    """
    paths = request.specs
    if not paths:
        found = found_beside(Path())
        if found is None:
            message = f"there is no intent file here: neither `{FILE_NAMES[0]}` nor `{FILE_NAMES[1]}`"
            raise Refusal("NV420", message, "name one with `--spec FILE`, or begin with `netverify init`")
        paths = (str(found),)
    by_hand = () if request.sources.by_default else map(Path, request.sources.names)
    spec = read_spec(paths, request.sources.permissions, (Path(), *by_hand))
    known = [one.id for one in spec.assertions]
    for wanted in request.ids:
        if wanted not in known:
            advice = did_you_mean(nearest(wanted, known)) or "the ids stand in the intent file"
            raise Refusal("NV420", f"no assertion has the id `{wanted}`", advice)
    floor = Severity(request.severity).rank if request.severity else len(Severity)
    kept = tuple(
        one for one in spec.assertions if (one.id in request.ids or not request.ids) and one.severity.rank <= floor
    )
    if not kept:
        which = f" of severity `{request.severity}` or graver" if spec.assertions and request.severity else ""
        raise Refusal("NV420", f"the intent holds no assertion{which}", "a gate without any would let everything pass")
    return Intended(spec, frozenset(one.id for one in kept))


def _baseline(request: CheckRequest) -> Baseline | None:
    if request.baseline is None:
        return None
    if not request.sources.permissions.lets_named(Path(request.baseline)):
        raise Refusal("NV717", f"the baseline `{request.baseline}` leads out of the checkout", HOW_TO_ALLOW)
    try:
        data = read_regular(Path(request.baseline), DEFAULT_LIMITS.file_bytes)
        return read_baseline(request.baseline, data.decode("utf-8"))
    except BaselineError as error:
        raise Refusal("NV717", f"`{request.baseline}` is no baseline: {error}", "write one anew") from None
    except (UnreadableError, ValueError) as error:
        text = error.message if isinstance(error, UnreadableError) else "not a readable text"
        message = f"cannot read the baseline `{request.baseline}`: {text.removeprefix('cannot be read: ')}"
        raise Refusal("NV717", message, "write one with `--write-baseline FILE`") from None


def _reported(checked: Checked, request: CheckRequest, status: ExitStatus) -> ExitStatus:
    """Reports what a run came to, with the goals that each result rests on where these are kept."""
    report, evidence = checked.report, None
    if request.smt2_folder is not None:
        evidence = evidence_of_gate(report, checked.inventory, checked.settings, checked.compared)
        report = naming_goals(report, evidence)
    facts = RunFacts(this_run(status), request.color, request.reproducible)

    def rendered(output: Output) -> Iterable[str]:
        return rendered_gate(report, checked.inventory, output, facts)

    print_reports(request.outputs, rendered)
    try:
        write_reports(request.outputs, rendered)
        if any(output.format == "github" for output in request.outputs):
            step_summary(report, checked.inventory, facts, os.environ)
        if request.write_baseline is not None:
            _write_baseline(request.write_baseline, report, request.color)
        if request.smt2_folder is not None and evidence is not None:
            write_goals(evidence, request.smt2_folder)
    except Refusal as refusal:
        complain_of(refusal, request.color)
        return gravest((status, refusal.status))
    return status


def _write_baseline(path: str, report: GateReport, color: str) -> None:
    """Writes what is violated now to ``path``, and says on standard error how much that is."""
    write_whole(Path(path), (write_baseline(report.results),))
    complain((line(f"wrote {path}: {quantity(violations_in(report.results), 'violation')}"),), color)
