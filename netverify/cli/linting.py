"""One run of ``netverify lint`` from the request to the exit status. Imported late: it brings the solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial

from netverify.cli.evidence import evidence_about, one_question
from netverify.cli.exit_status import exit_status, gravest, lint_status
from netverify.cli.finding_reports import is_list, rendered_findings, this_run
from netverify.cli.goals import emptied, write_goals
from netverify.cli.outputs import Output
from netverify.cli.progress import counted
from netverify.cli.progress import progress as shown_progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.refusal import Refusal
from netverify.cli.reports import print_reports, write_reports
from netverify.cli.request import LintRequest
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_of, painted, print_out
from netverify.cli.versioning import version_of
from netverify.cli.watchdog import within
from netverify.findings.linting import Linted
from netverify.findings.patches import patches
from netverify.manifests.coverage import Inventory
from netverify.queries.sentence_error import SentenceError
from netverify.report.diagnostics import render_diagnostics, render_sentence_error
from netverify.report.lint_json import render_lint_json
from netverify.report.lint_list import list_of_lint
from netverify.report.lint_text import render_lint
from netverify.report.terminal import line
from netverify.verify import Verifier


def lint_request(request: LintRequest) -> ExitStatus:
    """Reads, lints, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written."""
    emptied(request.smt2_folder)
    with within(request.budget, "anything was looked at"):
        with shown_progress("reading manifests ..."):
            inventory = read_sources(request.sources)
        complain(render_diagnostics(inventory.diagnostics), request.color)
        try:
            settings = solving_settings(request, inventory.cluster)
        except SentenceError as error:
            complain(render_sentence_error(error), request.color)
            return exit_status(None, misused=True, input_refused=inventory.has_errors)
        with counted("judging ways in") as tell:
            linted = Verifier(inventory, settings).lint(request.codes, tell)
    worst = max((finding.severity for finding in linted.findings), default=None)
    status = lint_status(
        worst, request.fail_on, undecided=bool(linted.unknown_because), input_refused=inventory.has_errors
    )

    def rendered(output: Output) -> Iterable[str]:
        if is_list(output):
            listed = partial(list_of_lint, linted, inventory, request.codes, request.fail_on)
            return (rendered_findings(listed, output, this_run(status)),)
        return _rendered(linted, inventory, output, request.color)

    if request.diff:
        complain([line(f"unknown {one}") for one in linted.unknown_because], request.color)
        print_out(patches(linted.findings))
        request = replace(request, outputs=tuple(one for one in request.outputs if one.path is not None))
    print_reports(request.outputs, rendered)
    try:
        write_reports(request.outputs, rendered)
        if request.smt2_folder is not None:
            shown = one_question("lint", "what was probably not meant", "told", linted.smt2)
            write_goals(evidence_about(shown, [inventory], settings), request.smt2_folder)
    except Refusal as refusal:
        complain_of(refusal, request.color)
        return gravest((status, refusal.status))
    return status


def _rendered(linted: Linted, inventory: Inventory, output: Output, color: str) -> Iterator[str]:
    if output.format == "json":
        yield render_lint_json(linted, inventory, version_of("netverify"))
        return
    yield painted(render_lint(linted, inventory), output, color)
