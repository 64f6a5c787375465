"""The ways in from outside, as a list of findings: each that is open or in doubt, and each that is closed as passed."""

from __future__ import annotations

from functools import partial

from netverify.answers.surface import ExposedWay, Openness, Surface
from netverify.diagnostics import Diagnostic
from netverify.gate.intent.spec import Severity
from netverify.gate.outcome import fingerprint
from netverify.report.finding_list import Case, Finding, FindingList, Outcome, Rule, undecided, undecided_case
from netverify.report.lint_list import findings_of, gravest_first
from netverify.report.surface_text import OPENNESS_WORDS, counts_text, way_details
from netverify.report.way_text import knock_text, opened_by
from netverify.sources.coverage import Inventory

_CLOSED = frozenset((Openness.BLOCKED, Openness.ENDS))
_SEVERITIES = {Openness.UNKNOWN: Severity.HIGH, Openness.BROKEN: Severity.MEDIUM}
_ADVICE = "Close the way in with a policy, or state in an intent file who may use it: `netverify check --help`."


def list_of_surface(surface: Surface, findings: tuple[Diagnostic, ...], inventory: Inventory) -> FindingList:
    """``surface`` as a list, with ``findings`` about what was probably not meant. An open way in fails no run."""
    doubts = [undecided("exposed", reason) for reason in surface.unknown_because]
    ways = [_finding(one) for one in surface.ways if one.openness not in _CLOSED]
    ways.sort(key=lambda one: one.severity.rank)
    told = (*doubts, *findings_of(gravest_first(findings)), *ways)
    passed = tuple(_finding(one) for one in surface.ways if one.openness in _CLOSED)
    return FindingList(
        "exposed",
        counts_text(surface),
        tuple(dict.fromkeys(one.rule for one in (*told, *passed))),
        told,
        (*map(_case, surface.ways), *map(undecided_case, doubts)),
        passed,
        of_inputs=inventory.diagnostics,
    )


def _rule(openness: Openness) -> Rule:
    title = f"a way in from outside is {OPENNESS_WORDS[openness]}"
    severity = _SEVERITIES.get(openness, Severity.LOW)
    return Rule(f"way-in-{openness}", severity, title, title, _ADVICE, tags=("security", "kubernetes"))


def _finding(one: ExposedWay) -> Finding:
    way = one.way
    rule = _rule(one.openness)
    name = f"{knock_text(way)}, {opened_by(way)}"
    return Finding(
        rule,
        rule.severity,
        one.openness.value,
        name,
        name,
        "; ".join(way_details(one)),
        (way.origin,) if way.origin is not None else (),
        fingerprint("exposed", way.object, knock_text(way), one.openness.value),
        properties={"verdict": one.openness.value},
    )


def _case(one: ExposedWay) -> Case:
    name = f"{knock_text(one.way)}, {opened_by(one.way)}: {OPENNESS_WORDS[one.openness]}"
    is_unknown = one.openness is Openness.UNKNOWN
    lines = list(way_details(one))
    return Case(
        "exposed",
        name,
        Outcome.ERROR if is_unknown else Outcome.PASSED,
        one.openness.value,
        one.why if is_unknown else "",
        partial(list, lines),
    )
