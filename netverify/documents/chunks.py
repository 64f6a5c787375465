"""A YAML stream split into documents the way kubectl does: on lines, before any YAML is read.

Source: apimachinery ``pkg/util/yaml`` ``YAMLReader``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from netverify.documents.reasons import directive, second_document
from netverify.documents.refusal import Mark, Refusal
from netverify.patterns import pattern
from netverify.records import dataclass

_NOTHING: Final = pattern(rb"(?:[ \r]*+(?:#[^\n]*+)?\n)*+[ \r]*+(?:#[^\n]*+)?\Z")
_DIRECTIVE: Final = pattern(rb"(?:[ \r]*+(?:#[^\n]*+)?\n)*+%")
_END_MARKER: Final = pattern(rb"^\.\.\.(?=[ \t\r\n])[^\n]*\n", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Chunk:
    """The text between two separator lines; ``first_line`` counts from 0 within the file."""

    data: bytes
    first_line: int


def split(data: bytes) -> Iterator[Chunk | Refusal]:
    """The chunks of ``data`` that hold more than comments, in order.

    A separator line with text after it gives a ``Refusal`` (NV112) with its line counted within the file, and ends the
    stream there: what it separates is not known.
    """
    start, line = 0, 0
    for separator, after in _separators(data):
        chunk = data[start:separator]
        if _has_content(chunk):
            yield Chunk(chunk, line)
        line += chunk.count(b"\n")
        if not data.startswith(b"---\n", separator):
            rest = data[separator + 3 : after].strip()
            if rest and not rest.startswith(b"#"):
                yield _text_after_separator(line)
                return
        start = after
        line += 1
    chunk = data[start:]
    if _has_content(chunk):
        yield Chunk(chunk, line)


def _has_content(chunk: bytes) -> bool:
    """Whether ``chunk`` holds more than comments; most begin with a letter, which decides it."""
    return bool(chunk) and (chunk[0] > ord("#") or not _NOTHING.match(chunk))


def _separators(data: bytes) -> Iterator[tuple[int, int]]:
    """Where each line that starts with ``---`` starts, and where the line after it does."""
    at = 0
    while True:
        if not data.startswith(b"---", at):
            at = data.find(b"\n---", at) + 1
            if not at:
                return
        newline = data.find(b"\n", at)
        after = len(data) if newline < 0 else newline + 1
        yield at, after
        at = after


def check_markers(chunk: bytes) -> None:
    """Raise ``Refusal`` for a directive (NV104) and for content after the end marker ``...`` (NV113)."""
    if b"%" in chunk and (found := _DIRECTIVE.match(chunk)):
        raise _at_line(directive(), found.group().count(b"\n"))
    if b"..." in chunk and (found := _END_MARKER.search(chunk)) and not _NOTHING.match(chunk, found.end()):
        raise _at_line(second_document(), chunk.count(b"\n", 0, found.end()))


def _text_after_separator(line: int) -> Refusal:
    return Refusal(
        "NV112",
        "text after the document separator `---`",
        help="put the document on the next line",
        mark=Mark(line, 0),
    )


def _at_line(refusal: Refusal, line: int) -> Refusal:
    refusal.mark = Mark(line, 0)
    return refusal
