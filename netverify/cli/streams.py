"""Standard output and standard error: what goes there, and what it means when it cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress

from netverify.cli.outputs import Output, write_marked
from netverify.cli.refusal import Refusal
from netverify.cli.statuses import ExitStatus
from netverify.report.diagnostics import render_refusal
from netverify.report.terminal import Line, paint, wants_colour


def complain(lines: Iterable[Line], color: str) -> None:
    """Writes ``lines`` to standard error, if it can be written; ``color`` is what ``--color`` says."""
    coloured = wants_colour(color, os.environ, is_terminal=sys.stderr.isatty())
    with suppress(OSError):  # reports and the exit status say it, too
        sys.stderr.write(paint(lines, coloured=coloured))
        sys.stderr.flush()


def complain_of(refusal: Refusal, color: str) -> None:
    """Writes ``refusal`` to standard error."""
    complain(render_refusal(refusal.message, code=refusal.code, help_text=refusal.help), color)


def coloured_output(output: Output, color: str) -> bool:
    """Whether ``output`` gets colours: a file only where ``color`` insists, since it is no terminal."""
    to_terminal = output.path is None and sys.stdout.isatty()
    return wants_colour(color, os.environ if output.path is None else {}, is_terminal=to_terminal)


def print_out(pieces: Iterable[str]) -> None:
    """Writes ``pieces`` of text to standard output as they come.

    Raises :class:`Refusal` (``NV421``) when it cannot be written, and ``BrokenPipeError`` when nobody reads any more.
    """
    try:
        write_marked(sys.stdout, pieces)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise unwritable_output(error) from None


def unwritable_output(error: OSError) -> Refusal:
    """What is said where standard output fails with ``error``."""
    message = f"cannot write to standard output: {(error.strerror or 'unknown reason').lower()}"
    return Refusal("NV421", message, status=ExitStatus.INTERNAL)
