"""Reports on controls that were made by hand. After a change run with ``--update`` and review the files."""

from __future__ import annotations

import pytest

from golden import audit_samples
from golden import gate_samples as samples
from netverify.evidence.assessment import State
from netverify.report.document_html import render_document_html
from netverify.report.document_markdown import render_document_markdown
from netverify.report.document_text import lines_of
from netverify.report.evidence_document import document_of_assessment
from netverify.report.evidence_json import render_approved_csv, render_assessment_json
from netverify.report.terminal import paint


@pytest.fixture(autouse=True)
def _in_a_folder_with_the_manifests(tmp_path, monkeypatch) -> None:
    (tmp_path / "manifests").mkdir()
    (tmp_path / "manifests" / "b.yaml").write_text(samples.MANIFESTS)
    monkeypatch.chdir(tmp_path)


def test_the_report_reads_as_reviewed_in_every_format(golden) -> None:
    assessment, made = audit_samples.assessment(), audit_samples.made()
    document = tuple(document_of_assessment(assessment, samples.INVENTORY, made))
    golden("audit/report.txt", paint(lines_of(document), coloured=False))
    golden("audit/report.md", render_document_markdown(document, made.run))
    golden("audit/report.html", "".join(render_document_html(document, made.run)).partition("</head>\n")[2])
    golden("audit/report.json", render_assessment_json(assessment, samples.INVENTORY, made, samples.TOOL))
    golden("audit/flows.csv", "".join(render_approved_csv(assessment)))


def test_the_sample_has_controls_in_most_states() -> None:
    ((_, controls),) = audit_samples.assessment().frameworks
    assert {one.state for one in controls} == set(State) - {State.SHOWN, State.SHOWN_WITH_EXCEPTIONS}
