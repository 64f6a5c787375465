"""The lines of an input around a place, with a caret."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from netverify.diagnostics import Origin
from netverify.report.terminal import Ink, Line, Span, line, printable

_WIDTH = 160
_LARGEST_FILE = 10 * 1024 * 1024
_WORD = re.compile(r"""[^\s,:{}\[\]]+""")


class SourceLines:
    """The lines of the files that places point into; each file is read when it is first asked for."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._files: dict[str, list[str]] = {}

    def at(self, origin: Origin) -> str | None:
        """The line that ``origin`` points at; None if it points at none, or its file is no file of moderate size."""
        if origin.path == "-" or not origin.line:
            return None
        if origin.path not in self._files:
            self._files[origin.path] = _read(Path(origin.path))
        lines = self._files[origin.path]
        return lines[origin.line - 1] if origin.line <= len(lines) else None


def _read(path: Path) -> list[str]:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_FILE:
            return []
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except (OSError, ValueError):
        return []
    return [one.rstrip("\r") for one in text.split("\n")]


def underlined(text: str, start: int, length: int, *, gutter: str, ink: Ink) -> list[Line]:
    """``text`` behind ``gutter``, and carets below the ``length`` characters from offset ``start``; at least one.

    A long line is cut to the part around ``start``.
    """
    first = max(0, start - _WIDTH // 2) if len(text) > _WIDTH else 0
    shown = text[first : first + _WIDTH].replace("\t", " ")
    before = printable(shown[: start - first])
    marked = printable(shown[start - first : start - first + length])
    blank = " " * len(gutter.rstrip(" |"))
    bar = gutter[len(blank) :]
    return [
        (Span(gutter, Ink.BLUE), Span(shown)),
        (Span(f"{blank}{bar}", Ink.BLUE), Span(f"{' ' * len(before)}{'^' * max(1, len(marked))}", ink)),
    ]


def code_frame(origin: Origin, source: SourceLines, *, ink: Ink) -> list[Line]:
    """The line at ``origin`` with its number, and a caret below the word there; no lines when it cannot be shown."""
    text = source.at(origin)
    if text is None:
        return []
    gutter = f"{origin.line:>4} | "
    if not origin.column or origin.column > len(text) + 1:
        return [(Span(gutter, Ink.BLUE), Span(text[:_WIDTH].replace("\t", " ")))]
    word = _WORD.match(text, origin.column - 1)
    length = word.end() - word.start() if word else 1
    frame = underlined(text, origin.column - 1, length, gutter=gutter, ink=ink)
    return [line("     |", Ink.BLUE), *frame]
