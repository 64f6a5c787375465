"""A result as a document: the blocks that the writers for text, Markdown and HTML are given, of any command."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TypeAlias, assert_never

from netverify.records import dataclass
from netverify.report.entries import Entry, laid_out
from netverify.report.terminal import Ink, Line, Span, line, paint


@dataclass(frozen=True, slots=True)
class Headline:
    """What the result comes to: ``word`` in ``ink``, and the rest of the sentence."""

    word: str
    rest: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class Facts:
    """Terms with texts. A text without a term belongs to the term above, and a detail to the text above."""

    entries: tuple[Entry, ...]


@dataclass(frozen=True, slots=True)
class Item:
    """One of several things: its state in ``ink``, its name, where it is written down, and lines about it.

    ``width`` is that of the longest state.
    """

    state: str
    ink: Ink
    name: str
    about: str
    place: str
    details: tuple[str, ...]
    width: int


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong in an input: what, and below it the places with the text there and what to do."""

    head: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence by itself."""

    text: str
    ink: Ink = Ink.BOLD


@dataclass(frozen=True, slots=True)
class Account:
    """What was read, and what was left out."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A blank line in text, and nothing elsewhere."""


Block: TypeAlias = Headline | Facts | Item | Problem | Remark | Account | Gap
Document: TypeAlias = Iterable[Block]


def lines_of(document: Document) -> Iterator[Line]:
    """``document`` as lines of text."""
    for block in document:
        match block:
            case Headline():
                yield (Span(block.word, block.ink), Span(block.rest))
            case Facts():
                yield from laid_out([*block.entries])
            case Item():
                yield from _item(block)
            case Problem():
                yield block.head
                yield from block.lines
            case Remark():
                yield line(block.text, block.ink)
            case Account():
                yield from (line(f"  {text}", Ink.DIM) for text in block.texts)
            case Gap():
                yield ()
            case _ as never:
                assert_never(never)


def _item(item: Item) -> Iterator[Line]:
    yield (
        Span(f"{item.state:<{item.width}}", item.ink),
        Span(f"  {item.name}", Ink.BOLD),
        Span(f"  {item.about}"),
        Span(f"  {item.place}", Ink.CYAN),
    )
    yield from (line(f"{'':<{item.width}}    {text}") for text in item.details)


def cells_of(facts: Facts) -> Iterator[tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]]:
    """A row for each text that is no detail: its term, the text with its details, and its place, if it has any."""
    group: list[Entry] = []
    for entry in (*facts.entries, None):
        if group and (entry is None or not entry.detail):
            term, place = group[0].term, group[0].place
            details = [f"{one.text} ({one.place})" if one.place else one.text for one in group[1:]]
            yield ((term,) if term else ()), (group[0].text, *details), ((place,) if place else ())
            group = []
        if entry is not None:
            group.append(entry)


def plain(line: Line) -> str:
    """``line`` as visible text without colours."""
    return paint([line], coloured=False).removesuffix("\n")
