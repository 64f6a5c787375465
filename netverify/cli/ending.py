"""How a command line ends: every way to end has one status, one message and never a traceback."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

import click

from netverify.cli.completing import COMPLETE_VARIABLE
from netverify.cli.program import ReaderLeftError, program
from netverify.cli.refusal import Refusal, refusal_of
from netverify.cli.statuses import ExitStatus
from netverify.diagnostics import DiagnosedError

BROKEN_PIPE = 141


def ended(arguments: Sequence[str], program_name: str, since: float | None = None) -> int:
    """Runs one command line, which began at ``since``, and gives its exit status. Raises what interrupts it."""
    try:
        status = program.main(
            list(arguments), prog_name=program_name, complete_var=COMPLETE_VARIABLE, standalone_mode=False, obj=since
        )
        sys.stdout.flush()
    except (Refusal, click.ClickException) as error:
        refusal = error if isinstance(error, Refusal) else refusal_of(error, program_name)
    except DiagnosedError as error:
        _complain_in_full(error)
        return ExitStatus.USAGE
    except click.Abort as error:
        if not isinstance(error.__cause__, EOFError):
            raise KeyboardInterrupt from None
        # click takes any of these for the end of a terminal, whoever met it.
        refusal = _internal_error(error.__cause__)
    except (BrokenPipeError, ReaderLeftError):
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 whatever it is, it must not look like an answer
        refusal = _unwritable_output(error) or _internal_error(error)
    else:
        return int(status or 0)
    _complain(refusal)
    return refusal.status


def _unwritable_output(error: Exception) -> Refusal | None:
    """The refusal for an ``error`` that click met when it printed; it prints help, pages and versions."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or not isinstance(error, OSError) or trace.tb_frame.f_code is not click.echo.__code__:
        return None
    from netverify.cli.streams import unwritable_output  # noqa: PLC0415 help does not need it

    return unwritable_output(error)


def _complain(refusal: Refusal) -> None:
    from netverify.cli.streams import complain_of  # noqa: PLC0415 help does not need it

    complain_of(refusal, "auto")


def _complain_in_full(error: DiagnosedError) -> None:
    from netverify.cli.streams import complain  # noqa: PLC0415 help does not need it
    from netverify.report.diagnostics import render_diagnostics  # noqa: PLC0415 as above

    complain(render_diagnostics(error.diagnostics), "auto")


def _internal_error(error: BaseException) -> Refusal:
    import traceback  # noqa: PLC0415 help does not need it

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
