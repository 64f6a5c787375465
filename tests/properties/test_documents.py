"""A document says the same in text, Markdown and HTML, and no text in it can become anything but text."""

from __future__ import annotations

import re
from html.parser import HTMLParser

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from golden import gate_samples as samples
from netverify.report.document import (
    Account,
    Beside,
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
    Summary,
    Table,
)
from netverify.report.document_html import render_document_html
from netverify.report.document_markdown import render_document_markdown
from netverify.report.document_text import lines_of, table_lines
from netverify.report.entries import Entry
from netverify.report.markdown_text import MOST_CHARACTERS, in_markdown
from netverify.report.terminal import Ink, Span, paint
from netverify.visible import visible

texts = st.text(max_size=12) | st.sampled_from((samples.HOSTILE, "<b>x</b>", "| x |", "@team", "```", "\n# x"))
inks = st.sampled_from(Ink)
rows = st.lists(st.builds(Span, texts, inks), min_size=1, max_size=2).map(tuple)
several = st.lists(texts, max_size=3).map(tuple)
entries = st.builds(Entry, texts, texts, texts, st.booleans())
cells = st.lists(rows, max_size=2).map(tuple)
instances = st.builds(
    Instance,
    texts,
    texts,
    texts,
    st.lists(entries, max_size=2).map(lambda steps: lambda: tuple(steps)),
    st.just(tuple),
)
results = st.builds(
    Result,
    texts,
    inks,
    *[texts] * 5,
    st.booleans(),
    *[texts] * 3,
    instances=st.lists(instances, max_size=2).map(tuple),
    is_complete=st.booleans(),
    facts=st.lists(entries, max_size=2).map(tuple),
    further=st.lists(entries, max_size=2).map(tuple),
)


@st.composite
def tables(draw) -> Table:
    width = draw(st.integers(1, 3))
    part = st.tuples(*[cells] * width)
    drawn = st.lists(st.builds(Row, cells, st.lists(part, min_size=1, max_size=2).map(tuple)), max_size=2)
    heads = tuple(draw(texts) for _ in range(width + 1))
    limits = draw(st.sampled_from(((), (3,) * (width + 1))))
    return Table(draw(texts), heads, tuple(draw(drawn)), "row", draw(st.booleans()), limits)


simple = st.one_of(
    st.builds(Headline, texts, texts, inks),
    st.builds(Facts, st.lists(entries, max_size=3).map(tuple)),
    st.builds(Item, texts, inks, texts, texts, texts, several, st.integers(0, 9)),
    st.builds(Problem, rows, st.lists(rows, max_size=2).map(tuple)),
    st.builds(Remark, texts, inks),
    st.builds(Account, several),
    st.just(Gap()),
    st.builds(Summary, texts, inks, texts, texts, several),
    st.builds(Results, st.lists(results, max_size=2).map(tuple), st.just("assertion")),
    tables(),
)
inner = st.lists(simple, max_size=2).map(tuple)
blocks = st.one_of(simple, st.builds(Fold, texts, inner), st.builds(Beside, inner))
documents = st.lists(blocks, max_size=3)
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "section", "p", "h1", "h2", "h3", "span", "b", "br"),
    *("dl", "dt", "dd", "details", "summary", "div", "ul", "li", "pre", "fieldset", "input", "label"),
    *("table", "thead", "tbody", "tr", "th", "td"),
}


class Page(HTMLParser):
    """Collects the elements and the text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: set[str] = set()
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.add(tag)
        assert not any(name.startswith("on") or name in ("href", "src") for name, _ in attrs)

    def handle_data(self, data: str) -> None:
        self.text += data


def page_of(document) -> str:
    return "".join(render_document_html(document, samples.RUN))


def said_in(document) -> list[str]:
    """Every text that a reader is to see, as it is shown."""
    said: list[str] = []
    for block in document:
        match block:
            case Headline(word, rest, _):
                said += [word, rest]
            case Facts(entries):
                said += [text for one in entries for text in (one.text, one.place if not one.detail else "")]
            case Item(state, _, name, about, place, details, _):
                said += [state, name, about, place, *details]
            case Remark(text, _):
                said.append(text)
            case Account(texts):
                said += texts
            case Problem(head, lines):
                said += [span.text for line in (head, *lines) for span in line]
            case Summary(text, _, total, took, about):
                said += [text, total, took, *about]
            case Results(found, _):
                for one in found:
                    said += [one.name, one.heading, one.note, one.statement, one.place]
                    said += [text for some in one.instances for text in (some.text, some.place, some.mark)]
                    said += [entry.text for entry in (*one.facts, *one.further)]
            case Table(title, heads, found, _, _, _):
                said += [title, *(heads if any(heads) else ())]
                spans = [
                    span for row in found for cell in (row.label, *sum(row.parts, ())) for line in cell for span in line
                ]
                said += [span.text for span in spans]
            case Fold(title, inside):
                said += [title, *said_in(inside)]
            case Beside(inside):
                said += said_in(inside)
    return [visible(text) for text in said]


@given(documents)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_a_page_says_all_of_a_document_and_holds_no_other_elements(document) -> None:
    page = Page(page_of(document))
    assert page.elements <= ALLOWED
    seen = page.text.replace(" ", "")
    assert all(text.replace(" ", "") in seen for text in said_in(document))


@given(documents)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_markdown_says_all_of_a_document_as_text(document) -> None:
    text = render_document_markdown(document, samples.RUN)
    assert text.isascii()
    assert len(text) <= MOST_CHARACTERS
    for block in document:
        if isinstance(block, Remark):
            assert in_markdown(block.text) in text
        if isinstance(block, Item):
            assert all(in_markdown(one) in text for one in (block.name, block.about, *block.details))
    assert "<b>" not in text
    assert "@team" not in re.sub(r"<pre>.*?</pre>", "", text, flags=re.DOTALL)


@given(documents)
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_text_has_a_line_for_everything(document) -> None:
    text = paint(lines_of(document), coloured=False)
    assert all(line.isprintable() for line in text.split("\n"))


def test_what_is_too_long_for_a_comment_is_said_to_be_left_out() -> None:
    text = render_document_markdown(
        [Headline("OPEN", "", Ink.RED), *(Remark("x" * 1_000) for _ in range(100))], samples.RUN
    )
    assert len(text) <= MOST_CHARACTERS
    told = re.search(
        r"^(\d+) remarks left out here for length: the other reports have everything.$", text, re.MULTILINE
    )
    assert text.count("x" * 1_000) + int(told.group(1)) == 100
    assert text.endswith("</pre>\n")
    assert ":x: OPEN" in text


@given(tables(), st.integers(1, 60))
def test_a_table_that_is_too_wide_has_all_its_cells_below_each_other(table: Table, width: int) -> None:
    def words(lines) -> list[str]:
        return sorted(paint(lines, coloured=False).split())

    cells = [one for row in table.rows for one in (row.label, *(cell for part in row.parts for cell in part))]
    said = [visible(span.text) for one in cells for line in one for span in line]
    narrow = paint(table_lines(table, width), coloured=False)
    missing = [text for text in said if text.strip() and text not in narrow]
    fits = words(table_lines(table, width)) == words(table_lines(table))
    assert fits or not missing
