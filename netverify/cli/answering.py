"""One run of ``netverify query`` from the request to the exit status. Imported late: it brings the solver."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

from netverify.cli.exit_status import exit_status, gravest
from netverify.cli.outputs import Output, write_whole
from netverify.cli.progress import progress
from netverify.cli.reading import read_sources
from netverify.cli.refusal import Refusal
from netverify.cli.request import QueryRequest
from netverify.cli.statuses import ExitStatus
from netverify.manifests.coverage import Inventory
from netverify.queries.outcome import Answer, Listing
from netverify.queries.sentence_error import SentenceError
from netverify.report.counterexample import render_counterexample
from netverify.report.diagnostics import render_diagnostics, render_refusal, render_sentence_error
from netverify.report.query_json import render_answer_json, render_listing_json
from netverify.report.query_text import render_answer, render_listing
from netverify.report.terminal import Line, paint, wants_colour
from netverify.verify import Settings, ask


def answer_request(request: QueryRequest) -> ExitStatus:
    """Reads, asks, reports, and says what to end with. Raises :class:`Refusal` when an output cannot be written."""
    with progress("reading manifests ..."):
        inventory = read_sources(request.sources)
    _complain(render_diagnostics(inventory.diagnostics), request)
    try:
        outcome = ask(request.sentence, inventory, _settings(request))
    except SentenceError as error:
        _complain(render_sentence_error(error), request)
        return exit_status(None, misused=True, input_refused=inventory.has_errors)
    status = exit_status(outcome.verdict, expected=request.expected, input_refused=inventory.has_errors)
    _report(outcome, inventory, request)
    _say_what_was_expected(outcome, request)
    try:
        _write_files(outcome, inventory, request)
    except Refusal as refusal:
        _complain(render_refusal(refusal.message, code=refusal.code, help_text=refusal.help), request)
        return gravest((status, refusal.status))
    return status


def _settings(request: QueryRequest) -> Settings:
    return Settings(
        behaviours=request.assumed.behaviours,
        cni=request.assumed.cni,
        pod_cidrs=request.assumed.pod_cidrs,
        free_named_ports=request.assumed.free_named_ports,
        timeout_s=request.timeout_s,
        seed=request.seed,
        default_namespace=request.sources.namespace,
        keep_goals=request.smt2_folder is not None,
    )


def _complain(lines: Iterable[Line], request: QueryRequest) -> None:
    coloured = wants_colour(request.color, os.environ, is_terminal=sys.stderr.isatty())
    sys.stderr.write(paint(lines, coloured=coloured))
    sys.stderr.flush()


def _rendered(outcome: Answer | Listing, inventory: Inventory, output: Output, color: str) -> str:
    if output.format == "json":
        if isinstance(outcome, Listing):
            return render_listing_json(outcome, inventory)
        return render_answer_json(outcome, inventory)
    lines = render_listing(outcome, inventory) if isinstance(outcome, Listing) else render_answer(outcome, inventory)
    to_terminal = output.path is None and sys.stdout.isatty()
    environment = os.environ if output.path is None else {}
    return paint(lines, coloured=wants_colour(color, environment, is_terminal=to_terminal))


def _report(outcome: Answer | Listing, inventory: Inventory, request: QueryRequest) -> None:
    for output in request.outputs:
        if output.path is None:
            text = _rendered(outcome, inventory, output, request.color)
            try:
                sys.stdout.write(text)
                sys.stdout.flush()
            except BrokenPipeError:
                raise
            except OSError as error:
                message = f"cannot write to standard output: {(error.strerror or '').lower()}"
                raise Refusal("NV421", message, status=ExitStatus.INTERNAL) from None


def _say_what_was_expected(outcome: Answer | Listing, request: QueryRequest) -> None:
    if request.expected not in (None, outcome.verdict):
        _complain(render_refusal(f"expected {request.expected}, but the answer is {outcome.verdict}"), request)


def _write_files(outcome: Answer | Listing, inventory: Inventory, request: QueryRequest) -> None:
    for output in request.outputs:
        if output.path is not None:
            write_whole(Path(output.path), _rendered(outcome, inventory, output, request.color))
    if isinstance(outcome, Answer):
        if request.counterexample:
            write_whole(request.counterexample, render_counterexample(outcome, inventory.cluster))
        if request.smt2_folder:
            _write_goals(outcome, request.smt2_folder)
    elif request.counterexample or request.smt2_folder:
        flag = "--counterexample" if request.counterexample else "--emit-smt2"
        advice = "name one of the listed endpoints instead of asking for all"
        raise Refusal("NV420", f"`{flag}` writes what a question with `can` found, not a list", advice)


def _write_goals(answer: Answer, folder: Path) -> None:
    """``01-unsat.smt2`` and so on: the very text that was solved, in order, with the result in the name."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise Refusal("NV421", f"cannot make the folder `{folder}`: {(error.strerror or '').lower()}") from None
    for number, (text, result) in enumerate(answer.smt2, 1):
        write_whole(folder / f"{number:02}-{result}.smt2", text)
