"""Cases as JUnit XML: a suite for each file of intent, or for the command, and a test case for each thing judged.

Source: the schema of Jenkins for JUnit 4; only what every reader of the format understands is used.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree as ET

from netverify.diagnostics import Diagnostic
from netverify.report.finding_list import Case, FindingList, Outcome, with_help
from netverify.visible import shortened, visible

_LONGEST_MESSAGE = 500


def render_junit(found: FindingList) -> str:
    """A failure for what is wrong, an error for what could not be judged; what is set aside is skipped.

    What fails the run besides is an error in a suite of its own.

    Guarantees: ASCII, and well-formed XML 1.0 whatever the texts hold.
    """
    root = ET.Element("testsuites", {"name": "netverify", **_counts(found.cases, len(found.errors))})
    for name in dict.fromkeys(case.suite for case in found.cases):
        cases = [case for case in found.cases if case.suite == name]
        suite = ET.SubElement(root, "testsuite", {"name": visible(name), **_counts(cases)})
        suite.set("skipped", str(_number(cases, Outcome.SKIPPED)))
        suite.extend(map(_case, cases))
    if found.errors:
        counts = _counts((), len(found.errors))
        suite = ET.SubElement(root, "testsuite", {"name": "inputs", **counts, "skipped": "0"})
        suite.extend(map(_error, found.errors))
    ET.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ET.tostring(root, encoding="us-ascii").decode()}\n'


def _counts(cases: Sequence[Case], besides: int = 0) -> dict[str, str]:
    """``besides`` errors are no cases."""
    return {
        "tests": str(len(cases) + besides),
        "failures": str(_number(cases, Outcome.FAILURE)),
        "errors": str(_number(cases, Outcome.ERROR) + besides),
        **_seconds([case.milliseconds for case in cases]),
    }


def _number(cases: Sequence[Case], outcome: Outcome) -> int:
    return sum(1 for case in cases if case.outcome is outcome)


def _seconds(milliseconds: Sequence[int | None]) -> dict[str, str]:
    """The attribute that says how long all of it took; none where that is not known of all, and of nothing."""
    known = [one for one in milliseconds if one is not None]
    return {"time": f"{sum(known) / 1000:.3f}"} if known and len(known) == len(milliseconds) else {}


def _case(case: Case) -> ET.Element:
    about = {"name": visible(case.name), "classname": visible(case.suite), **_seconds([case.milliseconds])}
    element = ET.Element("testcase", about)
    short = shortened(visible(case.short), _LONGEST_MESSAGE)
    match case.outcome:
        case Outcome.PASSED:
            pass
        case Outcome.SKIPPED:
            ET.SubElement(element, case.outcome.value).text = short
        case Outcome.FAILURE | Outcome.ERROR:
            problem = ET.SubElement(element, case.outcome.value, {"type": case.verdict, "message": short})
            problem.text = "\n".join(("", *map(visible, case.full()), ""))
    if case.goals:
        ET.SubElement(element, "system-out").text = "\n".join(("", "goals:", *map(visible, case.goals), ""))
    return element


def _error(diagnostic: Diagnostic) -> ET.Element:
    place = visible(str(diagnostic.origin))
    case = ET.Element("testcase", {"name": f"{diagnostic.code} {place}", "classname": place})
    message = shortened(visible(diagnostic.message), _LONGEST_MESSAGE)
    ET.SubElement(case, "error", {"type": diagnostic.code, "message": message}).text = visible(with_help(diagnostic))
    return case
