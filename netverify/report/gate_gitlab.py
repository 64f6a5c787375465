"""What a gate found as a Code Quality report of GitLab.

Source: GitLab, Code Quality, "Code Quality report format"; Code Climate, "Spec: Analyzer Engine" (``content``).
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from netverify.diagnostics import Diagnostic
from netverify.gate.outcome import GateReport
from netverify.intent.spec import Severity
from netverify.report.gate_finding import Finding, findings
from netverify.report.gate_run import Run
from netverify.report.gate_shortfalls import shortfalls, told
from netverify.report.gate_words import goal_texts
from netverify.report.query_json import dumped
from netverify.report.remarks_json import Json
from netverify.report.source_uri import first_below
from netverify.report.visible import visible

_SEVERITIES: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "blocker",
        Severity.HIGH: "critical",
        Severity.MEDIUM: "major",
        Severity.LOW: "minor",
        Severity.INFO: "info",
    },
)

_MOST_GOALS = 100
"""Of one assertion."""


def render_gate_gitlab(report: GateReport, run: Run) -> str:
    """A list of what is wrong, gravest first, without what is excepted or known: GitLab has no word for that.

    What fails the run besides its assertions comes before them.

    Guarantees: no two entries have one fingerprint, as GitLab drops all but one of those.
    """
    seen: Counter[str] = Counter()
    entries: list[Json] = []
    for diagnostic in shortfalls(report):
        entries.append(_shortfall(diagnostic, run, seen[_identity(diagnostic)]))
        seen[_identity(diagnostic)] += 1
    for finding in findings(report):
        if finding.is_left_aside:
            continue
        entries.append(_entry(finding, run, seen[finding.fingerprint]))
        seen[finding.fingerprint] += 1
    return dumped(entries)


def _entry(finding: Finding, run: Run, before: int) -> Json:
    """``before`` entries have the fingerprint of ``finding``."""
    assertion = finding.result.assertion
    path, line = first_below(run.directory, finding.place, assertion.origin) or (assertion.origin.path, 1)
    return {
        "description": visible(f"{assertion.title or assertion.id}: {finding.verdict}: {finding.text}"),
        "check_name": visible(assertion.id),
        "fingerprint": _unique(finding.fingerprint, before),
        "severity": _SEVERITIES[assertion.severity],
        "location": {"path": visible(path), "lines": {"begin": line}},
        **_goals(finding),
    }


def _goals(finding: Finding) -> dict[str, Json]:
    """What the verdict rests on, where the format of Code Climate has its longer texts; GitLab does not show it."""
    named = goal_texts(finding.result, _MOST_GOALS)
    return {"content": {"body": visible("goals: " + ", ".join(named))}} if named else {}


def _identity(diagnostic: Diagnostic) -> str:
    """What stays the same while the finding does, whatever line it moves to."""
    return f"{diagnostic.code} {diagnostic.origin.path} {diagnostic.message}"


def _shortfall(diagnostic: Diagnostic, run: Run, before: int) -> Json:
    path, line = first_below(run.directory, diagnostic.origin) or (diagnostic.origin.path or "-", 1)
    return {
        "description": visible(told(diagnostic)),
        "check_name": diagnostic.code,
        "fingerprint": _unique(_identity(diagnostic), before),
        "severity": "blocker",
        "location": {"path": visible(path), "lines": {"begin": line}},
    }


def _unique(fingerprint: str, before: int) -> str:
    text = f"{fingerprint} {before}" if before else fingerprint
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
