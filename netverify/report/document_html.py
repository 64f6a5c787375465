"""A document as one page of HTML that needs nothing else: no network, no script, no other file."""

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
from netverify.report.finding_list import Run
from netverify.report.html_text import in_html, page_head
from netverify.report.terminal import Ink

_COLOURS = {Ink.RED: "refuted", Ink.YELLOW: "unknown", Ink.GREEN: "proved", Ink.CYAN: "excepted"}


def render_document_html(document: Document, run: Run) -> Iterator[str]:
    """The page, in pieces. Guarantees: ASCII; the page's own policy lets its style sheet alone apply."""
    yield page_head(run.command)
    facts = [f"netverify {run.version}", *([f"revision {run.revision}"] if run.revision else []), run.repository]
    about = " &middot; ".join(in_html(one) for one in facts if one)
    yield f'<header>\n<p class="place">{in_html(run.command)}</p>\n<p class="soft">{about}</p>\n</header>\n'
    for block in document:
        yield from _pieces(block)
    yield "</body>\n</html>\n"


def _pieces(block: Block) -> Iterator[str]:
    match block:
        case Headline():
            yield f'<h1><span class="{_COLOURS.get(block.ink, "soft")}">{in_html(block.word)}</span>'
            yield f"{in_html(block.rest)}</h1>\n"
        case Facts():
            yield from _facts(block)
        case Item():
            colour = _COLOURS.get(block.ink, "")
            yield f'<details class="result {colour}" open>\n<summary><span class="verdict {colour}">'
            yield f'{in_html(block.state)}</span><span class="title"><b>{in_html(block.name)}</b> '
            yield f"{in_html(block.about)}</span><span></span>"
            yield f'<span class="place">{in_html(block.place)}</span></summary>\n'
            yield f"<div>{_list(block.details)}</div>\n</details>\n"
        case Problem():
            yield f"<h3>{in_html(plain(block.head))}</h3>\n"
            yield f"<pre>{chr(10).join(in_html(plain(line)) for line in block.lines)}</pre>\n"
        case Remark():
            yield f"<p>{in_html(block.text)}</p>\n"
        case Account():
            yield f"<section>\n<h2>What was read</h2>\n{_list(block.texts)}</section>\n"
        case Gap():
            pass
        case _ as never:
            assert_never(never)


def _facts(facts: Facts) -> Iterator[str]:
    if not facts.entries:
        return
    yield '<dl class="facts">\n'
    for term, texts, place in cells_of(facts):
        where = f' <span class="place">{in_html(place[0])}</span>' if place else ""
        yield f"<dt>{in_html(''.join(term))}</dt><dd>{'<br>'.join(map(in_html, texts))}{where}</dd>\n"
    yield "</dl>\n"


def _list(texts: tuple[str, ...]) -> str:
    return f"<ul>{''.join(f'<li>{in_html(text)}</li>' for text in texts)}</ul>\n"
