"""The evidence of a gate: its results with the goals that they rest on, and what was read for it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from netverify.answers.settings import Settings
from netverify.cli.evidence import digests_of, options_json, tool
from netverify.gate.evidence.document import Evidence, evidence_of
from netverify.gate.evidence.inputs import Inputs, Json, digest_of
from netverify.gate.evidence.results import shown_by_gate
from netverify.gate.outcome import ExceptionState, GateReport
from netverify.query.derivation import EvidenceDigests
from netverify.sources.coverage import Inventory


def evidence_of_gate(
    report: GateReport, inventory: Inventory, settings: Settings, compared: Iterable[Inventory]
) -> Evidence:
    """The evidence of a gate."""
    intent = tuple((path, digest_of(Path(path).read_bytes())) for path in report.files)
    inputs = Inputs(digests_of([inventory]), intent, digests_of(compared))
    applied = (ExceptionState.USED, ExceptionState.UNUSED)
    exceptions: list[Json] = [use.exception.id for use in report.exceptions if use.state in applied]
    return evidence_of(shown_by_gate(report), inputs, {**options_json(settings), "exceptions": exceptions}, tool())


def naming_goals(report: GateReport, evidence: Evidence) -> GateReport:
    """``report`` with the files that each result rests on."""
    results = tuple(replace(one, goals=evidence.goals[one.assertion.id]) for one in report.results)
    digests = EvidenceDigests(evidence.digest, evidence.inputs, evidence.options)
    return replace(report, results=results, evidence=digests)
