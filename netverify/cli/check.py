"""``netverify check``: one run from the flags to the exit status."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from netverify.cli.baselines import write_known
from netverify.cli.checked import Checked, checked_by, evidence_of_gate, gate_status, judging_of, naming_goals
from netverify.cli.gate_reports import RunFacts, rendered_gate, step_summary
from netverify.cli.goals import emptied, write_goals
from netverify.cli.intended import Intended, intent_of
from netverify.cli.outputs import Output
from netverify.cli.refusal import Refusal
from netverify.cli.report_formats import this_run
from netverify.cli.reports import reported
from netverify.cli.request import CheckRequest, solving_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain
from netverify.cli.unchanged import is_unchanged
from netverify.cli.watching import watch
from netverify.gate.intent import FILE_NAMES as INTENT_FILES
from netverify.gate.intent.spec import Spec
from netverify.gate.outcome import GateReport
from netverify.model.cluster import Cluster
from netverify.report.terminal import line
from netverify.sources.coverage import Coverage, Inventory


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
    request = CheckRequest(
        **judging_of(flags),
        baseline=flags["baseline"],
        write_baseline=flags["write_baseline"],
        changed_since=flags["changed_since"],
        **solving_of(flags),
    )
    if flags["watch"]:
        return watch(request, check_request)
    return check_request(request)


def check_request(request: CheckRequest) -> ExitStatus:
    """Reads, judges, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written.

    Raises :class:`netverify.gate.intent.reading.IntentError` for intent that cannot be read.
    """
    emptied(request.smt2_folder)
    came_to = checked_by(request, intent_of, _unchanged)
    if isinstance(came_to, ExitStatus):
        return came_to
    checked, request = came_to
    return _reported(checked, request, gate_status(checked.report, request.failing, input_refused=checked.lacks_input))


def _unchanged(request: CheckRequest, intended: Intended, today: date) -> ExitStatus | None:
    """Ends the run where nothing has changed since the revision that the user names."""
    if not _has_nothing_to_judge(request, intended, today):
        return None
    complain([line(f"no file that was checked has changed since {request.changed_since}")], request.color)
    return _unjudged(intended.spec, request, today)


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
            step_summary(rendered, os.environ)
        if request.write_baseline is not None:
            write_known(request.write_baseline, report, request.color)

    if evidence is None:
        return reported(request, rendered, status, besides)
    written = evidence
    return reported(request, rendered, status, besides, lambda: write_goals(lambda: written, request.smt2_folder))
