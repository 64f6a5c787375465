"""The output boundary: styled lines to text that is safe on a terminal.

All text from a manifest or a sentence leaves through :func:`paint` or :func:`netverify.visible.visible`, so that no
name can move the cursor, change colours or imitate other output.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

from netverify.visible import visible


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

_COMMAND = re.compile(r"^ *::(?=[A-Za-z-]+(?: .*)?::)|##\[")
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
