"""Standard output and standard error: what goes there, and what it means when it cannot."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterable
from contextlib import suppress

from netverify.cli.outputs import Output, write_marked
from netverify.cli.refusal import Refusal
from netverify.cli.statuses import ExitStatus
from netverify.report.diagnostics import render_refusal
from netverify.report.terminal import Line, paint, wants_colour, wrapped

_NARROWEST = 40
"""Text is broken for no less columns; a narrower terminal breaks it itself."""


def complain(lines: Iterable[Line], color: str) -> None:
    """Writes ``lines`` to standard error, if it can be written; ``color`` is what ``--color`` says."""
    is_terminal = sys.stderr.isatty()
    coloured = wants_colour(color, os.environ, is_terminal=is_terminal)
    with suppress(OSError):  # reports and the exit status say it, too
        sys.stderr.write(paint(_fitted(lines, is_terminal=is_terminal), coloured=coloured))
        sys.stderr.flush()


def complain_of(refusal: Refusal, color: str) -> None:
    """Writes ``refusal`` to standard error."""
    complain(render_refusal(refusal.message, code=refusal.code, help_text=refusal.help), color)


def painted(lines: Iterable[Line], output: Output, color: str) -> str:
    """``lines`` as text for ``output``: broken at the width of a terminal, whole for files and pipes.

    A file gets colours only where ``color`` insists, since it is no terminal.
    """
    to_terminal = output.path is None and sys.stdout.isatty()
    coloured = wants_colour(color, os.environ if output.path is None else {}, is_terminal=to_terminal)
    return paint(_fitted(lines, is_terminal=to_terminal), coloured=coloured)


def _fitted(lines: Iterable[Line], *, is_terminal: bool) -> Iterable[Line]:
    """``lines`` broken where a terminal shows them. ``COLUMNS`` overrules the width that it says it has."""
    return wrapped(lines, max(_NARROWEST, shutil.get_terminal_size().columns)) if is_terminal else lines


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
