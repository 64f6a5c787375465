"""What a reviewer reads in the comment about a gate."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import pytest

from golden import gate_samples as samples
from netverify.gate.outcome import GateReport, GateVerdict
from netverify.report.document_markdown import render_document_markdown
from netverify.report.gate_document import document_of_gate
from netverify.report.markdown_text import MARKER, MOST_CHARACTERS, in_markdown


def comment(report=samples.FULL, inventory=samples.UNREAD) -> str:
    return render_document_markdown(document_of_gate(report, inventory), samples.RUN)


def test_the_first_line_is_the_marker_and_the_second_the_verdict() -> None:
    first, second, third = comment().splitlines()[:3]
    assert first == MARKER
    assert second == (
        ":x: **netverify: 6 failed (5 refuted, 1 vacuous), 1 unknown, 3 passed (1 baselined, 1 excepted, 1 proved)**"
        " (of 10 assertions)"
    )
    assert third == ""


@pytest.mark.parametrize(
    ("results", "verdict"),
    [
        ((), ":warning: **netverify: no assertions**"),
        ((samples.PROVED,), ":white_check_mark: **netverify: 1 passed (proved)** (of 1 assertion)"),
        ((samples.PROVED, samples.UNKNOWN), ":warning: **netverify: 1 unknown, 1 passed (proved)** (of 2 assertions)"),
        ((samples.VACUOUS,), ":x: **netverify: 1 failed (vacuous)** (of 1 assertion)"),
        ((samples.EXCEPTED,), ":white_check_mark: **netverify: 1 passed (excepted)** (of 1 assertion)"),
    ],
)
def test_the_verdict_is_a_tick_only_where_nothing_is_wrong_that_is_not_left_aside(results, verdict) -> None:
    assert comment(GateReport(results)).splitlines()[1] == verdict


def test_the_table_has_a_row_for_everything_that_is_not_proved() -> None:
    table = comment().partition("| verdict | assertion |")[2].partition("\n\n")[0]
    rows = [line for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) == 9
    assert html.unescape(rows[0]) == (
        "| refuted | **no-web-to-pg** The shop does not talk to Postgres (critical) "
        "| a/web[Deployment] can reach b/pg[StatefulSet] on TCP 5432 (and 12 more) | manifests/b.yaml:7 |"
    )


def test_the_way_to_repeat_the_run_comes_last() -> None:
    assert comment().endswith("To repeat this (1.2 s):\n\n<pre>netverify check -f manifests netverify.yaml</pre>\n")


def many(number: int) -> GateReport:
    wrong = [
        replace(samples.EXISTING, assertion=replace(samples.EXISTING.assertion, id=f"a{one}", title="x" * 400))
        for one in range(number)
    ]
    return GateReport(tuple(wrong), tuple(samples.EXCEPTIONS * number))


@pytest.mark.parametrize("number", [1, 40, 400])
def test_a_long_comment_is_cut_and_says_what_is_left_out(number) -> None:
    text = comment(many(number))
    assert len(text) <= MOST_CHARACTERS
    rows = len(re.findall(r"^\| refuted \|", text, re.MULTILINE))
    told = sum(int(one) for one in re.findall(r"^(\d+) assertions? left out here", text, re.MULTILINE))
    assert rows + told == number
    folded = text.count("<details><summary>refuted: ")
    left_out = sum(int(one) for one in re.findall(r"^(\d+) counterexamples? left out here", text, re.MULTILINE))
    assert folded + left_out == number
    assert text.count("<details>") == text.count("</details>")
    assert "To repeat this" in text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("a|b", "a&#124;b"),
        ("`x` *y* _z_", "&#96;x&#96; &#42;y&#42; &#95;z&#95;"),
        ("<img>", "&#60;img&#62;"),
        ("@team", "&#64;&#8203;team"),
        ("fixes #12 and GH-12", "fixes &#35;&#8203;12 and GH&#8203;-12"),
        ("[a](http://e.example)", "&#91;a](http:&#8203;//e.example)"),
        ("www.e.example", "www&#8203;.e.example"),
        ("me@e.example", "me&#64;&#8203;e.example"),
        (":tada: b.yaml:7:3", ":&#8203;tada: b.yaml:7:3"),
        ("$x$ ~~y~~ \\", "&#36;x&#36; &#126;&#126;y&#126;&#126; &#92;"),
        ("a\n# b\u202e\u00fc", "a&#92;n&#35; b&#92;u202e&#252;"),
    ],
)
def test_text_stays_text(text, written) -> None:
    assert in_markdown(text) == written


def test_a_reviewer_sees_which_violations_were_known() -> None:
    text = html.unescape(comment(GateReport((samples.PARTLY_KNOWN,))))
    assert "- a/old[Deployment] can reach b/pg[StatefulSet] on TCP 5432 (known): manifests/b.yaml:7\n" in text


def test_an_assertion_that_is_left_aside_has_no_counterexample() -> None:
    assert GateVerdict.EXCEPTED in comment(GateReport((samples.EXCEPTED,)))
    assert "<details><summary>excepted" not in comment(GateReport((samples.EXCEPTED,)))
