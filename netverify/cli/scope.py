"""``netverify scope``: one run from the flags to the exit status."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from netverify.answers.plugin_notes import offer
from netverify.answers.scope import Place, Scope
from netverify.cli.budget_flags import budget_of
from netverify.cli.exit_status import exit_status, map_status
from netverify.cli.intended import spec_of, with_assumed
from netverify.cli.outputs import checked_outputs
from netverify.cli.progress import progress
from netverify.cli.reading import read_sources, settings_of
from netverify.cli.refusal import Refusal
from netverify.cli.report_formats import rendered, this_run
from netverify.cli.reports import reported
from netverify.cli.request import CheckRequest, RoutingGiven, assumed_by, assumptions_of, sources_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_about
from netverify.cli.unread import each_with_unread, misasked
from netverify.cli.watchdog import within
from netverify.documents.refusal import shown
from netverify.gate.intent import FILE_NAMES
from netverify.gate.intent.ends import EndError
from netverify.gate.intent.spec import Spec
from netverify.model.flow import End
from netverify.query.narrowing import read_flag
from netverify.query.sentence_error import SentenceError
from netverify.query.suggestions import did_you_mean, nearest
from netverify.report.diagnostics import render_diagnostics
from netverify.report.document_text import lines_of
from netverify.report.formats import OF_DOCUMENTS, Format
from netverify.report.report import Report
from netverify.report.scope_diagram import render_scope_dot, render_scope_mermaid
from netverify.report.scope_document import document_of_scope, doubts_of_scope
from netverify.report.scope_json import render_scope_json
from netverify.sources.coverage import Inventory
from netverify.verify import Verifier


def run(zones: Sequence[str], source: str | None, **flags: Any) -> int:
    """Does what the flags ask for. Raises :class:`Refusal` unless they name either zones or an endpoint."""
    if bool(zones) is (source is not None):
        both = "both `--zone` and `--from` are given" if zones else "nothing says what the scope is of"
        raise Refusal("NV420", both, "name zones of the intent with `--zone`, or pods with `--from`")
    request = CheckRequest(
        sources=sources_of(flags),
        assumed=assumed_by(flags, RoutingGiven())[0],
        outputs=checked_outputs(flags["outputs"], short=flags["summary"], long=flags["verbose"]),
        color=flags["color"],
        budget=budget_of(flags),
        specs=flags["specs"],
        cni=flags["cni"],
        assumptions=assumptions_of(flags),
    )
    spec = None
    if zones or request.specs or any(Path(name).is_file() for name in FILE_NAMES):
        spec = spec_of(request)
        request = with_assumed(request, spec)
    with within(request.budget, "the scope was found"):
        return _scoped(request, spec, tuple(dict.fromkeys(zones)), source)


def _scoped(request: CheckRequest, spec: Spec | None, zones: Sequence[str], source: str | None) -> ExitStatus:
    _refuse_unknown(zones, spec)
    with progress("reading manifests ..."):
        inventory = read_sources(request.sources)
    complain_about(inventory.diagnostics, request.color)
    verifier = Verifier(inventory, settings_of(request.assumed, request.sources))
    try:
        with progress("finding the scope ..."):
            places = verifier.places(spec.zones, zones) if spec is not None and zones else (_pods(source, verifier),)
            scope = verifier.scope(places, is_outward=source is not None)
        request.budget.checkpoint()
    except SentenceError as error:
        return misasked(error, inventory, request.color)
    except EndError as error:
        complain(render_diagnostics(tuple(each_with_unread((error.diagnostic,), inventory))), request.color)
        return exit_status(None, misused=True, input_refused=inventory.has_errors)
    if any(output.format not in OF_DOCUMENTS for output in request.outputs):
        complain(lines_of(doubts_of_scope(scope)), request.color)
    status = map_status(
        fails=bool(scope.vacuous_because), in_doubt=bool(scope.unknown_because), input_refused=inventory.has_errors
    )
    report = _report(scope, inventory, offer(inventory) if request.assumed.cni is None else "")
    return reported(request, lambda output: rendered(report, output, request.color, lambda: this_run(status)), status)


def _refuse_unknown(zones: Sequence[str], spec: Spec | None) -> None:
    known = [one.name for one in spec.zones] if spec is not None else []
    for name in zones:
        if name not in known:
            listed = f"its zones are {', '.join(known)}" if known else "declare it under `zones`"
            raise Refusal(
                "NV420", f"the intent has no zone {shown(name)}", did_you_mean(nearest(name, known)) or listed
            )


def _pods(source: str | None, verifier: Verifier) -> Place:
    """The endpoint that ``--from`` names."""
    assert source is not None
    cluster, default = verifier.inventory.cluster, verifier.settings.default_namespace
    ends = (read_flag("--from", source, end, cluster, default).predicate for end in (End.SOURCE, End.DESTINATION))
    return Place(source, *ends)


def _report(scope: Scope, inventory: Inventory, offered: str) -> Report:
    return Report(
        lambda: document_of_scope(scope, inventory, offered),
        lambda: (render_scope_json(scope, inventory),),
        beside=inventory.diagnostics,
        own={
            Format.DOT: lambda: render_scope_dot(scope),
            Format.MERMAID: lambda: render_scope_mermaid(scope),
        },
    )
