"""What lint found, as a list of findings with a rule for each code."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import partial

from netverify.codes import CODES
from netverify.diagnostics import Diagnostic
from netverify.diagnostics import Severity as Gravity
from netverify.gate.intent.spec import Severity
from netverify.gate.outcome import fingerprint
from netverify.lint.linting import Linted
from netverify.report.finding_list import (
    Case,
    Finding,
    FindingList,
    Outcome,
    Rule,
    identity,
    undecided,
    undecided_case,
    with_help,
)
from netverify.report.lint_text import counts_text
from netverify.sources.coverage import Inventory

SEVERITIES = {Gravity.ERROR: Severity.HIGH, Gravity.WARNING: Severity.MEDIUM, Gravity.NOTE: Severity.LOW}
"""How grave a diagnostic is, as severities of assertions."""


def list_of_lint(linted: Linted, inventory: Inventory, codes: Collection[str], fail_on: Gravity | None) -> FindingList:
    """``linted`` as a list. ``codes`` were looked for; a finding as grave as ``fail_on`` fails a run."""
    found = gravest_first(linted.findings)
    findings = findings_of(found)
    doubts = [undecided("lint", reason) for reason in linted.unknown_because]
    rules = dict.fromkeys(finding.rule for finding in (*doubts, *findings))
    return FindingList(
        "lint",
        counts_text(linted, inventory),
        tuple(rules),
        (*doubts, *findings),
        (
            *(_case(code, [one for one in found if one.code == code], fail_on) for code in sorted(codes)),
            *map(undecided_case, doubts),
        ),
        of_inputs=inventory.diagnostics,
    )


def gravest_first(diagnostics: Iterable[Diagnostic]) -> list[Diagnostic]:
    """``diagnostics`` by severity, then in the order of their places."""
    return sorted(diagnostics, key=lambda one: (-one.severity, one.sort_key()))


def findings_of(diagnostics: Sequence[Diagnostic]) -> list[Finding]:
    """``diagnostics``, gravest first, as findings; those of one code have one rule, as grave as the first of them."""
    rules: dict[str, Rule] = {}
    for one in diagnostics:
        rules.setdefault(one.code, _rule(one))
    return [_finding(one, rules[one.code]) for one in diagnostics]


def _rule(diagnostic: Diagnostic) -> Rule:
    title = CODES[diagnostic.code]
    advice = f"`netverify explain {diagnostic.code}` says what it means and what to do."
    return Rule(diagnostic.code, SEVERITIES[diagnostic.severity], title, title, advice, tags=("kubernetes",))


def _finding(diagnostic: Diagnostic, rule: Rule) -> Finding:
    return Finding(
        rule,
        SEVERITIES[diagnostic.severity],
        diagnostic.severity.name.lower(),
        f"{diagnostic.code} {CODES[diagnostic.code]}",
        CODES[diagnostic.code],
        with_help(diagnostic),
        (diagnostic.origin,),
        fingerprint(identity(diagnostic)),
        diagnostic.secondary,
    )


def _case(code: str, found: list[Diagnostic], fail_on: Gravity | None) -> Case:
    name = f"{code}: {CODES[code]}"
    if not found:
        return Case("lint", name, Outcome.PASSED, "passed")
    fails = fail_on is not None and any(one.severity >= fail_on for one in found)
    lines = [f"{one.origin}: {with_help(one)}" for one in found]
    more = f" (and {len(found) - 1} more)" if found[1:] else ""
    outcome = Outcome.FAILURE if fails else Outcome.SKIPPED
    return Case("lint", name, outcome, found[0].severity.name.lower(), f"{lines[0]}{more}", partial(list, lines))
