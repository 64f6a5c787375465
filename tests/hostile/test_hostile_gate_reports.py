"""Names, titles and paths that try to be something else change nothing in any report on a gate."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from golden import gate_samples as samples
from netverify.report.document_html import render_document_html
from netverify.report.document_markdown import render_document_markdown
from netverify.report.document_text import lines_of
from netverify.report.gate_document import document_of_gate
from netverify.report.gate_json import render_gate_json
from netverify.report.gate_list import list_of_gate
from netverify.report.github import render_github
from netverify.report.gitlab import render_gitlab
from netverify.report.junit import render_junit
from netverify.report.sarif import render_sarif
from netverify.report.terminal import line, paint

TEXTS = (
    samples.HOSTILE,
    "",
    "\udfff\ud800\x00\ufffe\uffff",
    "\n::set-output name=x::y",
    "::error::y",
    "\r\n##[stop-commands]x",
    "a,b=c:d%0A",
    "]]><!--",
    "-",
    "/",
    "..",
)
hostile = pytest.mark.parametrize("text", TEXTS)


@lru_cache(maxsize=64)
def rendered(text: str) -> dict[str, str]:
    """Every report of a run that is full of ``text``, by format: made once for all that is held of it."""
    report, inventory = samples.hostile_report(text), samples.HOSTILE_INVENTORY
    return {
        "text": paint(lines_of(document_of_gate(report, inventory)), coloured=False),
        "json": render_gate_json(report, inventory, samples.TOOL),
        "sarif": render_sarif(list_of_gate(report, inventory), samples.RUN, with_passed=True),
        "junit": render_junit(list_of_gate(report, inventory)),
        "github": render_github(list_of_gate(report, inventory), samples.RUN),
        "markdown": render_document_markdown(document_of_gate(report, inventory), samples.RUN),
        "html": "".join(render_document_html(document_of_gate(report, inventory), samples.RUN)),
        "gitlab": render_gitlab(list_of_gate(report, samples.INVENTORY), samples.RUN),
    }


@hostile
def test_every_report_is_printable_and_for_programs_ascii(text) -> None:
    for name, report in rendered(text).items():
        assert report.isascii() or name in ("text", "github"), name
        assert all(row.isprintable() for row in report.split("\n")), name


@hostile
def test_nothing_from_input_begins_a_line_that_github_reads(text) -> None:
    levels = ("::error title=", "::warning title=", "::notice title=")
    for row in rendered(text)["github"].splitlines():
        if row.startswith("::"):
            assert row.startswith(levels)
            properties, _, _ = row.removeprefix("::").partition("::")
            names = [part.partition("=")[0] for part in properties.partition(" ")[2].split(",")]
            assert names in (["title", "file", "line", "endLine"], ["title"])
        else:
            assert row.startswith("netverify: ")


@hostile
def test_no_line_of_the_text_report_is_a_command_of_github(text) -> None:
    for row in rendered(text)["text"].splitlines():
        assert "##[" not in row
        assert not re.match(r" *::[\w-]*( .*)?::", row)


def test_what_would_be_a_command_is_told_with_an_escape() -> None:
    lines = [
        line("  ::error::y"),
        line(" ::: a place"),
        line("see ##[group]x"),
        line("a ::error::y"),
        line("::-2001:ffff::"),
    ]
    assert paint(lines, coloured=False).splitlines() == [
        "  :\\x3aerror::y",
        " ::: a place",
        "see ##\\x5bgroup]x",
        "a ::error::y",
        "::-2001:ffff::",
    ]


@hostile
def test_xml_and_json_are_well_formed_and_hold_nothing_that_was_not_put_there(text) -> None:
    reports = rendered(text)
    root = ET.fromstring(reports["junit"])  # noqa: S314 - we wrote it ourselves
    assert {element.tag for element in root.iter()} == {
        "testsuites",
        "testsuite",
        "testcase",
        "failure",
        "error",
        "skipped",
    }
    for name in ("json", "sarif", "gitlab"):
        json.loads(reports[name])
    assert json.loads(reports["json"])["results"][0]["title"] == text


@hostile
def test_markdown_holds_no_tag_that_was_not_put_there(text) -> None:
    found = set(re.findall(r"<[^>]*>", rendered(text)["markdown"]))
    assert found == {
        "<!-- netverify -->",
        *("<details>", "</details>", "<summary>", "</summary>", "<pre>", "</pre>", "<br>"),
    }


class Tags(HTMLParser):
    """Gathers the tags of a page with their attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: set[tuple[str, tuple[str, ...]]] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.add((tag, tuple(name for name, _ in attrs)))


def tags_of(page: str) -> set[tuple[str, tuple[str, ...]]]:
    reader = Tags()
    reader.feed(page)
    reader.close()
    return reader.found


@hostile
def test_the_page_holds_no_tag_or_attribute_that_was_not_put_there(text) -> None:
    harmless = tags_of(rendered("harmless")["html"])
    assert tags_of(rendered(text)["html"]) <= harmless | {("p", ()), ("details", ("class",))}
    assert not {tag for tag, _ in harmless} & {"script", "img", "a", "iframe", "link", "svg"}


@settings(max_examples=15, deadline=None)
@given(st.text(max_size=20))
def test_no_text_breaks_a_report(text: str) -> None:
    reports = rendered(text)
    ET.fromstring(reports["junit"])  # noqa: S314 - as above
    for row in reports["github"].splitlines():
        assert row.startswith(("::error title=", "::warning title=", "::notice title=", "netverify: "))
