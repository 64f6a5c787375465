"""``netverify resolve``: one run from the flags to the exit status."""

from __future__ import annotations

from typing import Any

from netverify.cli.evidence import evidence_about, one_question
from netverify.cli.exit_status import map_status
from netverify.cli.goals import emptied, write_goals
from netverify.cli.progress import progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.report_formats import rendered, this_run
from netverify.cli.reports import reported
from netverify.cli.request import ResolveRequest, solving_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain_about
from netverify.cli.unread import misasked, unread
from netverify.cli.watchdog import within
from netverify.query.sentence_error import SentenceError
from netverify.report.report import Report
from netverify.report.resolution_json import render_resolution_json
from netverify.report.resolution_text import document_of_resolution
from netverify.verify import Verifier


def run(name: str, source: str, **flags: Any) -> int:
    """Does what the flags ask for."""
    request = ResolveRequest(name=name, source=source, **solving_of(flags))
    return resolve_request(request)


def resolve_request(request: ResolveRequest) -> ExitStatus:
    """Reads, looks up, reports, and says what to end with. Raises :class:`Refusal` when nothing can be written."""
    emptied(request.smt2_folder)
    inventory = unread(request.sources)
    try:
        with within(request.budget, f"`{request.name}` was looked up"):
            with progress("reading manifests ..."):
                inventory = read_sources(request.sources)
            complain_about(inventory.diagnostics, request.color)
            settings = solving_settings(request, inventory.cluster)
            verifier = Verifier(inventory, settings)
            resolution = verifier.resolve(request.name, request.source)
            request.budget.checkpoint()
    except SentenceError as error:
        return misasked(error, inventory, request.color)
    status = map_status(fails=False, in_doubt=bool(resolution.unknown_because), input_refused=inventory.has_errors)

    report = Report(
        lambda: document_of_resolution(resolution, inventory),
        lambda: (render_resolution_json(resolution, inventory),),
        beside=inventory.diagnostics,
    )
    paths = resolution.access.paths if resolution.access else ()
    goals = [goal for path in paths for goal in path.answer.smt2]
    shown = one_question("resolve", f"{request.name} for {request.source}", "told", goals)
    return reported(
        request,
        lambda output: rendered(report, output, request.color, lambda: this_run(status)),
        status,
        lambda: write_goals(lambda: evidence_about(shown, [inventory], settings), request.smt2_folder),
    )
