"""``netverify resolve``: the flags, and one run from the request to the exit status."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from netverify.cli.common_flags import common_flags, routing_flags, solving_of
from netverify.cli.evidence import evidence_about, one_question
from netverify.cli.exit_status import exit_status, map_status
from netverify.cli.goals import emptied, write_goals
from netverify.cli.outputs import Output
from netverify.cli.progress import progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.report_formats import rendered_document
from netverify.cli.reports import reported
from netverify.cli.request import ResolveRequest
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain
from netverify.cli.unread import unread
from netverify.cli.watchdog import within
from netverify.query.sentence_error import SentenceError
from netverify.report.diagnostics import render_diagnostics, render_sentence_error
from netverify.report.resolution_json import render_resolution_json
from netverify.report.resolution_text import document_of_resolution
from netverify.verify import Verifier

_EPILOG = """\b
  NAME      as a program would have it: postgres, postgres.shop,
            postgres.shop.svc.cluster.local, _http._tcp.web.shop.svc;
            with a dot at the end it is looked up as it is
  ENDPOINT  the asking pods: NS/NAME, KIND NS/NAME, or namespace NS for an
            ordinary pod there

\b
Examples:
  netverify resolve postgres --from shop/web -f manifests/
  netverify resolve api.payments --from "namespace shop" -f . -o json
  netverify resolve db.shop --from shop/web --node-local-dns -f .

\b
Exit status: 0 looked up, whatever was found; 2 misuse; 3 unknown whether
  policy lets the queries through; 4 an input could not be read; 5 internal
  error.
"""


@click.command("resolve", epilog=_EPILOG)
@click.argument("name")
@click.option("--from", "source", metavar="ENDPOINT", required=True, help="The pods that ask.")
@common_flags(("text", "json", "markdown", "html"), solving=True)
@routing_flags
def resolve_command(name: str, source: str, **flags: Any) -> int:
    """Look a DNS name up as a pod does, step by step, and say whether policy lets the queries through."""
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
        if output.format == "json":
            return (render_resolution_json(resolution, inventory),)
        document = document_of_resolution(resolution, inventory)
        return rendered_document(document, inventory.diagnostics, output, request.color, status)

    paths = resolution.access.paths if resolution.access else ()
    goals = [goal for path in paths for goal in path.answer.smt2]
    shown = one_question("resolve", f"{request.name} for {request.source}", "told", goals)
    return reported(
        request,
        rendered,
        status,
        lambda: write_goals(lambda: evidence_about(shown, [inventory], settings), request.smt2_folder),
    )
