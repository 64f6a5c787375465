"""A document as lines of text, for a terminal."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice, zip_longest
from typing import TYPE_CHECKING, Final, assert_never

from netverify.late import late
from netverify.report.document import (
    Account,
    Beside,
    Block,
    Cell,
    Document,
    Facts,
    Fold,
    Gap,
    Headline,
    Instance,
    Item,
    Problem,
    Remark,
    Result,
    Results,
    Row,
    Section,
    Summary,
    Table,
)
from netverify.report.entries import Entry, broken, laid_out
from netverify.report.terminal import Ink, Line, Span, line
from netverify.visible import columns, visible

if TYPE_CHECKING:
    import textwrap
else:
    (textwrap,) = late("", "textwrap")

_GAP: Final = "  "
AT_MOST = 10
"""How many instances of one result are listed; further ones are counted."""


def lines_of(document: Document, *, in_full: bool = False, width: int | None = None) -> Iterator[Line]:
    """``document`` as lines of text; a summary comes last. ``in_full``: each result, with all that makes it so.

    ``width`` are the columns of the terminal that they are for, if any: other lines are broken later.
    """
    last: list[Line] = []
    for block in document:
        if isinstance(block, Summary):
            last.append((Span(block.text, block.ink), Span(f" in {block.took}" if block.took else "")))
        else:
            yield from _lines(block, in_full=in_full, width=width)
    yield from last


def _lines(block: Block, *, in_full: bool, width: int | None) -> Iterator[Line]:  # noqa: C901, PLR0912 one case for each node
    match block:
        case Headline():
            yield (Span(block.word, block.ink), Span(block.rest))
        case Facts():
            yield from laid_out([*block.entries])
        case Item():
            yield from _item(block)
        case Results():
            yield from _results(block, in_full=in_full, width=width)
        case Table():
            yield from table_lines(block, width)
        case Problem():
            yield block.head
            yield from block.lines
        case Remark():
            yield line(block.text, block.ink)
        case Account():
            yield from (line(f"  {text}", Ink.DIM) for text in block.texts)
        case Gap():
            yield ()
        case Fold():
            yield from lines_of(block.blocks, in_full=in_full, width=width)
        case Section():
            yield ()
            yield line(block.title, Ink.BOLD)
            yield from lines_of(block.blocks, in_full=in_full, width=width)
        case Summary() | Beside():
            pass
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


def _results(results: Results, *, in_full: bool, width: int | None) -> Iterator[Line]:
    """Those that are open in full, then the others in a line each, unless they are wanted ``in_full``."""
    brief = [one for one in results.results if not (one.is_open or in_full)]
    for one in results.results:
        if one.is_open or in_full:
            yield from _in_full(one, most=None if in_full else AT_MOST, width=width)
            yield ()
    verdicts = max((len(one.verdict) for one in brief), default=0)
    names = max((len(one.name) for one in brief), default=0)
    for one in brief:
        aside = f" ({one.aside})" if one.aside else ""
        text = f"  {one.name:<{names}}  {one.heading}{aside}"
        yield (Span(f"{one.verdict.upper():<{verdicts}}", one.ink), Span(text))
        yield from laid_out([*one.facts])


def _in_full(result: Result, *, most: int | None, width: int | None) -> Iterator[Line]:
    yield (
        Span(f"{result.verdict.upper()} {result.name}", result.ink),
        Span(f" [{result.note}]"),
        Span(f": {result.heading}", Ink.BOLD),
    )
    yield (Span(" --> ", Ink.BLUE), Span(result.place))
    first = next(iter(result.instances), None)
    wanted = [Entry("wanted", result.statement)] if result.title else []
    steps = first.steps() if first is not None else ()
    yield from laid_out([*wanted, *_instances(result, most, width), *steps, *result.facts])
    if first is not None:
        yield from first.frame()


def _instances(result: Result, most: int | None, width: int | None) -> Iterator[Entry]:
    """What makes ``result`` what it is: so many at ``most``, or all; broken where they are wider than ``width``."""
    # Those that differ in conditions alone that no line has room for read alike.
    different = dict.fromkeys((_line(one), one.place) for one in result.instances)
    for position, (text, place) in enumerate(islice(different, most)):
        yield from broken("" if position else "but", text, place, width)
    more = 0 if most is None else len(different) - most
    others = "" if result.is_complete else "perhaps others"
    if more > 0:
        yield Entry("", f"and {more} more{', and ' if others else ''}{others}")
    elif different and others:
        yield Entry("", f"and {others}")


def _line(instance: Instance) -> str:
    return f"{instance.text} ({instance.mark})" if instance.mark else instance.text


def table_lines(table: Table, width: int | None = None) -> Iterator[Line]:
    """Columns as wide as what is in them, below a title indented; where ``width`` is less, cells below each other."""
    if table.title:
        yield line(table.title, Ink.BOLD)
    indent = "  " if table.title else ""
    rows = [_flat(row, table.widths) for row in table.rows]
    heads = [tuple(map(visible, table.heads))] if any(table.heads) else []
    cells = [*heads, *(tuple(map(_text, row)) for some in rows for row in some)]
    widths = [max(map(columns, column)) for column in zip(*cells, strict=True)] if cells else []
    if width is not None and len(indent) + sum(widths) + len(_GAP) * (len(widths) - 1) > width:
        yield from (one for row in table.rows for one in _stacked(row, table, indent))
        return
    for some in heads:
        yield from _row([line(one, Ink.BOLD) for one in some], widths, indent, table)
    for row in (row for some in rows for row in some):
        yield from _row(row, widths, indent, table)


def _stacked(row: Row, table: Table, indent: str) -> Iterator[Line]:
    """The label of ``row``, and below it what is beside it in a wide table: with its head, or else a part on a line."""
    yield (Span(indent), *_joined(row.label, ", "))
    below = indent + "  "
    heads = [visible(one) for one in table.heads[1:]]
    widest = max(map(columns, heads), default=0)
    for part in row.parts:
        if any(heads):
            named = ((head, [_joined((one,)) for one in lines]) for head, lines in zip(heads, part, strict=False))
            for head, lines in named:
                texts = [one for one in lines if _text(one).strip()]
                terms = (head, *[""] * len(texts))
                yield from ((Span(f"{below}{term:<{widest}}  "), *one) for term, one in zip(terms, texts, strict=False))
        else:
            yield (Span(below), *(span for number, one in enumerate(part) for span in _after(number, _joined(one))))


def _after(number: int, spans: Line) -> Line:
    return (Span(_GAP), *spans) if number and spans else spans


def _joined(cell: Cell, between: str = " ") -> Line:
    """The lines of ``cell`` on one line."""
    spans = [tuple(Span(visible(span.text), span.ink) for span in one) for one in cell]
    return tuple(span for number, one in enumerate(spans) for span in ((Span(between), *one) if number else one))


def _row(row: Sequence[Line], widths: Sequence[int], indent: str, table: Table) -> Iterator[Line]:
    spans: list[Span] = [Span(indent)] if indent else []
    for number, (spaces, width) in enumerate(zip(row, widths, strict=True)):
        blank = " " * (width - columns(_text(spaces)))
        gap = _GAP if number else ""
        spans += [Span(gap + blank if table.numbers and number else gap), *spaces]
        if not (table.numbers and number):
            spans.append(Span(blank))
    yield tuple(spans)


def _flat(row: Row, widths: Sequence[int]) -> list[tuple[Line, ...]]:
    """``row`` as lines, each with all its columns."""
    number = 1 + max(len(part) for part in row.parts)
    limits = [*widths, *[0] * (number - len(widths))]
    label = _wrapped(row.label, limits[0], whole=False)
    rest = [columns for part in row.parts for columns in zip_longest(*_columns(part, limits[1:]), fillvalue=())]
    blank = ((),) * (number - 1)
    return [(first or (), *(others or blank)) for first, others in zip_longest(label, rest)]


def _columns(part: Sequence[Cell], limits: Sequence[int]) -> Iterator[Iterable[Line]]:
    last = len(part) - 1
    for at, one in enumerate(part):
        yield _wrapped(one, limits[at], whole=at == last)


def _wrapped(cell: Cell, width: int, *, whole: bool) -> Iterable[Line]:
    """The lines of ``cell``, none of one ink wider than ``width``, unless that is 0; ``whole``: no word is broken."""
    for spans in cell:
        text = visible("".join(span.text for span in spans))
        if not width or len({span.ink for span in spans}) != 1 or columns(text) <= width:
            yield tuple(Span(visible(span.text), span.ink) for span in spans)
            continue
        pieces = textwrap.wrap(text, width, break_long_words=not whole, break_on_hyphens=not whole)
        yield from (line(piece, spans[0].ink) for piece in pieces)


def _text(spans: Line) -> str:
    return "".join(span.text for span in spans)
