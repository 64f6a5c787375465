"""What CI systems show about a gate: test cases, annotations, findings about code quality."""

from __future__ import annotations

import json
from dataclasses import replace
from xml.etree import ElementTree as ET

from golden import gate_samples as samples
from netverify.gate.outcome import GateReport, GateVerdict
from netverify.report.gate_list import list_of_gate
from netverify.report.github import render_github
from netverify.report.gitlab import render_gitlab
from netverify.report.junit import render_junit


def cases() -> dict[str, ET.Element]:
    root = ET.fromstring(render_junit(list_of_gate(samples.FULL, samples.INVENTORY)))  # noqa: S314 - we wrote it ourselves
    return {case.attrib["name"].partition(":")[0]: case for case in root.iter("testcase")}


def test_refuted_assertions_fail_undecided_ones_err_and_those_left_aside_are_skipped() -> None:
    told = {name: [child.tag for child in case] for name, case in cases().items()}
    assert told == {
        "pg-closed": [],
        "no-web-to-pg": ["failure"],
        "no-new-pods": ["failure"],
        "web-reaches-pg": ["failure"],
        "not-public": ["failure"],
        "nobody": ["error"],
        "undecided": ["error"],
        "pg-left-aside": ["skipped"],
        "known-before": ["skipped"],
        "partly-known": ["failure"],
    }


def test_suites_count_their_cases() -> None:
    second = replace(samples.VACUOUS.assertion, origin=replace(samples.VACUOUS.assertion.origin, path="more.yaml"))
    report = GateReport((*samples.FULL.results, replace(samples.VACUOUS, assertion=second)))
    root = ET.fromstring(render_junit(list_of_gate(report, samples.INVENTORY)))  # noqa: S314 - as above
    counts = [[suite.get(name) for name in ("name", "tests", "failures", "errors", "skipped")] for suite in root]
    assert counts == [["netverify.yaml", "10", "5", "2", "2"], ["more.yaml", "1", "0", "1", "0"]]
    assert [root.get(name) for name in ("tests", "failures", "errors")] == ["11", "5", "3"]


def test_a_failure_holds_the_trace_and_a_skipped_case_its_reason() -> None:
    assert "allowed by NetworkPolicy b/allow-admin, rule 1   manifests/b.yaml:7" in (
        cases()["no-web-to-pg"][0].text or ""
    )
    assert cases()["pg-left-aside"][0].text == "excepted: holds except for what these exceptions accept: legacy-sync"
    assert (cases()["known-before"][0].text or "").startswith("baselined: a/old[Deployment] can reach")


def annotations(report=samples.FULL) -> list[str]:
    return render_github(list_of_gate(report, samples.INVENTORY), samples.RUN).splitlines()


def test_an_annotation_names_the_file_and_line_that_are_responsible() -> None:
    assert annotations()[0].startswith(
        "::error title=refuted%3A The shop does not talk to Postgres,file=manifests/b.yaml,line=7,endLine=7::"
        "a/web[Deployment] can reach b/pg[StatefulSet] on TCP 5432%0Asource: pod of a/web[Deployment]%0A"
    )


def test_every_assertion_is_annotated_before_any_is_annotated_twice() -> None:
    errors = [line for line in annotations() if line.startswith("::error ")]
    assert len(errors) == 10
    assert ["partly-known" in line for line in errors].index(True) < 4
    assert "netverify: and 6 more errors, which GitHub would not show" in annotations()


def test_what_is_left_aside_is_a_notice() -> None:
    notices = [line for line in annotations() if line.startswith("::notice ")]
    assert any("baselined%3A Known since long" in line for line in notices)
    assert any("excepted%3A Postgres is closed%2C for now" in line for line in notices)


def test_a_report_ends_with_the_count() -> None:
    assert annotations(samples.ALL_PROVED) == ["netverify: 1 passed (proved)"]
    assert annotations(samples.EMPTY) == ["netverify: no assertions"]


def test_a_file_elsewhere_is_not_annotated_but_the_assertion_is() -> None:
    origin = replace(samples.ADMITTED.place, path="/elsewhere/b.yaml")
    violation = samples.violation("it can", "f", because=(replace(samples.ADMITTED, origin=origin),))
    report = GateReport((samples.result("x", GateVerdict.REFUTED, (violation,)),))
    assert ",file=netverify.yaml,line=10,endLine=10::" in annotations(report)[0]
    (entry,) = json.loads(render_gitlab(list_of_gate(report, samples.INVENTORY), samples.RUN))
    assert entry["location"] == {"path": "netverify.yaml", "lines": {"begin": 10}}


def test_gitlab_gets_what_is_wrong_and_nothing_that_is_left_aside() -> None:
    entries = json.loads(render_gitlab(list_of_gate(samples.FULL, samples.INVENTORY), samples.RUN))
    severities = {entry["check_name"]: entry["severity"] for entry in entries}
    assert severities == {
        "no-web-to-pg": "blocker",
        "no-new-pods": "critical",
        "partly-known": "critical",
        "web-reaches-pg": "major",
        "not-public": "minor",
        "nobody": "info",
        "undecided": "critical",
    }
    assert not any("a/old" in entry["description"] for entry in entries)


def test_fingerprints_for_gitlab_are_unique_and_stay() -> None:
    twice = samples.result("x", GateVerdict.REFUTED, tuple(samples.violation("it can", "f") for _ in range(3)))
    entries = json.loads(render_gitlab(list_of_gate(GateReport((twice,)), samples.INVENTORY), samples.RUN))
    prints = [entry["fingerprint"] for entry in entries]
    assert len(set(prints)) == 3
    first = GateReport((samples.result("x", GateVerdict.REFUTED, twice.violations[:1]),))
    once = json.loads(render_gitlab(list_of_gate(first, samples.INVENTORY), samples.RUN))
    assert [entry["fingerprint"] for entry in once] == prints[:1]
