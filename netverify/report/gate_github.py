"""What a gate found as annotations of GitHub Actions: lines that the runner reads as commands.

Source: GitHub, Workflow commands for GitHub Actions; actions/toolkit, packages/core/src/command.ts (what is escaped).
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from operator import itemgetter

from netverify.diagnostics import Diagnostic, Origin
from netverify.gate.outcome import GateReport
from netverify.manifests.coverage import Inventory
from netverify.report.gate_finding import Finding, findings
from netverify.report.gate_run import Run
from netverify.report.gate_shortfalls import doubts, shortfalls, told, whole_count
from netverify.report.gate_steps import steps
from netverify.report.gate_words import evidence_text, goal_texts
from netverify.report.quantities import counted
from netverify.report.sarif_rules import LEVELS
from netverify.report.source_uri import first_below
from netverify.report.terminal import printable
from netverify.report.visible import shortened

AT_MOST = 10
"""GitHub shows so many annotations of each level for a step."""

_MOST_GOALS = 100
"""Of one assertion."""

_LONGEST_TITLE = 200
_LONGEST_MESSAGE = 4_000


def render_gate_github(report: GateReport, inventory: Inventory, run: Run) -> str:
    """An annotation for each thing that is wrong, gravest first, and at the end what is left out, and the count.

    Errors about inputs and intent come before violations: without them the rest may mean less than it says.

    What is excepted or known is a notice. Of each level the first violation of each assertion comes before all second
    ones. Guarantees: printable ASCII; every line begins with ``::``, or holds numbers, digests and words of ours alone;
    no text can end its line or its property.
    """
    by_level: dict[str, list[str]] = defaultdict(list)
    by_level["error"] += [_remark(one, "error", run) for one in shortfalls(report)]
    for finding in _by_turns(report):
        level = _level(finding)
        by_level[level].append(_annotation(finding, level, inventory, run))
    by_level["warning"] += [_remark(one, "warning", run) for one in doubts(report)]
    shown = [one for found in by_level.values() for one in found[:AT_MOST]]
    left_out = {level: len(found) - AT_MOST for level, found in by_level.items() if len(found) > AT_MOST}
    more = [
        f"netverify: and {counted(number, f'more {level}')}, which GitHub would not show"
        for level, number in left_out.items()
    ]
    return "".join(f"{line}\n" for line in (*shown, *more, *_goals(report), f"netverify: {whole_count(report)}"))


def _goals(report: GateReport) -> Iterator[str]:
    """What every verdict rests on, behind a line that opens it; proofs have no annotation that could say so."""
    if report.evidence is None:
        return
    yield f"::group::netverify: {evidence_text(report.evidence)}"
    for result in report.results:
        yield from (f"netverify: {printable(text)}" for text in goal_texts(result, _MOST_GOALS))
    yield "::endgroup::"


def _by_turns(report: GateReport) -> list[Finding]:
    seen: Counter[str] = Counter()
    turns: list[tuple[int, Finding]] = []
    for finding in findings(report):
        turns.append((seen[finding.result.assertion.id], finding))
        seen[finding.result.assertion.id] += 1
    return [finding for _, finding in sorted(turns, key=itemgetter(0))]


def _level(finding: Finding) -> str:
    return "notice" if finding.is_left_aside else LEVELS[finding.result.assertion.severity].replace("note", "notice")


def _annotation(finding: Finding, level: str, inventory: Inventory, run: Run) -> str:
    assertion = finding.result.assertion
    title = printable(f"{finding.verdict}: {assertion.title or assertion.id}")
    text = "\n".join(map(printable, _told(finding, inventory)))
    return _command(level, title, (finding.place, assertion.origin), text, run)


def _remark(diagnostic: Diagnostic, level: str, run: Run) -> str:
    """An annotation for a finding about inputs or intent."""
    return _command(level, diagnostic.code, (diagnostic.origin,), printable(told(diagnostic)), run)


def _command(level: str, title: str, places: Sequence[Origin], text: str, run: Run) -> str:
    properties = {"title": shortened(title, _LONGEST_TITLE)}
    place = first_below(run.directory, *places)
    if place is not None:
        path, line = place
        properties |= {"file": printable(path), "line": str(line), "endLine": str(line)}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {given}::{_data(shortened(text, _LONGEST_MESSAGE))}"


def _told(finding: Finding, inventory: Inventory) -> Iterator[str]:
    yield finding.text
    if finding.violation is not None:
        yield from (step.text for step in steps(finding.violation, inventory))
    yield f"asserted by {finding.result.assertion.id} at {finding.result.assertion.origin}"


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
