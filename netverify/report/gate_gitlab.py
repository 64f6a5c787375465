"""What a gate found as a Code Quality report of GitLab.

Source: GitLab, Code Quality, "Code Quality report format".
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Mapping
from types import MappingProxyType

from netverify.gate.outcome import GateReport
from netverify.intent.spec import Severity
from netverify.report.gate_finding import Finding, findings
from netverify.report.gate_run import Run
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


def render_gate_gitlab(report: GateReport, run: Run) -> str:
    """A list of what is wrong, gravest first, without what is excepted or known: GitLab has no word for that.

    Guarantees: no two entries have one fingerprint, as GitLab drops all but one of those.
    """
    seen: Counter[str] = Counter()
    entries: list[Json] = []
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
    }


def _unique(fingerprint: str, before: int) -> str:
    told = f"{fingerprint} {before}" if before else fingerprint
    return hashlib.sha256(told.encode("utf-8", "surrogatepass")).hexdigest()
