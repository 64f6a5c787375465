"""What a gate found as JSON of schema ``netverify/check/v1``."""

from __future__ import annotations

from collections.abc import Mapping

from netverify.gate.outcome import BaselineUse, ExceptionUse, GateReport, GateVerdict, Result, Violation
from netverify.query.derivation import EvidenceDigests
from netverify.report.gate_shortcomings import new_first
from netverify.report.gate_shortfalls import shortfalls
from netverify.report.query_json import dumped, reason_json, route_json, witness_json
from netverify.report.remarks_json import Json, coverage_json, diagnostic_json, lines_json, place_json
from netverify.sources.coverage import Inventory

SCHEMA = "netverify/check/v1"


def render_gate_json(report: GateReport, inventory: Inventory, tool: Mapping[str, Json]) -> str:
    """:func:`gate_json` as text."""
    return dumped(gate_json(report, inventory, tool))


def gate_json(report: GateReport, inventory: Inventory, tool: Mapping[str, Json]) -> dict[str, Json]:
    """One object of the contract's shape. ``tool`` says what ran: name, version, options.

    ``witness`` and ``because`` of a result are those of its first new violation, or else the proof's carriers.
    """
    return {
        "schema": SCHEMA,
        "results": [result_json(result) for result in report.results],
        "exceptions": [exception_json(use) for use in report.exceptions],
        "baseline": baseline_json(report.baseline) if report.baseline is not None else None,
        "findings": [diagnostic_json(finding) for finding in report.findings],
        "summary": {
            "assertions": len(report.results),
            **{verdict.value: report.counts[verdict] for verdict in GateVerdict},
            "violations": sum(len(result.violations) for result in report.results),
            "errors": len(shortfalls(report)),
            "milliseconds": report.milliseconds,
        },
        "unchanged_since": report.unchanged_since,
        "evidence": _evidence(report.evidence) if report.evidence is not None else None,
        "date": report.today.isoformat() if report.today is not None else None,
        "files": list(report.files),
        "coverage": coverage_json(inventory),
        "diagnostics": [diagnostic_json(one) for one in dict.fromkeys((*inventory.diagnostics, *report.inputs))],
        "tool": dict(tool),
    }


def _witness(violation: Violation) -> Json:
    if violation.witness is None:
        return None
    return witness_json(violation.witness, violation.route.path if violation.route is not None else ())


def result_json(result: Result) -> Json:
    """One assertion, judged, as an item of ``results``."""
    assertion = result.assertion
    first = next(iter(new_first(result.violations)), None)
    because = first.because if first is not None else result.because
    return {
        "id": assertion.id,
        "title": assertion.title,
        "verb": assertion.verb,
        "statement": result.statement,
        "severity": assertion.severity.value,
        "world": result.world.value,
        "verdict": result.verdict.value,
        **({"also": [verdict.value for verdict in result.also]} if result.also else {}),
        "witness": _witness(first) if first is not None else None,
        "because": [reason_json(reason) for reason in because],
        "violations": [_violation(violation) for violation in result.violations],
        "complete": result.is_complete,
        "excepted_by": list(result.excepted_by),
        **lines_json(result),
        "controls": list(assertion.controls),
        **place_json(assertion.origin),
        "fingerprint": result.fingerprint,
        "goals": [{"name": goal.name, "digest": goal.digest, "answer": goal.answer} for goal in result.goals],
        "questions": result.questions,
        "milliseconds": result.milliseconds,
    }


def _evidence(digests: EvidenceDigests) -> Json:
    return {"goals.json": digests.document, "inputs": digests.inputs, "options": digests.options}


def _violation(violation: Violation) -> Json:
    return {
        "text": violation.text,
        "source": violation.source,
        "destination": violation.destination,
        "refused": violation.refused,
        "scope": violation.scope.value if violation.scope is not None else None,
        "witness": _witness(violation),
        "because": [reason_json(reason) for reason in violation.because],
        "route": route_json(violation.route) if violation.route is not None else None,
        "fingerprint": violation.fingerprint,
        "baselined": violation.is_baselined,
        **({"pods": list(violation.pods)} if violation.pods else {}),
        **({"news": violation.news} if violation.news else {}),
    }


def exception_json(use: ExceptionUse) -> Json:
    """An exception and what became of it."""
    given = use.exception
    return {
        "id": given.id,
        "state": use.state.value,
        "assertions": [written.text for written in given.assertions],
        "flows": [
            {
                "from": [written.text for written in flow.sources],
                "to": [written.text for written in flow.destinations],
                "ports": [written.text for written in flow.ports],
                "justification": flow.justification,
            }
            for flow in given.flows
        ],
        "reason": given.reason,
        "owner": given.owner,
        "ticket": given.ticket or None,
        "expires": given.expires.isoformat(),
        **place_json(given.origin),
    }


def baseline_json(baseline: BaselineUse) -> Json:
    """How far a baseline applied."""
    return {
        "path": baseline.path,
        "known": baseline.known,
        "gone": baseline.gone,
        "changed": baseline.changed,
        "excepted": baseline.excepted,
        "new": baseline.new,
    }
