"""Texts of frameworks, intents and manifests that try to be something else change nothing in a report on controls."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest

from golden import audit_samples
from golden import gate_samples as samples
from hostile.test_hostile_gate_reports import TEXTS, tags_of
from netverify.report.document_html import render_document_html
from netverify.report.document_markdown import render_document_markdown
from netverify.report.document_text import lines_of
from netverify.report.evidence_document import document_of_assessment
from netverify.report.evidence_json import render_approved_csv, render_assessment_json
from netverify.report.terminal import paint

FORMULAS = ("=1+1", "+1", "-1", "@x", "\t=1", "\r=1")


def rendered(text: str) -> dict[str, str]:
    assessment, made = audit_samples.assessment(text), audit_samples.made(text)
    document = tuple(document_of_assessment(assessment, samples.HOSTILE_INVENTORY, made))
    return {
        "text": paint(lines_of(document), coloured=False),
        "markdown": render_document_markdown(document, made.run),
        "html": "".join(render_document_html(document, made.run)),
        "json": render_assessment_json(assessment, samples.HOSTILE_INVENTORY, made, samples.TOOL),
        "csv": "".join(render_approved_csv(assessment)),
    }


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_is_never_more_than_a_text(text: str) -> None:
    found, plain = rendered(text), rendered(audit_samples.PLAIN)
    for name, report in found.items():
        assert report.isascii() or name in ("text", "csv"), name
        assert all(row.isprintable() for row in report.replace("\r\n", "\n").split("\n")), name
    assert tags_of(found["html"]) <= tags_of(plain["html"])
    assert set(re.findall(r"<[^>]*>", found["markdown"])) <= set(re.findall(r"<[^>]*>", plain["markdown"]))
    assert json.loads(found["json"])["frameworks"][0]["title"] == text
    assert {len(row) for row in csv.reader(io.StringIO(found["csv"]))} == {6}


@pytest.mark.parametrize("text", FORMULAS)
def test_no_cell_begins_a_formula(text: str) -> None:
    rows = list(csv.reader(io.StringIO(rendered(text)["csv"])))
    assert len(rows) == 3
    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
