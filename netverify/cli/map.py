"""``netverify map``: the flags, and one run from the request to the exit status."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import click

from netverify.answers.map_view import map_view
from netverify.answers.mapping import Map
from netverify.cli.assumed import assumed
from netverify.cli.budget_flags import budget_of
from netverify.cli.common_flags import assumptions_of, common_flags, sources_of
from netverify.cli.exit_status import exit_status, map_status
from netverify.cli.intricacy import told_in_full
from netverify.cli.outputs import Output, checked_outputs
from netverify.cli.progress import progress
from netverify.cli.reading import read_sources, settings_of
from netverify.cli.reports import reported
from netverify.cli.request import MapRequest
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, painted
from netverify.cli.watchdog import within
from netverify.query.grouping import Grouping
from netverify.query.narrowing import Wanted
from netverify.query.sentence_error import SentenceError
from netverify.report.diagnostics import render_diagnostics, render_sentence_error
from netverify.report.diagram_text import drawable
from netverify.report.map_csv import render_map_csv
from netverify.report.map_dot import render_map_dot
from netverify.report.map_doubts import render_doubts
from netverify.report.map_html import render_map_html
from netverify.report.map_json import render_map_json
from netverify.report.map_mermaid import render_map_mermaid
from netverify.report.map_text import render_map
from netverify.sources.coverage import Inventory
from netverify.verify import Verifier

FORMATS = ("text", "json", "csv", "dot", "mermaid", "html")

_EPILOG = """\b
  ENDPOINT  as in questions: namespace NS | NS/NAME | KIND NS/NAME |
            pods LABELS [in namespace NS | in namespaces LABELS] |
            any pod [outside ...] | internet | ADDRESS | CIDR
  PORT      a number, a range a-b or the name of a port; PROTOCOL is
            tcp (default), udp, sctp or any

\b
Examples:
  netverify map -f manifests/
  netverify map -f . --cni cilium --focus shop/db
  netverify map -f . --from internet --port 22 --port 53/udp
  netverify map -f . -o json=map.json -o text
  netverify map -f . -o html=map.html
  netverify map -f . -o dot | dot -Tsvg > map.svg
  netverify map -f . --max-time 1h --max-memory 8g -o html=map.html

\b
Exit status: 0 mapped; 1 an endpoint that a flag names is nobody; 2 misuse;
  3 an object that is not modelled could change the map, or the budget ended;
  4 an input could not be read; 5 internal error.
"""


@click.command("map", epilog=_EPILOG)
@common_flags(FORMATS, solving=False)
@click.option(
    "--by",
    "grouping",
    type=click.Choice(["workload", "class", "namespace"]),
    help="What rows are between: workloads, classes of workloads that are alike, or namespaces.",
)
@click.option("--focus", metavar="ENDPOINT", help="Only connections from or to these.")
@click.option("--from", "source", metavar="ENDPOINT", help="Only connections from these.")
@click.option("--to", "destination", metavar="ENDPOINT", help="Only connections to these.")
@click.option(
    "--port", "ports", metavar="PORT[/PROTOCOL]", multiple=True, help="Only connections to these ports; repeatable."
)
@click.option("--exclude-external", is_flag=True, help="Only connections between workloads.")
@click.option("--replicas", is_flag=True, help="Also what the pods of one workload may open to each other.")
def map_command(**flags: Any) -> int:
    """Show who may open which connections to whom: all pairs of workloads, and addresses outside.

    For pods in the manifests; `netverify query` answers for pods that could be created too.
    """
    request = MapRequest(
        sources=sources_of(flags),
        assumed=assumed(flags["cni"], assumptions_of(flags)),
        wanted=Wanted(flags["source"], flags["destination"], flags["focus"], flags["ports"], flags["exclude_external"]),
        outputs=checked_outputs(flags["outputs"]),
        color=flags["color"],
        grouping=Grouping(flags["grouping"]) if flags["grouping"] else None,
        replicas=flags["replicas"],
        budget=budget_of(flags),
    )
    return map_request(request)


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
    shows_it = sys.stdout.isatty() and any(output.path is None for output in request.outputs)
    with nullcontext() if shows_it else progress("writing ..."):
        return reported(request, lambda output: _rendered(mapped, inventory, output, request), status)


def _rendered(mapped: Map, inventory: Inventory, output: Output, request: MapRequest) -> Iterator[str]:
    """The report in pieces."""
    grouping = request.grouping or Grouping.WORKLOAD
    match output.format:
        case "json":
            return render_map_json(map_view(mapped, grouping, replicas=request.replicas), inventory)
        case "csv":
            return render_map_csv(map_view(mapped, grouping, replicas=request.replicas))
        case "html":
            title = ", ".join((*request.sources.filenames, *request.sources.kustomize, *request.sources.helm))
            return render_map_html(mapped, inventory, title=title, narrowed=request.wanted.words)
        case "dot" | "mermaid":
            return _diagram(mapped, output, request)
        case _:
            lines = render_map(mapped, inventory, request.grouping, replicas=request.replicas)
            return (painted((one,), output, request.color) for one in lines)


def _diagram(mapped: Map, output: Output, request: MapRequest) -> Iterator[str]:
    view = map_view(mapped, request.grouping or drawable(mapped), replicas=request.replicas)
    return render_map_dot(view) if output.format == "dot" else render_map_mermaid(view)
