"""One run of ``netverify map`` from the request to the exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext

from netverify.answers.map_view import map_view
from netverify.answers.mapping import Map
from netverify.cli.exit_status import exit_status, gravest, map_status
from netverify.cli.intricacy import told_in_full
from netverify.cli.outputs import Output
from netverify.cli.progress import progress
from netverify.cli.reading import read_sources, settings_of
from netverify.cli.refusal import Refusal
from netverify.cli.reports import write_reports
from netverify.cli.request import MapRequest
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_of, painted, print_out
from netverify.cli.watchdog import within
from netverify.manifests.coverage import Inventory
from netverify.queries.grouping import Grouping
from netverify.queries.sentence_error import SentenceError
from netverify.report.diagnostics import render_diagnostics, render_sentence_error
from netverify.report.map_doubts import render_doubts
from netverify.verify import Verifier

_SAYING_DOUBTS = ("text", "json", "html")
"""The formats that say before or beside everything else what is in doubt; for others standard error does."""


def map_request(request: MapRequest) -> ExitStatus:
    """Reads, maps, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written."""
    with told_in_full(), within(request.budget, "the map was done"):
        return _mapped(request)


def _mapped(request: MapRequest) -> ExitStatus:
    with progress("reading manifests ..."):
        inventory = read_sources(request.sources)
    complain(render_diagnostics(inventory.diagnostics), request.color)
    try:
        with progress("mapping ..."):
            mapped = Verifier(inventory, settings_of(request.assumed, request.sources)).map(request.wanted)
        request.budget.checkpoint()
    except SentenceError as error:
        complain(render_sentence_error(error), request.color)
        return exit_status(None, misused=True, input_refused=inventory.has_errors)
    if any(output.format not in _SAYING_DOUBTS for output in request.outputs):
        complain(render_doubts(mapped), request.color)
    status = map_status(
        vacuous=bool(mapped.vacuous_because), in_doubt=bool(mapped.unknown_because), input_refused=inventory.has_errors
    )
    for output in request.outputs:
        if output.path is None:
            with progress("writing ...") if not sys.stdout.isatty() else nullcontext():
                print_out(_rendered(mapped, inventory, output, request))
    try:
        _write_files(mapped, inventory, request)
    except Refusal as refusal:
        complain_of(refusal, request.color)
        return gravest((status, refusal.status))
    return status


def _write_files(mapped: Map, inventory: Inventory, request: MapRequest) -> None:
    with progress("writing files ..."):
        write_reports(request.outputs, lambda output: _rendered(mapped, inventory, output, request))


def _rendered(mapped: Map, inventory: Inventory, output: Output, request: MapRequest) -> Iterator[str]:
    """The report in pieces. Each renderer is imported when it is needed: a run uses one or two."""
    grouping = request.grouping or Grouping.WORKLOAD
    match output.format:
        case "json":
            from netverify.report.map_json import render_map_json  # noqa: PLC0415 see above

            return render_map_json(map_view(mapped, grouping, replicas=request.replicas), inventory)
        case "csv":
            from netverify.report.map_csv import render_map_csv  # noqa: PLC0415 see above

            return render_map_csv(map_view(mapped, grouping, replicas=request.replicas))
        case "html":
            from netverify.report.map_html import render_map_html  # noqa: PLC0415 see above

            title = ", ".join((*request.sources.filenames, *request.sources.kustomize, *request.sources.helm))
            return render_map_html(mapped, inventory, title=title, narrowed=request.wanted.words)
        case "dot" | "mermaid":
            return _diagram(mapped, output, request)
        case _:
            from netverify.report.map_text import render_map  # noqa: PLC0415 see above

            lines = render_map(mapped, inventory, request.grouping, replicas=request.replicas)
            return (painted((one,), output, request.color) for one in lines)


def _diagram(mapped: Map, output: Output, request: MapRequest) -> Iterator[str]:
    from netverify.report.diagram_text import drawable  # noqa: PLC0415 see :func:`_rendered`
    from netverify.report.map_dot import render_map_dot  # noqa: PLC0415 as above
    from netverify.report.map_mermaid import render_map_mermaid  # noqa: PLC0415 as above

    view = map_view(mapped, request.grouping or drawable(mapped), replicas=request.replicas)
    return render_map_dot(view) if output.format == "dot" else render_map_mermaid(view)
