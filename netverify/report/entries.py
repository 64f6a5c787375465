"""The lines of a text report: a term, a text, and perhaps a place at the right."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from netverify.late import late
from netverify.query.remarks import Remarked
from netverify.records import dataclass
from netverify.report.behaviour_text import settings_together
from netverify.report.coverage_text import coverage_text
from netverify.report.terminal import Ink, Line, Span, line
from netverify.sources.coverage import Inventory
from netverify.visible import columns, padded, visible

if TYPE_CHECKING:
    import textwrap
else:
    (textwrap,) = late("", "textwrap")

_TERM_WIDTH = 8
_FARTHEST = 96
_BROKEN_AT = 112


@dataclass(frozen=True, slots=True)
class Entry:
    """A line with a term, a text, and perhaps a place that is aligned at the right."""

    term: str
    text: str
    place: str = ""
    detail: bool = False


def remark_entries(outcome: Remarked) -> list[Entry]:
    """What is in doubt about ``outcome``, what it rests on, and what else bears on it."""
    return [*doubt_entries(outcome), *premise_entries(outcome)]


def doubt_entries(outcome: Remarked) -> list[Entry]:
    """What is in doubt about ``outcome``."""
    return column("because", outcome.unknown_because)


def premise_entries(outcome: Remarked) -> list[Entry]:
    """What ``outcome`` rests on, and what else bears on it."""
    terms = (
        ("assumes", settings_together(outcome.assumptions)),
        ("inexact", outcome.approximations),
        ("note", outcome.notes),
    )
    return [entry for term, texts in terms for entry in column(term, texts)]


def column(term: str, texts: Sequence[str]) -> list[Entry]:
    """``texts`` below each other; the term stands before the first."""
    return [Entry("" if position else term, text) for position, text in enumerate(texts)]


def broken(term: str, text: str, place: str, width: int | None = None) -> list[Entry]:
    """``text`` on as many lines as it takes at a width that is read at a glance; the place is beside the last.

    ``width`` are the columns of the terminal, if any.
    """
    limit = _BROKEN_AT if width is None else min(_BROKEN_AT, max(_BROKEN_AT // 3, width - _TERM_WIDTH - 6))
    pieces = [text] if len(text) <= limit and text == text.strip() else _pieces(text, limit)
    last = len(pieces) - 1
    return [
        Entry("" if number else term, one, place if number == last else "", detail=number > 0)
        for number, one in enumerate(pieces)
    ]


def _pieces(text: str, limit: int) -> list[str]:
    wrapper = textwrap.TextWrapper(limit, break_long_words=False, break_on_hyphens=False)
    wrapper.expand_tabs = wrapper.replace_whitespace = False
    return wrapper.wrap(text) or [""]


def laid_out(entries: list[Entry]) -> list[Line]:
    """Terms in one column; places in another, as far right as the longest text before a place needs."""
    texts = [visible(("  " if entry.detail else "") + entry.text) for entry in entries]
    places_at = max((columns(text) for text, entry in zip(texts, entries, strict=True) if entry.place), default=0)
    places_at = min(places_at, _FARTHEST)
    laid: list[Line] = []
    for text, entry in zip(texts, entries, strict=True):
        term = Span(f"  {entry.term:<{_TERM_WIDTH}}  ", Ink.BOLD)
        place = (Span("   "), Span(entry.place, Ink.CYAN)) if entry.place else ()
        laid.append((term, Span(padded(text, places_at) if entry.place else text), *place))
    return laid


def account(inventory: Inventory) -> list[Line]:
    """The account of the inputs, as the last lines of a report."""
    return [line(f"  {text}", Ink.DIM) for text in coverage_text(inventory)]
