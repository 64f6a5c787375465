"""A document as one page of HTML that needs nothing else: no network, no script, no other file."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import assert_never

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
from netverify.report.html_text import in_html, page_head
from netverify.report.terminal import Ink

AT_MOST = 100
"""How many instances of one result are shown; further ones are counted."""

_COLOURS = {Ink.RED: "refuted", Ink.YELLOW: "unknown", Ink.GREEN: "proved", Ink.CYAN: "excepted"}
_NO_NAME = re.compile(r"[^a-z]+")


def render_document_html(document: Document, run: Run) -> Iterator[str]:
    """The page, in pieces. Guarantees: ASCII; the page's own policy lets its style sheet alone apply."""
    yield page_head(run.command)
    facts = [f"netverify {run.version}", *([f"revision {run.revision}"] if run.revision else []), run.repository]
    yield f'<header>\n<p class="place">{in_html(run.command)}</p>\n{_soft(facts)}</header>\n'
    for block in document:
        yield from _pieces(block)
    yield "</body>\n</html>\n"


def _soft(texts: Iterable[str]) -> str:
    return f'<p class="soft">{" &middot; ".join(in_html(one) for one in texts if one)}</p>\n'


def _pieces(block: Block) -> Iterator[str]:  # noqa: C901, PLR0912 one case for each node
    match block:
        case Headline():
            yield f'<h1><span class="{_COLOURS.get(block.ink, "soft")}">{in_html(block.word)}</span>'
            yield f"{in_html(block.rest)}</h1>\n"
        case Summary():
            yield f"<h1>netverify: {in_html(block.text)}</h1>\n{_soft((block.total, *block.about, block.took))}"
        case Facts():
            yield from _facts(block)
        case Item():
            yield from _item(block)
        case Results():
            yield from _filter(block)
            yield f'<section aria-label="{in_html(block.noun)}s">\n'
            yield from map(_result, block.results)
            yield "</section>\n"
        case Table():
            yield from _table(block)
        case Problem():
            yield f"<h3>{in_html(plain(block.head))}</h3>\n"
            yield f"<pre>{chr(10).join(in_html(plain(line)) for line in block.lines)}</pre>\n"
        case Remark():
            yield f"<p>{in_html(block.text)}</p>\n"
        case Account():
            yield f"<section>\n<h2>What was read</h2>\n{_list(block.texts)}</section>\n"
        case Fold() | Section():
            inside = (piece for one in block.blocks for piece in _pieces(one))
            yield f"<section>\n<h2>{in_html(block.title)}</h2>\n{''.join(inside)}</section>\n"
        case Beside():
            yield from (piece for one in block.blocks for piece in _pieces(one))
        case Gap():
            pass
        case _ as never:
            assert_never(never)


def _item(item: Item) -> Iterator[str]:
    colour = _COLOURS.get(item.ink, "")
    yield f'<details class="result {colour}" open>\n<summary><span class="verdict {colour}">'
    yield f'{in_html(item.state)}</span><span class="title"><b>{in_html(item.name)}</b> '
    yield f"{in_html(item.about)}</span><span></span>"
    yield f'<span class="place">{in_html(item.place)}</span></summary>\n'
    yield f"<div>{_list(item.details)}</div>\n</details>\n"


def _facts(facts: Facts) -> Iterator[str]:
    if not facts.entries:
        return
    yield '<dl class="facts">'
    lead = ""
    for term, texts, place in cells_of(facts):
        where = f' <span class="place">{in_html(place[0])}</span>' if place else ""
        text = f"{'<br>'.join(map(in_html, texts))}{where}"
        is_new = term or place or len(texts) > 1 or not lead
        yield f"{lead}\n<dt>{in_html(''.join(term))}</dt><dd>{text}" if is_new else f"<br>{text}"
        lead = "</dd>"
    yield "</dd>\n</dl>\n"


def _list(texts: Iterable[str]) -> str:
    return f"<ul>{''.join(f'<li>{in_html(text)}</li>' for text in texts)}</ul>\n"


def _table(table: Table) -> Iterator[str]:
    lead, end = (f"<section>\n<h2>{in_html(table.title)}</h2>\n", "</section>\n") if table.title else ("", "")
    kind = ' class="numbers"' if table.numbers else ""
    yield f"{lead}<table{kind}>\n"
    if any(table.heads):
        heads = "".join(f'<th scope="col">{in_html(name)}</th>' for name in table.heads)
        yield f"<thead><tr>{heads}</tr></thead>\n"
    yield "<tbody>\n"
    for row in table.rows:
        yield from _table_rows(row)
    yield f"</tbody>\n</table>\n{end}"


def _table_rows(row: Row) -> Iterator[str]:
    span = f' rowspan="{len(row.parts)}"' if len(row.parts) > 1 else ""
    lead = f"<td{span}>{_in_cell(row.label)}</td>"
    for part in row.parts:
        yield f"<tr>{lead}{''.join(f'<td>{_in_cell(one)}</td>' for one in part)}</tr>\n"
        lead = ""


def _in_cell(cell: Cell) -> str:
    return "<br>".join("".join(_span(span.text, span.ink) for span in line) for line in cell)


def _span(text: str, ink: Ink) -> str:
    if ink is Ink.DIM:
        return f'<span class="soft">{in_html(text)}</span>'
    if ink is Ink.BOLD:
        return f"<b>{in_html(text)}</b>"
    colour = _COLOURS.get(ink)
    return f'<span class="{colour}">{in_html(text)}</span>' if colour else in_html(text)


def _filter(results: Results) -> str:
    """A button for each verdict that there is; the style sheet hides what it leaves out."""
    inks = {_name(one.verdict): one.ink for one in results.results}
    numbers = Counter(_name(one.verdict) for one in results.results)
    tiles = [_tile("all", len(results.results), "", "checked ")]
    tiles += [_tile(name, numbers[name], f" {_COLOURS.get(ink, '')}", "") for name, ink in inks.items()]
    return f'<fieldset class="filter" aria-label="verdicts to show">\n{"".join(tiles)}</fieldset>\n'


def _tile(name: str, number: int, colour: str, state: str) -> str:
    return (
        f'<input type="radio" name="only" id="only-{name}" {state}autocomplete="off">'
        f'<label class="tile" for="only-{name}"><b class="number{colour}">{number}</b><span>{name}</span></label>\n'
    )


def _name(verdict: str) -> str:
    """``verdict`` as the style sheet names it."""
    return _NO_NAME.sub("-", verdict.lower())


def _result(result: Result) -> str:
    """``result`` as an element that opens; open where something is wrong that is not left aside."""
    name = _name(result.verdict)
    opened = " open" if result.is_open else ""
    title = f"<b>{in_html(result.name)}</b> {in_html(result.heading)}"
    entries = (Entry("wanted", result.statement), *result.facts, *result.further)
    return (
        f'<details class="result {name}"{opened}>\n'
        f'<summary><span class="verdict {_COLOURS.get(result.ink, "")}">{in_html(result.verdict)}</span>'
        f'<span class="title">{title}</span><span class="soft">{in_html(result.note)}</span>'
        f'<span class="place">{in_html(result.place)}</span></summary>\n'
        f"<div>\n{''.join(_facts(Facts(entries)))}{''.join(_instances(result))}</div>\n</details>\n"
    )


def _instances(result: Result) -> Iterator[str]:
    for position, one in enumerate(result.instances[:AT_MOST]):
        yield _instance(one, is_open=not position)
    if result.instances[AT_MOST:]:
        yield f"<p>and {len(result.instances) - AT_MOST} more</p>\n"
    if not result.is_complete:
        yield '<p class="soft">There may be others.</p>\n'


def _instance(instance: Instance, *, is_open: bool) -> str:
    mark = f' <span class="verdict excepted">{in_html(instance.mark)}</span>' if instance.mark else ""
    place = f' <span class="place">{in_html(instance.place)}</span>' if instance.place else ""
    head = f'<span class="title">{in_html(instance.text)}</span>{mark}{place}'
    steps = "\n".join(in_html(plain(one)) for one in laid_out([*instance.steps()]))
    if not steps:
        return f"<p>{head}</p>\n"
    opened = " open" if is_open else ""
    return f'<details class="more"{opened}>\n<summary>{head}</summary>\n<div><pre>{steps}</pre></div>\n</details>\n'
