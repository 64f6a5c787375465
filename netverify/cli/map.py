"""``netverify map``: one run from the flags to the exit status."""

from __future__ import annotations

import sys
from contextlib import nullcontext
from typing import Any

from netverify.answers.map_view import MapView, map_view
from netverify.answers.mapping import Map
from netverify.answers.plugin_notes import offer
from netverify.cli.budget_flags import budget_of
from netverify.cli.exit_status import map_status
from netverify.cli.intricacy import told_in_full
from netverify.cli.outputs import checked_outputs
from netverify.cli.progress import progress
from netverify.cli.reading import read_sources, settings_of
from netverify.cli.report_formats import rendered, this_run
from netverify.cli.reports import reported
from netverify.cli.request import MapRequest, RoutingGiven, assumed_by, sources_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_about
from netverify.cli.unread import misasked
from netverify.cli.watchdog import within
from netverify.query.grouping import Grouping
from netverify.query.narrowing import Wanted
from netverify.query.sentence_error import SentenceError
from netverify.report.diagram_text import drawable
from netverify.report.document_text import lines_of
from netverify.report.formats import OF_DOCUMENTS, Format
from netverify.report.map_csv import render_map_csv
from netverify.report.map_document import document_of_map, doubts_of
from netverify.report.map_dot import render_map_dot
from netverify.report.map_html import render_map_html
from netverify.report.map_json import render_map_json
from netverify.report.map_mermaid import render_map_mermaid
from netverify.report.report import Report
from netverify.sources.coverage import Inventory
from netverify.verify import Verifier


def run(**flags: Any) -> int:
    """Does what the flags ask for."""
    request = MapRequest(
        sources=sources_of(flags),
        assumed=assumed_by(flags, RoutingGiven())[0],
        wanted=Wanted(flags["source"], flags["destination"], flags["focus"], flags["ports"], flags["exclude_external"]),
        outputs=checked_outputs(flags["outputs"], short=flags["summary"], long=flags["verbose"]),
        color=flags["color"],
        grouping=Grouping(flags["grouping"]) if flags["grouping"] else None,
        replicas=flags["replicas"],
        budget=budget_of(flags),
    )
    return map_request(request)


_SAYING_DOUBTS = OF_DOCUMENTS
"""The formats that say before or beside everything else what is in doubt; for others standard error does."""


def map_request(request: MapRequest) -> ExitStatus:
    """Reads, maps, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written."""
    with told_in_full(), within(request.budget, "the map was done"):
        return _mapped(request)


def _mapped(request: MapRequest) -> ExitStatus:
    with progress("reading manifests ..."):
        inventory = read_sources(request.sources)
    complain_about(inventory.diagnostics, request.color)
    try:
        with progress("mapping ..."):
            mapped = Verifier(inventory, settings_of(request.assumed, request.sources)).map(request.wanted)
        request.budget.checkpoint()
    except SentenceError as error:
        return misasked(error, inventory, request.color)
    if any(output.format not in _SAYING_DOUBTS for output in request.outputs):
        complain(lines_of(doubts_of(mapped)), request.color)
    status = map_status(
        fails=bool(mapped.vacuous_because), in_doubt=bool(mapped.unknown_because), input_refused=inventory.has_errors
    )
    shows_it = sys.stdout.isatty() and any(output.path is None for output in request.outputs)
    with nullcontext() if shows_it else progress("writing ..."):
        report = _report(mapped, inventory, request)
        return reported(
            request, lambda output: rendered(report, output, request.color, lambda: this_run(status)), status
        )


def _report(mapped: Map, inventory: Inventory, request: MapRequest) -> Report:
    def viewed(grouping: Grouping) -> MapView:
        return map_view(mapped, request.grouping or grouping, replicas=request.replicas)

    title = ", ".join((*request.sources.filenames, *request.sources.kustomize, *request.sources.helm))
    offered = offer(inventory) if request.assumed.cni is None else ""
    return Report(
        lambda: document_of_map(mapped, inventory, request.grouping, replicas=request.replicas, offer=offered),
        lambda: render_map_json(viewed(Grouping.WORKLOAD), inventory),
        beside=inventory.diagnostics,
        own={
            Format.CSV: lambda: render_map_csv(viewed(Grouping.WORKLOAD)),
            Format.DOT: lambda: render_map_dot(viewed(drawable(mapped))),
            Format.MERMAID: lambda: render_map_mermaid(viewed(drawable(mapped))),
            Format.HTML: lambda: render_map_html(mapped, inventory, title=title, narrowed=request.wanted.words),
        },
    )
