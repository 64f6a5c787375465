"""Every format of a gate shows what fails, of each assertion and of the run, and shows no failure as a success.

Each format is read back here as its readers read it, and held against the verdict and the exit status.
"""

from __future__ import annotations

import json
import random
import re
from dataclasses import replace
from datetime import date
from html.parser import HTMLParser
from xml.etree import ElementTree as ET

import pytest

from golden import gate_samples as samples
from netverify.cli.checked import gate_status
from netverify.cli.statuses import ExitStatus
from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.gate.intent.spec import Severity as Weight
from netverify.gate.outcome import BaselineUse, ExceptionState, GateReport, GateVerdict
from netverify.query.remarks import Remarks
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
from netverify.report.terminal import paint

FAILING = ("refuted", "vacuous", "unknown")
NEW = samples.violation("a/web can reach b/pg on TCP 5432", "new")
KNOWN = samples.violation("a/old can reach b/pg on TCP 5432", "known", is_baselined=True)
WHY = ("the solver gave up: timeout",)
UNKNOWN, VACUOUS, REFUTED = GateVerdict.UNKNOWN, GateVerdict.VACUOUS, GateVerdict.REFUTED

FAILURES = {
    "refuted": (REFUTED, (NEW,), {}),
    "refuted-closed": (REFUTED, (replace(NEW, refused=True),), {"verb": "allow"}),
    "refuted-beside-known": (REFUTED, (KNOWN, NEW), {}),
    "refuted-and-more": (REFUTED, (KNOWN,), {"is_complete": False}),
    "refuted-bare": (REFUTED, (), {}),
    "refuted-and-unknown": (REFUTED, (NEW,), {"also": (UNKNOWN,), "remarks": Remarks(WHY)}),
    "refuted-and-vacuous": (REFUTED, (NEW,), {"also": (VACUOUS,)}),
    "refuted-known-and-unknown": (REFUTED, (KNOWN,), {"is_complete": False, "also": (UNKNOWN,)}),
    "vacuous": (VACUOUS, (), {"remarks": Remarks(notes=("no pod can be the source",))}),
    "vacuous-beside-known": (VACUOUS, (KNOWN,), {}),
    "vacuous-and-unknown": (VACUOUS, (), {"also": (UNKNOWN,), "remarks": Remarks(WHY)}),
    "unknown": (UNKNOWN, (), {"remarks": Remarks(WHY)}),
    "unknown-beside-known": (UNKNOWN, (KNOWN,), {"remarks": Remarks(WHY)}),
}
SUCCESSES = {
    "proved": (GateVerdict.PROVED, (), {}),
    "excepted": (GateVerdict.EXCEPTED, (), {"excepted_by": ("legacy-sync",)}),
    "baselined": (GateVerdict.BASELINED, (KNOWN,), {}),
}
INPUT = Diagnostic("NV101", Severity.ERROR, "not YAML", Origin("broken.yaml", 0, 7, 3), "quote it")
EXPIRED = Diagnostic("NV719", Severity.ERROR, "exception `stale` expired", Origin("netverify.yaml", 0, 90, 5))
OUTDATED = Diagnostic("NV721", Severity.WARNING, "1 entry matches nothing", Origin("b.json"))
BESIDES = {
    "nothing": {},
    "input": {"inputs": (INPUT,)},
    "expired": {
        "findings": (EXPIRED,),
        "exceptions": (samples.exception("stale", ExceptionState.EXPIRED, date(2025, 12, 31)),),
    },
    "old-baseline": {"findings": (OUTDATED,), "baseline": BaselineUse("b.json", 1, 1, is_old=True)},
}


def run_of(*kinds, besides="nothing", severity=Weight.HIGH):
    """A report on assertions of ``kinds``, each called by its kind and number."""
    made = []
    for number, kind in enumerate(kinds):
        verdict, violations, rest = {**FAILURES, **SUCCESSES}[kind]
        made.append(samples.result(f"{kind}-{number}", verdict, violations, line=number + 1, severity=severity, **rest))
    return GateReport(tuple(made), today=date(2026, 7, 1), **BESIDES[besides])


def status_of(report):
    return gate_status(report, FAILING, input_refused=bool(report.inputs))


# How a reader of each format sees it: ``(assertions that failed, whether the run failed)``; None: it does not say.


def by_json(report):
    value = json.loads(render_gate_json(report, samples.INVENTORY, samples.TOOL))
    failed = {one["id"] for one in value["results"] if {one["verdict"], *one.get("also", ())} & set(FAILING)}
    summary = value["summary"]
    return failed, any(summary[name] for name in (*FAILING, "errors"))


def by_sarif(report):
    status = status_of(report)
    (ran,) = json.loads(render_sarif(list_of_gate(report, samples.INVENTORY), replace(samples.RUN, exit_code=status)))[
        "runs"
    ]
    assert ran["invocations"][0]["exitCode"] == status
    assert ran["invocations"][0]["executionSuccessful"] == (status < ExitStatus.INPUT)
    rules = [one["id"] for one in ran["tool"]["driver"]["rules"]]
    counting = [one for one in ran["results"] if one["kind"] == "fail" and not one.get("suppressions")]
    assert all(rules[one["ruleIndex"]] == one["ruleId"] for one in counting)
    return {one["ruleId"] for one in counting if not is_code(one["ruleId"])}, bool(counting)


def by_junit(report):
    root = ET.fromstring(render_junit(list_of_gate(report, samples.INVENTORY)))  # noqa: S314 - we wrote it ourselves
    cases = list(root.iter("testcase"))
    failed = [one.attrib["name"] for one in cases if one.find("failure") is not None or one.find("error") is not None]
    assert int(root.attrib["failures"]) + int(root.attrib["errors"]) == len(failed)
    assert int(root.attrib["tests"]) == len(cases)
    return {name for name in failed if not is_code(name.split()[0])}, bool(failed)


def by_github(report):
    lines = render_github(list_of_gate(report, samples.INVENTORY), samples.RUN).splitlines()
    notes = [line for line in lines if line.startswith("::") and not line.startswith("::warning title=NV")]
    wrong = [line for line in notes if not re.search(r"title=(excepted|baselined)%3A", line)]
    failed = {name for name in names(report) if any(f"asserted by {name} at" in line for line in wrong)}
    counted = any(re.search(rf"[0-9]+ {word}", lines[-1]) for word in ("failed", "unknown", "errors? in inputs"))
    assert counted == bool(wrong)
    return failed, bool(wrong)


def by_gitlab(report):
    entries = json.loads(render_gitlab(list_of_gate(report, samples.INVENTORY), samples.RUN))
    assert len({one["fingerprint"] for one in entries}) == len(entries)
    return {one["check_name"] for one in entries if not is_code(one["check_name"])}, bool(entries)


def by_markdown(report):
    text = render_document_markdown(document_of_gate(report, samples.INVENTORY), samples.RUN)
    rows = re.findall(r"^\| (\w+) \| \*\*(\S+)\*\*", text, re.MULTILINE)
    unescaped = [(verdict, name.replace("\\", "")) for verdict, name in rows]
    return {name for verdict, name in unescaped if verdict in FAILING}, ":white_check_mark:" not in text


class Page(HTMLParser):
    """Collects the assertions that are open on the page, and the headline."""

    def __init__(self):
        super().__init__()
        self.opened, self.head, self.within = set(), "", ""

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        if tag == "details" and "result" in (given.get("class") or "").split():
            self.within = "open" if "open" in given and set(given["class"].split()) & set(FAILING) else ""
        if tag in {"h1", "b"}:
            self.within = f"{self.within} {tag}"

    def handle_endtag(self, tag):
        if tag in {"h1", "b"}:
            self.within = self.within.removesuffix(f" {tag}")

    def handle_data(self, data):
        if self.within.endswith("h1"):
            self.head += data
        if self.within == "open b":
            self.opened.add(data)


def by_html(report):
    page = Page()
    page.feed("".join(render_document_html(document_of_gate(report, samples.INVENTORY), samples.RUN)))
    return page.opened, bool(re.search(r"[0-9] (failed|unknown|errors? in inputs)", page.head))


def by_text(report):
    lines = paint(lines_of(document_of_gate(report, samples.INVENTORY)), coloured=False).splitlines()
    failed = {line.split()[1] for line in lines if re.match(r"(REFUTED|VACUOUS|UNKNOWN) ", line)}
    return failed, bool(re.search(r"[0-9] (failed|unknown|errors? in inputs)", lines[-1]))


FORMATS = {
    "json": by_json,
    "sarif": by_sarif,
    "junit": by_junit,
    "github": by_github,
    "gitlab": by_gitlab,
    "markdown": by_markdown,
    "html": by_html,
    "text": by_text,
}


def is_code(text):
    return bool(re.fullmatch(r"NV[0-9]{3}", text))


def names(report):
    return {one.assertion.id for one in report.results}


def hold(read, report):
    """That ``read`` sees the failures of ``report``, and these alone."""
    failed, has_failed = read(report)
    wanted = {one.assertion.id for one in report.results if one.verdict.value in FAILING}
    assert {one.removesuffix(":").split(":")[0] for one in failed} == wanted
    assert has_failed == (status_of(report) is not ExitStatus.ANSWERED)


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("severity", Weight)
def test_each_way_to_fail_is_shown_as_a_failure_whatever_its_severity(name: str, severity: Weight) -> None:
    for kind in FAILURES:
        hold(FORMATS[name], run_of(kind, severity=severity))
        hold(FORMATS[name], run_of("proved", kind, "baselined", severity=severity))


@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("besides", BESIDES)
def test_what_fails_besides_is_shown_whatever_the_assertions_say(name: str, besides: str) -> None:
    for kind in (*SUCCESSES, *FAILURES):
        hold(FORMATS[name], run_of(kind, besides=besides))
    if besides != "old-baseline":
        failed, has_failed = FORMATS[name](run_of(besides=besides))
        assert not failed
        assert has_failed or besides == "nothing"


@pytest.mark.parametrize("name", FORMATS)
def test_mixed_runs_are_shown_as_they_are(name: str) -> None:
    drawn = random.Random(7)
    for _ in range(60):
        kinds = drawn.choices([*SUCCESSES, *FAILURES], k=drawn.randrange(9))
        report = run_of(*kinds, besides=drawn.choice([*BESIDES]), severity=drawn.choice([*Weight]))
        if report.results:
            hold(FORMATS[name], report)


@pytest.mark.parametrize("name", [name for name in FORMATS if name != "json"])
def test_why_a_part_is_unknown_is_told_beside_a_refutation(name: str) -> None:
    """With ``--fail-on unknown`` the job fails for that part alone."""
    report = run_of("refuted-and-unknown")
    assert gate_status(report, ("unknown",), input_refused=False) is ExitStatus.UNKNOWN
    rendered = {
        "sarif": lambda: render_sarif(list_of_gate(report, samples.INVENTORY), samples.RUN),
        "junit": lambda: render_junit(list_of_gate(report, samples.INVENTORY)),
        "github": lambda: render_github(list_of_gate(report, samples.INVENTORY), samples.RUN),
        "gitlab": lambda: render_gitlab(list_of_gate(report, samples.INVENTORY), samples.RUN),
        "markdown": lambda: render_document_markdown(document_of_gate(report, samples.INVENTORY), samples.RUN),
        "html": lambda: "".join(render_document_html(document_of_gate(report, samples.INVENTORY), samples.RUN)),
        "text": lambda: paint(lines_of(document_of_gate(report, samples.INVENTORY)), coloured=False),
    }[name]()
    assert "a part of it is neither proved nor refuted" in rendered
    assert "the solver gave up" in rendered
