"""Reports on runs of a gate that were made by hand. After a change run with ``--update`` and review the files."""

from __future__ import annotations

import json

import pytest

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
from netverify.report.terminal import paint

REPORTS = {
    "full": (samples.FULL, samples.UNREAD),
    "proved": (samples.ALL_PROVED, samples.INVENTORY),
    "empty": (samples.EMPTY, samples.INVENTORY),
    "hostile": (samples.hostile_report(), samples.HOSTILE_INVENTORY),
}


@pytest.fixture(autouse=True)
def _in_a_folder_with_the_manifests(tmp_path, monkeypatch) -> None:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "b.yaml").write_text(samples.MANIFESTS)
    monkeypatch.chdir(tmp_path)


@pytest.mark.parametrize("name", REPORTS)
def test_the_report_of_a_gate_reads_as_reviewed(name, golden) -> None:
    report, inventory = REPORTS[name]
    golden(f"gate/{name}.txt", paint(lines_of(document_of_gate(report, inventory)), coloured=False))
    if name != "hostile":
        golden(f"gate/{name}.json", render_gate_json(report, inventory, samples.TOOL))


@pytest.mark.parametrize("name", ["full", "proved"])
def test_the_reports_for_other_programs_read_as_reviewed(name, golden) -> None:
    report, inventory = REPORTS[name]
    golden(f"gate/{name}.sarif", render_sarif(list_of_gate(report, inventory), samples.RUN))
    golden(f"gate/{name}.junit.xml", render_junit(list_of_gate(report, inventory)))
    golden(f"gate/{name}.github", render_github(list_of_gate(report, inventory), samples.RUN))
    golden(f"gate/{name}.md", render_document_markdown(document_of_gate(report, inventory), samples.RUN))
    body = "".join(render_document_html(document_of_gate(report, inventory), samples.RUN)).partition("</head>\n")[2]
    golden(f"gate/{name}.html", body)
    golden(f"gate/{name}.gitlab.json", render_gitlab(list_of_gate(report, samples.INVENTORY), samples.RUN))


def test_the_coloured_report_of_a_gate_reads_as_reviewed(golden) -> None:
    golden("gate/full.ansi", paint(lines_of(document_of_gate(*REPORTS["full"])), coloured=True))


def test_the_json_of_a_gate_has_the_fields_of_the_contract() -> None:
    value = json.loads(render_gate_json(*REPORTS["full"], samples.TOOL))
    assert value["schema"] == "netverify/check/v1"
    assert {"results", "summary", "coverage", "tool"} < value.keys()
    wanted = {"id", "title", "severity", "verdict", "witness", "because", "assumptions", "approximations", "controls"}
    for result in value["results"]:
        assert wanted | {"file", "line", "fingerprint", "milliseconds"} < result.keys()
    assert value["summary"]["refuted"] == 5


def test_the_witness_of_a_result_is_that_of_its_first_new_violation() -> None:
    value = json.loads(render_gate_json(*REPORTS["full"], samples.TOOL))
    partly = next(result for result in value["results"] if result["id"] == "partly-known")
    assert [violation["baselined"] for violation in partly["violations"]] == [True, False]
    assert partly["because"] == partly["violations"][1]["because"]
