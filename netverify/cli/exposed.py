"""``netverify exposed``: one run from the flags to the exit status."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from netverify.answers.surface import Openness, Surface
from netverify.cli.evidence import evidence_about, one_question
from netverify.cli.exit_status import map_status
from netverify.cli.goals import emptied, write_goals
from netverify.cli.progress import counted, progress
from netverify.cli.reading import read_sources, solving_settings
from netverify.cli.refusal import Refusal
from netverify.cli.report_formats import rendered, this_run
from netverify.cli.reports import reported
from netverify.cli.request import ExposedRequest, named_by_fail_on, solving_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain_about
from netverify.cli.unread import misasked
from netverify.cli.watchdog import within
from netverify.lint.linting import WHETHER_MORE
from netverify.query.sentence_error import SentenceError
from netverify.report.report import Report
from netverify.report.surface_json import render_surface_json
from netverify.report.surface_list import list_of_surface
from netverify.report.surface_text import document_of_surface
from netverify.routes.requests import Request, UrlError, read_url
from netverify.verify import Verifier


def run(**flags: Any) -> int:
    """Does what the flags ask for."""
    failing = named_by_fail_on(flags["fail_on"], _FAILING, "state")
    request = ExposedRequest(asked=_request(flags["url"]), failing=failing, **solving_of(flags))
    return expose_request(request)


_FAILING = tuple(one.value for one in (Openness.OPEN, Openness.DEPENDS, Openness.POSSIBLE, Openness.BROKEN))


def _request(url: str | None) -> Request | None:
    """What ``url`` asks for. Raises :class:`Refusal` for what is no URL."""
    if url is None:
        return None
    try:
        return read_url(url)
    except UrlError as error:
        raise Refusal("NV420", f"`{url}` is not a URL: {error}", "write it as `https://HOST/PATH`") from None


def expose_request(request: ExposedRequest) -> ExitStatus:
    """Reads, lists, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written."""
    emptied(request.smt2_folder)
    with within(request.budget, "the ways in were judged"):
        with progress("reading manifests ..."):
            inventory = read_sources(request.sources)
        complain_about(inventory.diagnostics, request.color)
        try:
            settings = solving_settings(request, inventory.cluster)
        except SentenceError as error:
            return misasked(error, inventory, request.color)
        verifier = Verifier(inventory, settings)
        request.budget.checkpoint()
        with counted("judging ways in") as tell:
            surface = verifier.exposed(request.asked, tell)
        with progress("looking for what was not meant ..."):
            looks = request.asked is None and not surface.is_cut_short
            earlier = len(request.budget.gave_up)
            findings = verifier.findings(surface) if looks else ()
            lacking = dict.fromkeys(request.budget.gave_up[earlier:])
    surface = _doubted(surface, lacking)
    complain_about(findings, request.color)
    fails = any(one.openness.value in request.failing for one in surface.ways)
    status = map_status(fails=fails, in_doubt=surface.in_doubt, input_refused=inventory.has_errors)

    report = Report(
        lambda: document_of_surface(surface, inventory),
        lambda: (render_surface_json(surface, findings, inventory),),
        lambda: list_of_surface(surface, findings, inventory),
        (*findings, *inventory.diagnostics),
    )
    shown = one_question("exposed", "what lets traffic in from outside", "told", surface.smt2)
    return reported(
        request,
        lambda output: rendered(report, output, request.color, lambda: this_run(status)),
        status,
        lambda: write_goals(lambda: evidence_about(shown, [inventory], settings), request.smt2_folder),
    )


def _doubted(surface: Surface, lacking: Iterable[str]) -> Surface:
    """``surface`` with why findings about it may be missing."""
    doubts = [f"{WHETHER_MORE} about Services, names and ways in: {reason}" for reason in lacking]
    return replace(surface, remarks=surface.remarks.doubted(*surface.unknown_because, *doubts)) if doubts else surface
