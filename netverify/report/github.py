"""Findings as annotations of GitHub Actions: lines that the runner reads as commands.

Source: GitHub, Workflow commands for GitHub Actions; actions/toolkit, packages/core/src/command.ts (what is escaped).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from netverify.diagnostics import Diagnostic, Origin
from netverify.report.finding_list import LEVELS, Finding, FindingList, Run, numbered, with_help
from netverify.report.quantities import counted
from netverify.report.source_uri import first_below
from netverify.visible import shortened, visible

AT_MOST = 10
"""GitHub shows so many annotations of each level for a step."""

_LONGEST_TITLE = 200
_LONGEST_MESSAGE = 4_000


def render_github(found: FindingList, run: Run) -> str:
    """An annotation for each thing that is wrong, gravest first, and at the end what is left out, and the count.

    Errors about inputs and intent come before findings: without them the rest may mean less than it says.

    What is set aside is a notice. Of each level the first finding of each rule comes before all second ones.
    Guarantees: visible text; every line begins with ``::``, or holds numbers, digests and words of ours alone; no
    text can end its line or its property.
    """
    by_level: dict[str, list[str]] = defaultdict(list)
    by_level["error"] += [_diagnostic(one, "error", run) for one in found.errors]
    turns = numbered(finding.rule.id for finding in found.findings)
    for _, finding in sorted(zip(turns, found.findings, strict=True), key=lambda one: one[0]):
        level = _level(finding)
        by_level[level].append(_annotation(finding, level, run))
    by_level["warning"] += [_diagnostic(one, "warning", run) for one in found.warnings]
    shown = [one for lines in by_level.values() for one in lines[:AT_MOST]]
    left_out = {level: len(lines) - AT_MOST for level, lines in by_level.items() if len(lines) > AT_MOST}
    more = [
        f"netverify: and {counted(number, f'more {level}')}, which GitHub would not show"
        for level, number in left_out.items()
    ]
    return "".join(f"{line}\n" for line in (*shown, *more, *_goals(found), f"netverify: {found.summary}"))


def _goals(found: FindingList) -> Iterator[str]:
    """What every verdict rests on, behind a line that opens it; proofs have no annotation that could say so."""
    if not found.evidence:
        return
    yield f"::group::netverify: {found.evidence}"
    for case in found.cases:
        yield from (f"netverify: {visible(text)}" for text in case.goals)
    yield "::endgroup::"


def _level(finding: Finding) -> str:
    return LEVELS[finding.severity].replace("note", "notice") if finding.counts else "notice"


def _annotation(finding: Finding, level: str, run: Run) -> str:
    text = "\n".join(map(visible, _lines(finding)))
    return _command(level, visible(f"{finding.verdict}: {finding.name}"), finding.places, text, run)


def _diagnostic(diagnostic: Diagnostic, level: str, run: Run) -> str:
    """An annotation for a finding about inputs or intent."""
    return _command(level, diagnostic.code, (diagnostic.origin,), visible(with_help(diagnostic)), run)


def _command(level: str, title: str, places: Sequence[Origin], text: str, run: Run) -> str:
    properties = {"title": shortened(title, _LONGEST_TITLE)}
    place = first_below(run.directory, *places)
    if place is not None:
        path, line = place
        properties |= {"file": visible(path), "line": str(line), "endLine": str(line)}
    given = ",".join(f"{name}={_property(value)}" for name, value in properties.items())
    return f"::{level} {given}::{_data(shortened(text, _LONGEST_MESSAGE))}"


def _lines(finding: Finding) -> Iterator[str]:
    yield finding.text
    yield from (step.text for step in finding.trace())
    yield from finding.remarks


def _data(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
