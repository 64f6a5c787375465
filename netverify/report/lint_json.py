"""Findings as JSON of schema ``netverify/lint/v1``."""

from __future__ import annotations

import json
from collections import Counter

from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.linting import Linted
from netverify.report.remarks_json import Json, coverage_json, diagnostic_json, place_json
from netverify.sources.coverage import Inventory

SCHEMA = "netverify/lint/v1"


def render_lint_json(linted: Linted, inventory: Inventory, version: str) -> str:
    """One object: ``findings`` in the order of their places, ``summary`` counts them by severity and by code.

    ``version`` is that of netverify.
    """
    severities = Counter(finding.severity for finding in linted.findings)
    summary: dict[str, Json] = {
        "findings": len(linted.findings),
        **{severity.name.lower(): severities[severity] for severity in sorted(Severity, reverse=True)},
        "codes": _by_code(linted),
    }
    report = {
        "schema": SCHEMA,
        "findings": [_finding(finding) for finding in linted.findings],
        "summary": summary,
        "undecided": list(linted.unknown_because),
        "assumptions": list(linted.assumptions),
        "coverage": coverage_json(inventory),
        "diagnostics": [diagnostic_json(diagnostic) for diagnostic in inventory.diagnostics],
        "tool": {"name": "netverify", "version": version},
    }
    return json.dumps(report, ensure_ascii=True, indent=2) + "\n"


def _finding(finding: Diagnostic) -> Json:
    fix = finding.fix
    described = diagnostic_json(finding)
    assert isinstance(described, dict)
    return {
        **described,
        "secondary": [
            {**place_json(origin), "column": origin.column or None, "message": text}
            for origin, text in finding.secondary
        ],
        "fix": None if fix is None else {"file": fix.path, "safe": fix.safe, "patch": fix.patch},
    }


def _by_code(linted: Linted) -> dict[str, Json]:
    counts = Counter(finding.code for finding in linted.findings)
    return {code: counts[code] for code in sorted(counts)}
