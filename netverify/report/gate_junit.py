"""What a gate found as JUnit XML: a suite for each intent file, a test case for each assertion.

Source: the schema of Jenkins for JUnit 4; only what every reader of the format understands is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from netverify.diagnostics import Diagnostic
from netverify.gate.outcome import GateReport, GateVerdict, Result
from netverify.manifests.coverage import Inventory
from netverify.report.gate_finding import Finding, findings_of
from netverify.report.gate_shortfalls import shortfalls, told
from netverify.report.gate_steps import trace_lines
from netverify.report.gate_words import goal_texts
from netverify.report.visible import shortened, visible

AT_MOST = 100
"""How many violations, or goals, of one assertion are listed; further ones are counted."""

_LONGEST_MESSAGE = 500
_TAGS = {
    GateVerdict.REFUTED: "failure",
    GateVerdict.VACUOUS: "error",
    GateVerdict.UNKNOWN: "error",
    GateVerdict.EXCEPTED: "skipped",
    GateVerdict.BASELINED: "skipped",
}


def render_gate_junit(report: GateReport, inventory: Inventory) -> str:
    """A failure for what is refuted, an error for what is vacuous or unknown; what is left aside is skipped.

    What fails the run besides its assertions is an error in a suite of its own.

    Guarantees: ASCII, and well-formed XML 1.0 whatever the texts hold.
    """
    besides = shortfalls(report)
    root = ET.Element("testsuites", {"name": "netverify", **_counts(report.results, len(besides))})
    files = dict.fromkeys(result.assertion.origin.path for result in report.results)
    for path in files:
        results = [result for result in report.results if result.assertion.origin.path == path]
        suite = ET.SubElement(root, "testsuite", {"name": visible(path), **_counts(results)})
        suite.set("skipped", str(_number(results, "skipped")))
        for result in results:
            suite.append(_case(result, inventory))
    if besides:
        suite = ET.SubElement(root, "testsuite", {"name": "inputs", **_counts((), len(besides)), "skipped": "0"})
        suite.extend(map(_shortfall, besides))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="us-ascii").decode()}\n'


def _counts(results: Sequence[Result], besides: int = 0) -> dict[str, str]:
    """``besides`` errors are no results."""
    return {
        "tests": str(len(results) + besides),
        "failures": str(_number(results, "failure")),
        "errors": str(_number(results, "error") + besides),
        **_seconds([result.milliseconds for result in results]),
    }


def _number(results: Sequence[Result], tag: str) -> int:
    return sum(1 for result in results if _TAGS.get(result.verdict) == tag)


def _seconds(milliseconds: Sequence[int | None]) -> dict[str, str]:
    """The attribute that says how long all of it took; none where that is not to be told, and of nothing."""
    told = [one for one in milliseconds if one is not None]
    return {"time": f"{sum(told) / 1000:.3f}"} if told and len(told) == len(milliseconds) else {}


def _case(result: Result, inventory: Inventory) -> ET.Element:
    assertion = result.assertion
    title = f"{assertion.id}: {assertion.title}" if assertion.title else assertion.id
    about = {"name": visible(title), "classname": visible(assertion.origin.path), **_seconds([result.milliseconds])}
    case = ET.Element("testcase", about)
    tag = _TAGS.get(result.verdict)
    if tag == "skipped":
        ET.SubElement(case, tag).text = _in_short(result)
    elif tag is not None:
        problem = ET.SubElement(case, tag, {"type": result.verdict.value, "message": _in_short(result)})
        problem.text = "\n".join(("", *_in_full(result, inventory), ""))
    if result.goals:
        named = map(visible, goal_texts(result, AT_MOST))
        ET.SubElement(case, "system-out").text = "\n".join(("", "goals:", *named, ""))
    return case


def _shortfall(diagnostic: Diagnostic) -> ET.Element:
    place = visible(str(diagnostic.origin))
    case = ET.Element("testcase", {"name": f"{diagnostic.code} {place}", "classname": place})
    message = shortened(visible(diagnostic.message), _LONGEST_MESSAGE)
    ET.SubElement(case, "error", {"type": diagnostic.code, "message": message}).text = visible(told(diagnostic))
    return case


def _in_short(result: Result) -> str:
    first, *others = findings_of(result)
    more = f" (and {len(others)} more)" if others else ""
    return shortened(visible(f"{result.verdict}: {first.text}{more}"), _LONGEST_MESSAGE)


def _in_full(result: Result, inventory: Inventory) -> list[str]:
    lines = [visible(result.statement), visible(f"asserted at {result.assertion.origin}")]
    found = findings_of(result)
    lines += [f"{visible(one.text)}{' (known)' if _is_known(one) else ''}" for one in found[:AT_MOST]]
    if found[AT_MOST:]:
        lines.append(f"and {len(found) - AT_MOST} more")
    first = next((one.violation for one in found if one.violation is not None), None)
    return [*lines, *(trace_lines(first, inventory) if first is not None else ())]


def _is_known(finding: Finding) -> bool:
    return finding.violation is not None and finding.violation.is_baselined
