"""Findings as a Code Quality report of GitLab.

Source: GitLab, Code Quality, "Code Quality report format"; Code Climate, "Spec: Analyzer Engine" (``content``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from types import MappingProxyType

from netverify.diagnostics import NOWHERE, Diagnostic, Origin
from netverify.gate.intent.spec import Severity
from netverify.report.finding_list import Finding, FindingList, Run, identity, numbered, with_help
from netverify.report.query_json import dumped
from netverify.report.remarks_json import Json
from netverify.report.source_uri import first_below
from netverify.visible import visible

_SEVERITIES: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "blocker",
        Severity.HIGH: "critical",
        Severity.MEDIUM: "major",
        Severity.LOW: "minor",
        Severity.INFO: "info",
    },
)


def render_gitlab(found: FindingList, run: Run) -> str:
    """A list of what is wrong, gravest first, without what is set aside: GitLab has no word for that.

    What fails the run besides comes before it.

    Guarantees: no two entries have one fingerprint, as GitLab drops all but one of those.
    """
    counting = [finding for finding in found.findings if finding.counts]
    entries = [_error(one, run) for one in found.errors] + [_entry(one, run) for one in counting]
    keys = [*map(identity, found.errors), *(one.fingerprint for one in counting)]
    fingerprints = map(_unique, keys, numbered(keys))
    return dumped([{**one, "fingerprint": text} for one, text in zip(entries, fingerprints, strict=True)])


def _entry(finding: Finding, run: Run) -> dict[str, Json]:
    return {
        "description": visible(f"{finding.name}: {finding.verdict}: {finding.text}"),
        "check_name": visible(finding.rule.id),
        "fingerprint": "",
        "severity": _SEVERITIES[finding.severity],
        "location": _location(first_below(run.directory, *finding.places), *finding.places[-1:]),
        **_goals(finding),
    }


def _goals(finding: Finding) -> dict[str, Json]:
    """What the verdict rests on, where the format of Code Climate has its longer texts; GitLab does not show it."""
    return {"content": {"body": visible("goals: " + ", ".join(finding.goals))}} if finding.goals else {}


def _error(diagnostic: Diagnostic, run: Run) -> dict[str, Json]:
    return {
        "description": visible(with_help(diagnostic)),
        "check_name": diagnostic.code,
        "fingerprint": "",
        "severity": "blocker",
        "location": _location(first_below(run.directory, diagnostic.origin), diagnostic.origin),
    }


def _location(place: tuple[str, int] | None, otherwise: Origin = NOWHERE) -> Json:
    path, line = place or (otherwise.path, 1)
    return {"path": visible(path or "-"), "lines": {"begin": line}}


def _unique(fingerprint: str, before: int) -> str:
    text = f"{fingerprint} {before}" if before else fingerprint
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
