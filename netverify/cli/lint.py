"""``netverify lint``: one run from the flags to the exit status."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from netverify.cli.commands.lint import LEVELS
from netverify.cli.evidence import evidence_about, one_question
from netverify.cli.exit_status import lint_status
from netverify.cli.goals import emptied, write_goals
from netverify.cli.progress import counted
from netverify.cli.progress import progress as shown_progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.refusal import Refusal
from netverify.cli.report_formats import rendered, this_run
from netverify.cli.reports import reported
from netverify.cli.request import LintRequest, solving_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_about, is_quiet, print_out
from netverify.cli.unread import misasked
from netverify.cli.version import version_of
from netverify.cli.watchdog import within
from netverify.codes import CODES
from netverify.lint.patches import patches
from netverify.query.sentence_error import SentenceError
from netverify.report.lint_json import render_lint_json
from netverify.report.lint_list import list_of_lint
from netverify.report.lint_text import document_of_lint
from netverify.report.quantities import counted as number_of
from netverify.report.report import Report
from netverify.report.terminal import line
from netverify.verify import Verifier


def run(**flags: Any) -> int:
    """Does what the flags ask for."""
    solving = solving_of(flags)
    if flags["diff"] and any(one.path is None for one in solving["outputs"]) and flags["outputs"]:
        raise Refusal("NV420", "`--diff` prints a patch, and so does not go with a report", "give the report a file")
    request = LintRequest(
        fail_on=LEVELS[flags["fail_on"]],
        codes=_codes(flags["selected"], flags["ignored"]),
        diff=flags["diff"],
        **solving,
    )
    return lint_request(request)


def _codes(selected: tuple[frozenset[str], ...], ignored: tuple[frozenset[str], ...]) -> frozenset[str]:
    every = frozenset(code for code in CODES if code.startswith("NV6"))
    return (frozenset().union(*selected) if selected else every) - frozenset().union(*ignored)


def lint_request(request: LintRequest) -> ExitStatus:
    """Reads, lints, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written."""
    emptied(request.smt2_folder)
    with within(request.budget, "anything was looked at"):
        with shown_progress("reading manifests ..."):
            inventory = read_sources(request.sources)
        complain_about(inventory.diagnostics, request.color)
        try:
            settings = solving_settings(request, inventory.cluster)
        except SentenceError as error:
            return misasked(error, inventory, request.color)
        with counted("judging ways in") as tell:
            linted = Verifier(inventory, settings).lint(request.codes, tell)
    worst = max((finding.severity for finding in linted.findings), default=None)
    status = lint_status(
        worst, request.fail_on, undecided=bool(linted.unknown_because), input_refused=inventory.has_errors
    )

    report = Report(
        lambda: document_of_lint(linted, inventory),
        lambda: (render_lint_json(linted, inventory, version_of("netverify")),),
        lambda: list_of_lint(linted, inventory, request.codes, request.fail_on),
        inventory.diagnostics,
    )
    if request.diff:
        complain([line(f"unknown {one}") for one in linted.unknown_because], request.color)
        found = patches(linted.findings)
        if linted.findings and not found and not is_quiet():
            number = number_of(len(linted.findings), "finding")
            complain([line(f"no patch: {number} to be fixed by hand; run again without `--diff`")], request.color)
        print_out(found)
        request = replace(request, outputs=tuple(one for one in request.outputs if one.path is not None))
    shown = one_question("lint", "what was probably not meant", "told", linted.smt2)
    return reported(
        request,
        lambda output: rendered(report, output, request.color, lambda: this_run(status)),
        status,
        lambda: write_goals(lambda: evidence_about(shown, [inventory], settings), request.smt2_folder),
    )
