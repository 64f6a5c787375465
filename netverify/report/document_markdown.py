"""A document as Markdown of GitHub and GitLab, for a comment."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field
from itertools import groupby
from typing import assert_never

from netverify.records import dataclass
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
    cells_of,
    plain,
)
from netverify.report.entries import Entry, laid_out
from netverify.report.finding_list import Run
from netverify.report.markdown_text import MARKER, MOST_CHARACTERS, in_markdown, preformatted
from netverify.report.quantities import counted
from netverify.report.terminal import Ink
from netverify.visible import shortened

AT_MOST = 10
"""How many instances of one result are listed; further ones are counted."""

_SIGNS = {
    Ink.RED: ":x:",
    Ink.YELLOW: ":warning:",
    Ink.GREEN: ":white_check_mark:",
    Ink.CYAN: ":information_source:",
    Ink.DIM: ":heavy_minus_sign:",
}
_LEFT_OUT = "\nThe rest is left out here for length: the other reports have everything.\n"
_LONGEST_CELL = 300
_LONGEST_LINE = 600
_LONGEST_FOLD = 8_000
_ROOM_TO_SAY = 100
_BLANK = re.compile(r"\n{3,}")
"""More than one blank line; there is none within what is shown as it is."""


@dataclass(slots=True)
class _Part:
    """Some of a comment: ``pieces`` between ``head`` and ``tail``, of which the last may be left out, each a ``noun``.

    Without a noun all of them have to be there.
    """

    noun: str
    pieces: list[str]
    head: str = ""
    tail: str = ""
    kept: list[str] = field(default_factory=list)

    def fit(self, room: int) -> int:
        """Keep what comes first and fits into ``room``; how many characters that takes, with what is said of others."""
        used = len(self.head) + len(self.tail)
        for piece in self.pieces:
            if used + len(piece) > room - _ROOM_TO_SAY:
                break
            self.kept.append(piece)
            used += len(piece)
        if left_out := len(self.pieces) - len(self.kept):
            self.kept.append(
                f"\n{counted(left_out, self.noun)} left out here for length: the other reports have everything.\n\n"
            )
            used += len(self.kept[-1])
        return used

    @property
    def text(self) -> str:
        return f"{self.head}{''.join(self.kept)}{self.tail}"


def render_document_markdown(document: Document, run: Run) -> str:
    """``document``, beginning with a line by which a comment is found again, and ending with how to repeat ``run``.

    Guarantees: ASCII, at most :data:`~netverify.report.markdown_text.MOST_CHARACTERS`; what is left out is said.
    """
    blocks = [*document]
    took = next((f" ({in_markdown(one.took)})" for one in blocks if isinstance(one, Summary) and one.took), "")
    again = f"\nTo repeat this{took}:\n\n{preformatted([shortened(run.command, 2_000)])}\n"
    parts = [_Part("", [f"{MARKER}\n"]), *_together(blocks), _Part("", [again])]
    text = _fitted(parts, MOST_CHARACTERS)
    text = _BLANK.sub("\n\n", text)
    return text if len(text) <= MOST_CHARACTERS else _cut(text) + _LEFT_OUT


def _cut(text: str) -> str:
    """As much of ``text`` as there is room for, up to the end of a line."""
    return text[: text.rfind("\n", 0, MOST_CHARACTERS - len(_LEFT_OUT)) + 1]


def _together(document: Document) -> Iterator[_Part]:
    """The parts of ``document``; neighbours of one noun are one part."""
    last: _Part | None = None
    for block in document:
        for part in _parts(block):
            if last is not None and part.noun and last.noun == part.noun and not (part.head or last.tail):
                last.pieces += part.pieces
                continue
            if last is not None:
                yield last
            last = part
    if last is not None:
        yield last


def _fitted(parts: Iterable[_Part], room: int) -> str:
    """The ``parts`` one after the other; those that may be cut share the room that the others leave."""
    every = list(parts)
    for part in every:
        if not part.noun:
            part.kept = part.pieces
            room -= len(part.text)
    cuttable = [part for part in every if part.noun]
    for number, part in enumerate(cuttable):
        others = sum(map(_length, cuttable[number + 1 :]))
        share = max(room - others, room // (len(cuttable) - number))
        room -= part.fit(share)
    return "".join(part.text for part in every)


def _length(part: _Part) -> int:
    return len(part.head) + len(part.tail) + sum(map(len, part.pieces)) + _ROOM_TO_SAY


def _parts(block: Block) -> Iterator[_Part]:  # noqa: C901, PLR0912 one case for each node
    match block:
        case Headline():
            sign = _SIGNS.get(block.ink, "")
            yield _Part("", [f"### {sign} {in_markdown(block.word)}{in_markdown(block.rest)}\n".replace("  ", " ")])
        case Summary():
            yield _Part("", [_summary(block)])
        case Facts():
            yield from _facts(block)
        case Item():
            place = f" ({in_markdown(block.place)})" if block.place else ""
            head = f"- **{in_markdown(block.state)} {in_markdown(block.name)}** {in_markdown(block.about)}{place}\n"
            yield _Part("item", [head + "".join(f"  - {in_markdown(text)}\n" for text in block.details)])
        case Results():
            yield from _results(block)
        case Table():
            yield from _table(block)
        case Problem():
            frame = preformatted(plain(line) for line in block.lines)
            yield _Part("problem", [f"**{in_markdown(plain(block.head))}**\n\n{frame}\n"])
        case Remark():
            yield _Part("remark", [f"{in_markdown(block.text)}\n"])
        case Account():
            yield _fold("What was read", [_Part("line", [f"- {in_markdown(text)}\n" for text in block.texts])])
        case Fold():
            yield _fold(block.title, _together(block.blocks))
        case Section():
            yield _Part("", [f"\n### {in_markdown(block.title)}\n\n"])
            yield from _together(block.blocks)
        case Beside():
            yield from _together(block.blocks)
        case Gap():
            yield _Part("", ["\n"])
        case _ as never:
            assert_never(never)


def _facts(facts: Facts) -> Iterator[_Part]:
    """A table where texts have places, else a list."""
    if not facts.entries:
        return
    if any(one.place for one in facts.entries):
        rows = [_row(tuple("<br>".join(map(in_markdown, one)) for one in cells)) for cells in cells_of(facts)]
        yield _Part("line", rows, "\n| | | |\n|---|---|---|\n", "\n")
        return
    items: list[str] = []
    last = ""
    for term, texts, _ in cells_of(facts):
        last = term[0] if term else last
        items.append(f"- {in_markdown(last)}: {'<br>'.join(map(in_markdown, texts))}\n")
    yield _Part("line", items, "\n", "\n")


def _summary(summary: Summary) -> str:
    sign = ":white_check_mark:" if summary.ink is Ink.CYAN else _SIGNS.get(summary.ink, "")
    of = f" (of {in_markdown(summary.total)})" if summary.total else ""
    return f"{sign} **netverify: {in_markdown(summary.text)}**{of}\n\n"


def _fold(title: str, parts: Iterable[_Part]) -> _Part:
    inner = _fitted(parts, _LONGEST_FOLD)
    return _Part("", [f"<details><summary>{in_markdown(title)}</summary>\n\n{inner}\n</details>\n\n"])


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |\n"


def _table(table: Table) -> Iterator[_Part]:
    title = f"\n**{in_markdown(table.title)}**\n" if table.title else ""
    columns = 1 + max((len(part) for row in table.rows for part in row.parts), default=0)
    heads = tuple(map(in_markdown, table.heads)) or ("",) * columns
    if table.rows:
        rows = ["".join(_table_rows(row)) for row in table.rows]
        yield _Part(table.noun, rows, f"{title}\n{_row(heads)}|{'---|' * columns}\n", "\n")
    elif title:
        yield _Part("", [title])


def _table_rows(row: Row) -> Iterator[str]:
    for number, part in enumerate(row.parts):
        yield _row((*(("",) if number else (_in_cell(row.label),)), *map(_in_cell, part)))


def _in_cell(cell: Cell) -> str:
    return "<br>".join(_short(plain(line), _LONGEST_LINE) for line in cell)


def _short(text: str, most: int = _LONGEST_CELL) -> str:
    return in_markdown(shortened(text, most))


_RESULTS = "| verdict | {noun} | what is wrong | where |\n|---|---|---|---|\n"


def _results(results: Results) -> Iterator[_Part]:
    """What is wrong in a table, then each of them that is open folded, then the others in a list."""
    noun = results.noun
    wrong = [one for one in results.results if one.wrong]
    if wrong:
        yield _Part(noun, [_wrong_row(one) for one in wrong], _RESULTS.format(noun=noun), "\n")
    yield _Part("counterexample", [_folded(one) for one in results.results if one.is_open])
    brief = [one for one in results.results if not one.is_open and (one.facts or not one.wrong)]
    for verdict, some in groupby(brief, key=lambda one: one.verdict):
        rows = [f"- {_short(one.name)} {_short(one.title)}".rstrip() + "\n" + _bullets(one.facts, "  ") for one in some]
        yield _fold(f"{len(rows)} {verdict}", [_Part(noun, rows)])


def _wrong_row(result: Result) -> str:
    name = f"**{_short(result.name)}**" + (f" {_short(result.title)}" if result.title else "")
    more = f" (and {len(result.instances) - 1} more)" if len(result.instances) > 1 else ""
    cells = (_short(result.verdict), f"{name} ({_short(result.note)})", f"{_short(result.wrong)}{more}")
    return _row((*cells, _short(result.where)))


def _folded(result: Result) -> str:
    """One result with its instances and the steps of one, behind a line that opens it."""
    summary = f"{_short(result.verdict)}: {_short(result.title or result.name)}"
    rows = [f"<details><summary>{summary}</summary>\n", f"Wanted: {_short(result.statement, _LONGEST_LINE)}\n"]
    rows += [f"Asserted at {_short(result.place)}\n", f"{''.join(_instances(result))}{_bullets(result.facts)}"]
    first = next(iter(result.instances), None)
    if first is not None and (steps := first.steps()):
        rows.append(f"{preformatted(shortened(plain(one), _LONGEST_LINE) for one in laid_out([*steps]))}\n")
    return "\n".join((*rows, "</details>\n\n"))


def _instances(result: Result) -> Iterator[str]:
    different = list(dict.fromkeys(map(_line, result.instances)))
    yield from different[:AT_MOST]
    if different[AT_MOST:]:
        yield f"- and {len(different) - AT_MOST} more\n"
    if different and not result.is_complete:
        yield "- and perhaps others\n"


def _line(instance: Instance) -> str:
    mark = f" ({_short(instance.mark)})" if instance.mark else ""
    return f"- {_short(instance.text, _LONGEST_LINE)}{mark}{f': {_short(instance.place)}' if instance.place else ''}\n"


def _bullets(entries: Iterable[Entry], indent: str = "") -> str:
    return "".join(
        f"{indent}- {_short(f'{one.term}: {one.text}' if one.term else one.text, _LONGEST_LINE)}\n" for one in entries
    )
