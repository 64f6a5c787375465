"""One run of ``netverify diff`` from the request to the exit status. Imported late: it brings the solver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import partial

from netverify.answers.context import make_context
from netverify.answers.settings import Settings
from netverify.budget import OutOfBudgetError
from netverify.cli.evidence import evidence_about
from netverify.cli.exit_status import compared_status, gravest
from netverify.cli.finding_reports import is_list, rendered_findings, this_run
from netverify.cli.goals import emptied, write_goals
from netverify.cli.intricacy import told_in_full
from netverify.cli.outputs import Output
from netverify.cli.progress import progress
from netverify.cli.reading import solving_settings
from netverify.cli.reading_both import read_both
from netverify.cli.refusal import Refusal
from netverify.cli.reports import print_reports, write_reports
from netverify.cli.request import DiffRequest
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_of, painted
from netverify.cli.unread import unread
from netverify.cli.watchdog import watchdog
from netverify.comparison.compare import compare
from netverify.comparison.outcome import Certainty, Comparison, Inputs, Relation
from netverify.evidence.document import Shown
from netverify.queries.remarks import Remarks
from netverify.report.comparison_json import render_comparison_json
from netverify.report.comparison_list import list_of_comparison
from netverify.report.comparison_markdown import render_comparison_markdown
from netverify.report.comparison_text import render_comparison
from netverify.report.diagnostics import render_diagnostics


def diff_request(request: DiffRequest) -> ExitStatus:
    """Reads, compares, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written."""
    emptied(request.smt2_folder)
    settings = Settings()
    inputs = Inputs(unread(request.old), unread(request.sources))
    try:
        with watchdog(request.budget):
            with progress("reading manifests ..."):
                inputs = read_both(request)
            seen = dict.fromkeys((*inputs.old.diagnostics, *inputs.new.diagnostics))
            complain(render_diagnostics(tuple(seen)), request.color)
            settings = solving_settings(request, inputs.new.cluster)
            with progress("comparing ..."), told_in_full():
                found = compare(make_context(inputs.old, settings), make_context(inputs.new, settings))
            request.budget.checkpoint()
    except OutOfBudgetError as spent:
        unknown = Certainty.UNKNOWN
        found = Comparison(Relation.UNKNOWN, unknown, unknown, remarks=Remarks((spent.undecided,)))
    refused = inputs.old.has_errors or inputs.new.has_errors
    status = compared_status(found, fail_on=request.fail_on, input_refused=refused)

    def rendered(output: Output) -> Iterable[str]:
        if is_list(output):
            listed = partial(list_of_comparison, found, inputs, request.fail_on)
            return (rendered_findings(listed, output, this_run(status)),)
        return _rendered(found, inputs, output, request.color)

    print_reports(request.outputs, rendered)
    try:
        write_reports(request.outputs, rendered)
        if request.smt2_folder is not None:
            evidence = evidence_about(_shown(found), [inputs.new], settings, compared=[inputs.old])
            write_goals(evidence, request.smt2_folder)
    except Refusal as refusal:
        complain_of(refusal, request.color)
        return gravest((status, refusal.status))
    return status


def _shown(found: Comparison) -> tuple[Shown, ...]:
    """What is to be shown of each direction, since each is proved alone."""
    return (
        Shown("new-access", "nothing is allowed that was not", found.new_access, found.smt2, found.no_new),
        Shown("lost-access", "nothing that was allowed is not", found.lost_access, (), found.no_lost),
    )


def _rendered(found: Comparison, inputs: Inputs, output: Output, color: str) -> Iterator[str]:
    if output.format == "json":
        yield render_comparison_json(found, inputs)
    elif output.format == "markdown":
        yield render_comparison_markdown(found, inputs)
    else:
        yield painted(render_comparison(found, inputs), output, color)
