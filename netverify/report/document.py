"""A result as a document: the tree that the writers for text, Markdown and HTML are given, of any command.

Nothing here knows a format, and no writer knows a result. What differs between formats is what they have room for: a
terminal shows less than a comment, and a comment less than a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import TypeAlias

from netverify.records import dataclass
from netverify.report.entries import Entry
from netverify.report.terminal import Ink, Line, line, paint

Cell: TypeAlias = tuple[Line, ...]
"""What a table has in one place: lines below each other."""


@dataclass(frozen=True, slots=True)
class Headline:
    """What the result comes to: ``word`` in ``ink``, and the rest of the sentence."""

    word: str
    rest: str
    ink: Ink


@dataclass(frozen=True, slots=True)
class Summary:
    """What many results come to, in ``ink``: ``text``, of how many in ``total``, and how long it ``took``, if told.

    ``about`` names what was looked at. Text ends with it, as the eye is at the end of a terminal; all else begins so.
    """

    text: str
    ink: Ink
    total: str = ""
    took: str = ""
    about: tuple[str, ...] = ()


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
class Instance:
    """One thing that makes a :class:`Result` what it is: a line, and where in a file it comes from.

    ``mark`` sets it apart from the others, if anything does. ``steps`` show how it comes to be, and ``frame`` the text
    in the file; both cost something, so they are made when they are shown.
    """

    text: str
    place: str = ""
    mark: str = ""
    steps: Callable[[], tuple[Entry, ...]] = tuple
    frame: Callable[[], tuple[Line, ...]] = tuple


@dataclass(frozen=True, slots=True)
class Result:
    """One of several things that were judged, by ``name`` and ``title``; the title may be empty.

    ``verdict`` is a word in ``ink``, ``note`` how much it matters, ``statement`` what was judged, and ``place`` where
    it is written. ``wrong`` says in a line what is wrong, ``where`` in which place; both are empty where nothing is.
    ``is_open``: somebody has to do something about it, so it is told in full. ``instances`` make it what it is, and
    there may be others unless ``is_complete``. ``facts`` are for every reader, ``further`` ones for pages.
    """

    verdict: str
    ink: Ink
    name: str
    title: str
    note: str
    statement: str
    place: str
    is_open: bool
    wrong: str = ""
    where: str = ""
    aside: str = ""
    instances: tuple[Instance, ...] = ()
    is_complete: bool = True
    facts: tuple[Entry, ...] = ()
    further: tuple[Entry, ...] = ()

    @property
    def heading(self) -> str:
        """The title, or else what was judged."""
        return self.title or self.statement


@dataclass(frozen=True, slots=True)
class Results:
    """Everything that was judged, the gravest first; ``noun`` is what each of them is."""

    results: tuple[Result, ...]
    noun: str


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a table: what it is about, and one part or several beside that, each with the other cells."""

    label: Cell
    parts: tuple[tuple[Cell, ...], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under ``heads``, which may all be empty; each row is a ``noun``.

    ``numbers``: all columns but the first hold numbers. In text the columns are at most ``widths`` wide, where that is
    not 0. ``in_summary``: it belongs to what the result comes to.
    """

    title: str
    heads: tuple[str, ...]
    rows: tuple[Row, ...]
    noun: str = "row"
    numbers: bool = False
    widths: tuple[int, ...] = ()
    in_summary: bool = False


@dataclass(frozen=True, slots=True)
class Problem:
    """Something that is wrong in an input: what, and below it the places with the text there and what to do."""

    head: Line
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Remark:
    """A sentence by itself; ``in_summary`` as of a :class:`Table`."""

    text: str
    ink: Ink = Ink.BOLD
    in_summary: bool = False


@dataclass(frozen=True, slots=True)
class Account:
    """What was read, and what was left out."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Gap:
    """A blank line in text, and nothing elsewhere."""


@dataclass(frozen=True, slots=True)
class Fold:
    """Blocks that a reader may skip, with what they are about."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Section:
    """Blocks under a title that every reader sees."""

    title: str
    blocks: tuple[Block, ...]


@dataclass(frozen=True, slots=True)
class Beside:
    """Blocks that text leaves out: standard error says them, or a terminal has no room for them."""

    blocks: tuple[Block, ...]


Block: TypeAlias = (
    Headline | Summary | Facts | Item | Results | Table | Problem | Remark | Account | Gap | Fold | Section | Beside
)
Document: TypeAlias = Iterable[Block]


_TOLD_ALWAYS = ("in all", "because", "read as")
"""The terms of facts that belong to what a result comes to: its numbers, its doubts, and what was asked."""


def summarised(document: Document) -> Iterator[Block]:
    """What ``document`` comes to, with its doubts and the account of the inputs; nothing of what it is made of."""
    for block in document:
        match block:
            case Headline() | Summary() | Account():
                yield block
            case Table() | Remark() if block.in_summary:
                yield block
            case Facts():
                if kept := tuple(_told_always(block.entries)):
                    yield Facts(kept)
            case Section():
                yield from summarised(block.blocks)
            case _:
                pass


def _told_always(entries: Iterable[Entry]) -> Iterator[Entry]:
    term = ""
    for entry in entries:
        term = entry.term or term
        if term in _TOLD_ALWAYS:
            yield entry


def cell(*texts: str, ink: Ink = Ink.PLAIN) -> Cell:
    """A cell with a line for each of ``texts``."""
    return tuple(line(text, ink) for text in texts)


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
