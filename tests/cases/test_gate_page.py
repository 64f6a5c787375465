"""What a reader can do with the page about a gate."""

from __future__ import annotations

import re

import pytest

from golden import gate_samples as samples
from netverify.report.document_html import render_document_html
from netverify.report.gate_document import document_of_gate
from netverify.report.html_text import digest


def page(report=samples.FULL, inventory=samples.UNREAD) -> str:
    return "".join(render_document_html(document_of_gate(report, inventory), samples.RUN))


def test_the_page_lets_nothing_but_its_own_style_sheet_apply() -> None:
    (style,) = re.findall(r"<style>(.*?)</style>", page(), re.DOTALL)
    policy = f"default-src 'none'; style-src '{digest(style)}'; base-uri 'none'; form-action 'none'"
    assert f'<meta http-equiv="Content-Security-Policy" content="{policy}">' in page()
    assert "<script" not in page()
    assert "url(" not in style
    assert " style=" not in page()


def test_the_same_report_is_the_same_page() -> None:
    assert page() == page()


@pytest.mark.parametrize("report", [samples.FULL, samples.ALL_PROVED, samples.EMPTY], ids=["full", "proved", "empty"])
def test_every_element_is_closed(report) -> None:
    for tag in ("details", "summary", "section", "table", "dl", "ul", "p", "pre", "span", "td", "th", "tr"):
        opened = len(re.findall(rf"<{tag}[ >]", page(report)))
        assert opened == page(report).count(f"</{tag}>"), tag


def test_what_is_wrong_is_open_and_what_holds_is_folded() -> None:
    folds = re.findall(r'<details class="result (\w+)"( open)?>', page())
    assert {verdict for verdict, is_open in folds if is_open} == {"refuted", "vacuous", "unknown"}
    assert {verdict for verdict, is_open in folds if not is_open} == {"baselined", "excepted", "proved"}


def test_a_control_lists_the_assertions_that_support_it() -> None:
    rows = re.findall(r"<tr><td>pci-dss-4.0.1:1.3.1</td><td>(.*?)</td></tr>", page())
    assert rows == [
        ('<span class="refuted">refuted</span> no-web-to-pg<br><span class="proved">proved</span> pg-closed')
    ]


def test_the_page_shows_only_results_with_the_verdict_that_is_chosen(browsed) -> None:
    browsed.open(page())
    shown = "return [...document.querySelectorAll('.result')].filter(one => one.offsetParent !== null).length"
    assert browsed.run(shown) == 10
    browsed.click("label[for=only-refuted]")
    assert browsed.run(shown) == 5
    browsed.click("label[for=only-all]")
    assert browsed.run(shown) == 10


def test_a_page_of_hostile_names_shows_them_as_text(browsed) -> None:
    browsed.open(page(samples.hostile_report(), samples.HOSTILE_INVENTORY))
    assert "</script><img src=x>" in browsed.texts(".title b")[0]
    assert browsed.run("return document.querySelectorAll('script, img, a').length") == 0
