"""What is said where a command line ends without an answer, and with which status."""

from __future__ import annotations

import os
import traceback
from pathlib import Path

import click

from netverify.cli.refusal import Refusal, refusal_of
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_of, unwritable_output
from netverify.diagnostics import DiagnosedError
from netverify.report.diagnostics import render_diagnostics


def last_words(error: Exception, program_name: str) -> ExitStatus:
    """Says what ``error`` was that ended the program, and gives the status for it."""
    match error:
        case DiagnosedError():
            complain(render_diagnostics(error.diagnostics), "auto")
            return ExitStatus.USAGE
        case Refusal():
            refusal = error
        case click.Abort():
            # click takes any end of a file for that of a terminal, whoever met it.
            refusal = _internal_error(error.__cause__ or error)
        case click.ClickException():
            refusal = refusal_of(error, program_name)
        case _:
            refusal = _unwritable_output(error) or _internal_error(error)
    complain_of(refusal, "auto")
    return refusal.status


def _unwritable_output(error: Exception) -> Refusal | None:
    """The refusal for an ``error`` that click met when it printed; it prints help, pages and versions."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or not isinstance(error, OSError) or trace.tb_frame.f_code is not click.echo.__code__:
        return None
    return unwritable_output(error)


def _internal_error(error: BaseException) -> Refusal:
    if os.environ.get("NETVERIFY_DEBUG"):
        traceback.print_exception(error)
    frames = traceback.extract_tb(error.__traceback__)
    place = f"{Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else "an unknown place"
    return Refusal(
        "NV499",
        f"netverify failed at {place}; the question is not answered",
        "set NETVERIFY_DEBUG=1 for the details, and report them",
        ExitStatus.INTERNAL,
    )
