"""The output boundary: styled lines to text that is safe on a terminal.

All text from a manifest or a sentence leaves through :func:`paint` or :func:`netverify.visible.visible`, so that no
name can move the cursor, change colours or imitate other output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from enum import StrEnum
from typing import TypeAlias

from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.visible import columns, visible


class Ink(StrEnum):
    """How a span looks; the value is its SGR sequence, empty for none."""

    PLAIN = ""
    BOLD = "1"
    DIM = "2"
    RED = "1;31"
    GREEN = "1;32"
    YELLOW = "1;33"
    BLUE = "1;34"
    CYAN = "36"


@dataclass(frozen=True, slots=True)
class Span:
    """A piece of one line; ``text`` may hold anything, and is escaped when it is painted."""

    text: str
    ink: Ink = Ink.PLAIN


Line: TypeAlias = tuple[Span, ...]

_COMMAND = pattern(r"^ *::(?=[A-Za-z-]+(?: .*)?::)|##\[")
"""What a runner of GitHub takes for a command in the output of a step. Source: actions/runner, ActionCommand.cs."""


def line(text: str, ink: Ink = Ink.PLAIN) -> Line:
    """A line of one span."""
    return (Span(text, ink),)


def _painted(span: Span, *, coloured: bool) -> str:
    text = visible(span.text)
    return f"\x1b[{span.ink}m{text}\x1b[0m" if coloured and span.ink and text else text


def paint(lines: Iterable[Line], *, coloured: bool) -> str:
    """``lines`` as text, each ended by a line feed, without blanks at line ends, none of them a command to a runner."""
    painted = ("".join(_painted(span, coloured=coloured) for span in spans).rstrip(" ") for spans in lines)
    return "".join(f"{_COMMAND.sub(_disarmed, one)}\n" for one in painted)


def _disarmed(command: re.Match[str]) -> str:
    return f"{command[0][:-1]}\\x{ord(command[0][-1]):02x}"


def wrapped(lines: Iterable[Line], width: int) -> Iterator[Line]:
    """``lines`` broken at blanks so that they fit into ``width`` columns.

    A word that has no room on a line of its own, such as a path, is not broken. Lines of source text stay whole.
    """
    for spans in lines:
        whole = tuple(Span(visible(span.text), span.ink) for span in spans)
        text = "".join(span.text for span in whole)
        if columns(text) <= width or _SOURCE.match(text):
            yield spans
        else:
            yield from _broken(whole, width, _hanging(text, width))


_SOURCE = pattern(r" *\d* *\| ")
"""How a line of a code frame begins."""

_GAP = pattern(r"(?<=\S) {2,}(?=\S)")
"""What is between two columns."""


def _hanging(text: str, width: int) -> int:
    """How far what follows the first line is indented: a little more than its last column in the left half."""
    gaps = [gap.end() for gap in _GAP.finditer(text) if gap.end() <= width // 2]
    own = len(text) - len(text.lstrip(" "))
    return min(max((own, *gaps)) + 2, width // 2)


def _broken(spans: Line, width: int, hanging: int) -> Iterator[Line]:
    row: list[Span] = []
    at = 0
    for gap, word in _words(spans):
        blanks = gap
        needed = sum(columns(piece.text) for piece in word)
        if at > hanging and at + len(blanks) + needed > width:
            yield tuple(row)
            row, at, blanks = [], 0, " " * hanging
        row += [Span(blanks), *word]
        at += len(blanks) + needed
    yield tuple(row)


def _words(spans: Line) -> Iterator[tuple[str, list[Span]]]:
    """The words of ``spans``, each with the blanks before it; a word may be in several pieces."""
    blanks, word = "", list[Span]()
    for span in spans:
        for piece in re.findall(r" +|[^ ]+", span.text):
            if piece[0] != " ":
                word.append(Span(piece, span.ink))
                continue
            if word:
                yield blanks, word
                blanks, word = "", []
            blanks += piece
    if word:
        yield blanks, word


def wants_colour(choice: str, environment: Mapping[str, str], *, is_terminal: bool) -> bool:
    """Whether to colour output for ``--color`` ``choice``: ``always``, ``never`` or ``auto``.

    ``auto`` follows ``NO_COLOR`` where it is not empty, then ``FORCE_COLOR`` where it is not empty (0: no colours),
    then whether a terminal that is not dumb reads. Source: no-color.org, force-color.org.
    """
    if choice != "auto":
        return choice == "always"
    if environment.get("NO_COLOR"):
        return False
    if environment.get("FORCE_COLOR"):
        return environment["FORCE_COLOR"] != "0"
    return is_terminal and environment.get("TERM") != "dumb"
