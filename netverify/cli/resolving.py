"""One run of ``netverify resolve`` from the request to the exit status. Imported late: it brings the solver."""

from __future__ import annotations

from collections.abc import Iterable

from netverify.answers.resolution import Resolution
from netverify.cli.evidence import evidence_about, one_question
from netverify.cli.exit_status import exit_status, gravest, map_status
from netverify.cli.goals import emptied, write_goals
from netverify.cli.outputs import Output
from netverify.cli.progress import progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.refusal import Refusal
from netverify.cli.reports import print_reports, write_reports
from netverify.cli.request import ResolveRequest
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_of, painted
from netverify.cli.unread import unread
from netverify.cli.watchdog import within
from netverify.manifests.coverage import Inventory
from netverify.queries.sentence_error import SentenceError
from netverify.report.diagnostics import render_diagnostics, render_sentence_error
from netverify.report.resolution_json import render_resolution_json
from netverify.report.resolution_text import render_resolution
from netverify.verify import Verifier


def resolve_request(request: ResolveRequest) -> ExitStatus:
    """Reads, looks up, reports, and says what to end with. Raises :class:`Refusal` when nothing can be written."""
    emptied(request.smt2_folder)
    inventory = unread(request.sources)
    try:
        with within(request.budget, f"`{request.name}` was looked up"):
            with progress("reading manifests ..."):
                inventory = read_sources(request.sources)
            complain(render_diagnostics(inventory.diagnostics), request.color)
            settings = solving_settings(request, inventory.cluster)
            verifier = Verifier(inventory, settings)
            resolution = verifier.resolve(request.name, request.source)
            request.budget.checkpoint()
    except SentenceError as error:
        complain(render_sentence_error(error), request.color)
        return exit_status(None, misused=True, input_refused=inventory.has_errors)
    status = map_status(vacuous=False, in_doubt=bool(resolution.unknown_because), input_refused=inventory.has_errors)

    def rendered(output: Output) -> Iterable[str]:
        return (_rendered(resolution, inventory, output, request.color),)

    print_reports(request.outputs, rendered)
    try:
        write_reports(request.outputs, rendered)
        if request.smt2_folder is not None:
            paths = resolution.access.paths if resolution.access else ()
            goals = [goal for path in paths for goal in path.answer.smt2]
            shown = one_question("resolve", f"{request.name} for {request.source}", "told", goals)
            write_goals(evidence_about(shown, [inventory], settings), request.smt2_folder)
    except Refusal as refusal:
        complain_of(refusal, request.color)
        return gravest((status, refusal.status))
    return status


def _rendered(resolution: Resolution, inventory: Inventory, output: Output, color: str) -> str:
    if output.format == "json":
        return render_resolution_json(resolution, inventory)
    return painted(render_resolution(resolution, inventory), output, color)
