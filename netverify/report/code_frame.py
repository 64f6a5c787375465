"""The lines of an input around a place, with a caret."""

from __future__ import annotations

import re
import stat
from pathlib import Path

from netverify.diagnostics import Origin
from netverify.documents.confidential import confidential_around, holds_secrets
from netverify.patterns import pattern
from netverify.report.terminal import Ink, Line, Span, line
from netverify.sources.tree import SUFFIXES
from netverify.visible import columns, visible

_WIDTH = 160
_LARGEST_FILE = 10 * 1024 * 1024
_NOT_SHOWN = "(not shown: this text may hold a secret)"
_NAMES = (*SUFFIXES, "Kustomization")
_LOOKS_LIKE_MANIFEST = pattern(r"""^["'{ ]*(?:apiVersion|kind)["']?:""", re.MULTILINE)
_WORD = pattern(r"""[^\s,:{}\[\]]+""")


class SourceLines:
    """The lines of the files that places point into; each file is read when it is first asked for."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._files: dict[str, list[str]] = {}
        self._confidential: dict[str, dict[int, bool]] = {}

    def at(self, origin: Origin) -> str | None:
        """The line that ``origin`` points at.

        None if it points at none, or its file is no manifest, by name or by what it holds, of moderate size.
        """
        if origin.path == "-" or not origin.line:
            return None
        if origin.path not in self._files:
            self._files[origin.path] = _read(Path(origin.path))
        lines = self._files[origin.path]
        return lines[origin.line - 1] if origin.line <= len(lines) else None

    def may_quote(self, origin: Origin, *, is_read: bool) -> bool:
        """Whether the line at ``origin`` is free of secrets; a file that ``is_read`` has documents to tell apart."""
        lines = self._files[origin.path]
        if not is_read:
            return not holds_secrets("\n".join(lines))
        known, number = self._confidential.setdefault(origin.path, {}), origin.line - 1
        if number not in known:
            document, confidential = confidential_around(lines, number)
            known.update((one, one in confidential) for one in document)
        return not known[number]


def _read(path: Path) -> list[str]:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST_FILE:
            return []
        is_named = all(one.name.endswith(_NAMES) for one in (path, path.resolve()))
        text = path.read_bytes().decode("utf-8-sig", errors="replace")
    except (OSError, ValueError, RuntimeError):
        return []
    if not is_named and not _LOOKS_LIKE_MANIFEST.search(text):
        return []
    return [one.rstrip("\r") for one in text.split("\n")]


def underlined(text: str, start: int, length: int, *, gutter: str, ink: Ink) -> list[Line]:
    """``text`` behind ``gutter``, and carets below the ``length`` characters from offset ``start``; at least one.

    A long line is cut to the part around ``start``.
    """
    first = max(0, start - _WIDTH // 2) if len(text) > _WIDTH else 0
    shown = text[first : first + _WIDTH].replace("\t", " ")
    before = visible(shown[: start - first])
    marked = visible(shown[start - first : start - first + length])
    blank = " " * len(gutter.rstrip(" |"))
    bar = gutter[len(blank) :]
    return [
        (Span(gutter, Ink.BLUE), Span(shown)),
        (Span(f"{blank}{bar}", Ink.BLUE), Span(f"{' ' * columns(before)}{'^' * max(1, columns(marked))}", ink)),
    ]


def code_frame(origin: Origin, source: SourceLines, *, ink: Ink, is_read: bool = True) -> list[Line]:
    """The line at ``origin`` with its number, and a caret below the word there; no lines when it cannot be shown.

    Not the text of a line that may hold a secret. Not ``is_read``: the file could not be told into documents.
    """
    text = source.at(origin)
    if text is None:
        return []
    gutter = f"{origin.line:>4} | "
    if not source.may_quote(origin, is_read=is_read):
        return [(Span(gutter, Ink.BLUE), Span(_NOT_SHOWN))]
    if not origin.column or origin.column > len(text) + 1:
        return [(Span(gutter, Ink.BLUE), Span(text[:_WIDTH].replace("\t", " ")))]
    word = _WORD.match(text, origin.column - 1)
    length = word.end() - word.start() if word else 1
    frame = underlined(text, origin.column - 1, length, gutter=gutter, ink=ink)
    return [line("     |", Ink.BLUE), *frame]
