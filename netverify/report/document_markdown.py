"""A document as Markdown of GitHub and GitLab, for a comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import assert_never

from netverify.report.document import (
    Account,
    Block,
    Document,
    Facts,
    Gap,
    Headline,
    Item,
    Problem,
    Remark,
    cells_of,
    plain,
)
from netverify.report.markdown_text import MARKER, MOST_CHARACTERS, in_markdown, preformatted
from netverify.report.terminal import Ink

_SIGNS = {
    Ink.RED: ":x:",
    Ink.YELLOW: ":warning:",
    Ink.GREEN: ":white_check_mark:",
    Ink.CYAN: ":information_source:",
}
_LEFT_OUT = "\nThe rest is left out here for length: the other reports have everything.\n"


def render_document_markdown(document: Document) -> str:
    """``document``, beginning with a line by which a comment is found again.

    Guarantees: ASCII, at most :data:`~netverify.report.markdown_text.MOST_CHARACTERS`; what is left out is said.
    """
    pieces = [f"{MARKER}\n"]
    room = MOST_CHARACTERS - len(pieces[0]) - len(_LEFT_OUT)
    for block in document:
        piece = "".join(f"{row}\n" for row in _rows(block))
        room -= len(piece)
        if room < 0:
            return "".join((*pieces, _LEFT_OUT))
        pieces.append(piece)
    return "".join(pieces)


def _rows(block: Block) -> Iterator[str]:
    match block:
        case Headline():
            sign = _SIGNS.get(block.ink, "")
            yield f"### {sign} {in_markdown(block.word)}{in_markdown(block.rest)}".replace("  ", " ")
        case Facts():
            yield from _table(block)
        case Item():
            place = f" ({in_markdown(block.place)})" if block.place else ""
            yield f"- **{in_markdown(block.state)} {in_markdown(block.name)}** {in_markdown(block.about)}{place}"
            yield from (f"  - {in_markdown(text)}" for text in block.details)
        case Problem():
            yield f"**{in_markdown(plain(block.head))}**\n"
            yield preformatted(plain(line) for line in block.lines)
        case Remark():
            yield in_markdown(block.text)
        case Account():
            yield "\n<details><summary>What was read</summary>\n"
            yield from (f"- {in_markdown(text)}" for text in block.texts)
            yield "\n</details>"
        case Gap():
            yield ""
        case _ as never:
            assert_never(never)


def _table(facts: Facts) -> Iterator[str]:
    if not facts.entries:
        return
    yield from ("", "| | | |", "|---|---|---|")
    for cells in cells_of(facts):
        yield f"| {' | '.join('<br>'.join(map(in_markdown, texts)) for texts in cells)} |"
    yield ""
