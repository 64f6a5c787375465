"""Standard output and standard error: what goes there, and what it means when it cannot."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from contextlib import suppress
from typing import TYPE_CHECKING

import click

from netverify.cli.outputs import Output, write_marked
from netverify.cli.refusal import Refusal
from netverify.cli.statuses import ExitStatus
from netverify.diagnostics import Diagnostic, Severity
from netverify.late import late
from netverify.report.diagnostics import render_diagnostics, render_refusal
from netverify.report.terminal import Line, paint, wants_colour, wrapped

if TYPE_CHECKING:
    import shutil
else:
    (shutil,) = late("", "shutil")

_NARROWEST = 40
"""Text is broken for no less columns; a narrower terminal breaks it itself."""


def complain(lines: Iterable[Line], color: str) -> None:
    """Writes ``lines`` to standard error, if it can be written; ``color`` is what ``--color`` says."""
    is_terminal = sys.stderr.isatty()
    coloured = wants_colour(color, os.environ, is_terminal=is_terminal)
    with suppress(OSError):  # reports and the exit status say it, too
        sys.stderr.write(paint(wrapped(lines, _columns()) if is_terminal else lines, coloured=coloured))
        sys.stderr.flush()


def is_quiet() -> bool:
    """Whether the command that runs is to say nothing but errors beside its reports."""
    context = click.get_current_context(silent=True)
    return context is not None and bool(context.params.get("quiet"))


def complain_about(diagnostics: Iterable[Diagnostic], color: str) -> None:
    """Writes ``diagnostics`` about inputs to standard error; errors alone where the command is to be quiet."""
    told = tuple(one for one in diagnostics if one.severity is Severity.ERROR or not is_quiet())
    complain(render_diagnostics(told), color)


def complain_of(refusal: Refusal, color: str) -> None:
    """Writes ``refusal`` to standard error."""
    complain(render_refusal(refusal.message, code=refusal.code, help_text=refusal.help), color)


def painted(lines: Iterable[Line], output: Output, color: str) -> str:
    """``lines`` as text for ``output``: broken at the width of a terminal, whole for files and pipes.

    A file gets colours only where ``color`` insists, since it is no terminal.
    """
    width = width_of(output)
    coloured = wants_colour(color, os.environ if output.path is None else {}, is_terminal=width is not None)
    return paint(lines if width is None else wrapped(lines, width), coloured=coloured)


def width_of(output: Output) -> int | None:
    """How many columns the terminal has that shows ``output``; None for files and pipes."""
    return _columns() if output.path is None and sys.stdout.isatty() else None


def _columns() -> int:
    """The width of the terminal. ``COLUMNS`` overrules the width that it says it has."""
    return max(_NARROWEST, shutil.get_terminal_size().columns)


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
