"""What a gate found, as a list of findings: a rule for each assertion, a finding for each thing that is wrong."""

from __future__ import annotations

from functools import partial

from netverify.gate.outcome import GateReport, GateVerdict, Result
from netverify.patterns import pattern
from netverify.report.finding_list import Case, Finding, FindingList, Outcome, Rule
from netverify.report.gate_shortcomings import (
    Shortcoming,
    shortcomings,
    shortcomings_of,
)
from netverify.report.gate_shortfalls import whole_count
from netverify.report.gate_steps import steps, trace_lines
from netverify.report.gate_words import evidence_text, exception_text, goal_texts, limited
from netverify.report.markdown_text import in_markdown
from netverify.report.remarks_json import Json
from netverify.sources.coverage import Inventory
from netverify.visible import shortened, visible

AT_MOST = 100
"""How many violations, or goals, of one assertion are listed; further ones are counted."""

_TAGS = ("security", "kubernetes")
_LONGEST_NAME = 255
_LONGEST_DESCRIPTION = 1024
_ADVICE = "Change the policy that the result points at, or change the assertion if the connection is wanted."
_WORDS = pattern(r"[A-Za-z0-9]+")
OUTCOMES = {
    GateVerdict.PROVED: Outcome.PASSED,
    GateVerdict.REFUTED: Outcome.FAILURE,
    GateVerdict.VACUOUS: Outcome.ERROR,
    GateVerdict.UNKNOWN: Outcome.ERROR,
    GateVerdict.EXCEPTED: Outcome.SKIPPED,
    GateVerdict.BASELINED: Outcome.SKIPPED,
}


def list_of_gate(report: GateReport, inventory: Inventory) -> FindingList:
    """``report`` about ``inventory`` as a list."""
    rules: dict[str, Rule] = {}
    for result in report.results:
        rules.setdefault(result.assertion.id, _rule(result))
    return FindingList(
        "check",
        whole_count(report),
        tuple(rules.values()),
        tuple(_finding(one, rules, report, inventory) for one in shortcomings(report)),
        tuple(_case(result, inventory) for result in report.results),
        tuple(_passed(one, rules) for one in report.results if one.verdict is GateVerdict.PROVED),
        (*inventory.diagnostics, *report.inputs),
        report.findings,
        evidence_text(report.evidence) if report.evidence is not None else "",
    )


def _rule(result: Result) -> Rule:
    assertion = result.assertion
    words = _WORDS.findall(f"{assertion.verb} {assertion.id}")
    return Rule(
        assertion.id,
        assertion.severity,
        shortened(assertion.title or result.statement, _LONGEST_DESCRIPTION // 2),
        shortened(result.statement, _LONGEST_DESCRIPTION // 2),
        _help_text(result),
        _help_markdown(result),
        shortened("".join(map(str.capitalize, words)), _LONGEST_NAME),
        tuple(dict.fromkeys((*_TAGS, *map(visible, assertion.controls)))),
    )


def _facts(result: Result) -> list[tuple[str, str]]:
    assertion = result.assertion
    given = [
        ("wanted", result.statement),
        ("severity", assertion.severity.value),
        ("asserted at", str(assertion.origin)),
    ]
    return [*given, *([("controls", ", ".join(assertion.controls))] if assertion.controls else [])]


def _help_text(result: Result) -> str:
    title = result.assertion.title or result.assertion.id
    return "\n".join((visible(title), *(f"{term}: {visible(text)}" for term, text in _facts(result)), _ADVICE))


def _help_markdown(result: Result) -> str:
    title = result.assertion.title or result.assertion.id
    facts = [f"- {term}: {in_markdown(text)}" for term, text in _facts(result)]
    return "\n".join((f"**{in_markdown(title)}**", "", *facts, "", _ADVICE))


def _finding(one: Shortcoming, rules: dict[str, Rule], report: GateReport, inventory: Inventory) -> Finding:
    assertion = one.result.assertion
    return Finding(
        rules[assertion.id],
        assertion.severity,
        one.verdict.value,
        assertion.title or assertion.id,
        assertion.title or one.result.statement,
        one.text,
        (one.place, assertion.origin),
        one.fingerprint,
        ((assertion.origin, "the assertion"),),
        partial(steps, one.violation, inventory) if one.violation is not None else tuple,
        _set_aside(one, report) if one.is_left_aside else (),
        (f"asserted by {assertion.id} at {assertion.origin}",),
        _properties(one.result, one.verdict),
        tuple(goal_texts(one.result, AT_MOST)),
    )


def _passed(result: Result, rules: dict[str, Rule]) -> Finding:
    assertion = result.assertion
    return Finding(
        rules[assertion.id],
        assertion.severity,
        result.verdict.value,
        assertion.title or assertion.id,
        f"{assertion.title or result.statement}{limited(result)}",
        f"{result.statement}{limited(result)}",
        (assertion.origin,),
        result.fingerprint,
        properties=_properties(result, result.verdict),
    )


def _properties(result: Result, verdict: GateVerdict) -> dict[str, Json]:
    return {
        "verdict": verdict.value,
        "world": result.world.value,
        "severity": result.assertion.severity.value,
        "statement": result.statement,
        **({"goals": {goal.name: goal.digest for goal in result.goals}} if result.goals else {}),
    }


def _set_aside(one: Shortcoming, report: GateReport) -> tuple[str, ...]:
    """Why ``one`` does not count, a text for each exception that it needs."""
    if one.verdict is GateVerdict.BASELINED:
        where = f" `{report.baseline.path}`" if report.baseline is not None else ""
        return (f"known when the baseline{where} was written",)
    wanted = one.result.excepted_by
    texts = dict.fromkeys(visible(exception_text(use)) for use in report.exceptions if use.exception.id in wanted)
    return (*texts,) or (f"excepted by {', '.join(map(visible, wanted))}",)


def _case(result: Result, inventory: Inventory) -> Case:
    assertion = result.assertion
    outcome = OUTCOMES[result.verdict]
    return Case(
        assertion.origin.path,
        f"{assertion.id}: {assertion.title}" if assertion.title else assertion.id,
        outcome,
        result.verdict.value,
        _in_short(result) if outcome is not Outcome.PASSED else "",
        partial(_in_full, result, inventory),
        result.milliseconds,
        tuple(goal_texts(result, AT_MOST)),
    )


def _in_short(result: Result) -> str:
    first, *others = shortcomings_of(result)
    more = f" (and {len(others)} more)" if others else ""
    return f"{result.verdict}: {first.text}{more}"


def _in_full(result: Result, inventory: Inventory) -> list[str]:
    lines = [f"{result.statement}{limited(result)}", f"asserted at {result.assertion.origin}"]
    found = shortcomings_of(result)
    lines += [f"{one.text}{' (known)' if one.is_known else ''}" for one in found[:AT_MOST]]
    if found[AT_MOST:]:
        lines.append(f"and {len(found) - AT_MOST} more")
    first = next((one.violation for one in found if one.violation is not None), None)
    return [*lines, *(trace_lines(first, inventory) if first is not None else ())]
