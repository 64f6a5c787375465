"""Assertions as the rules of a SARIF run."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from netverify.diagnostics import CODES
from netverify.gate.outcome import GateReport, Result
from netverify.intent.spec import Assertion, Severity
from netverify.report.gate_shortfalls import shortfalls
from netverify.report.markdown_text import in_markdown
from netverify.report.remarks_json import Json
from netverify.report.sarif_parts import message
from netverify.report.visible import shortened, visible

LEVELS: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "error",
        Severity.HIGH: "error",
        Severity.MEDIUM: "warning",
        Severity.LOW: "note",
        Severity.INFO: "note",
    },
)
_SCORES: Mapping[Severity, str] = MappingProxyType(
    {
        Severity.CRITICAL: "9.5",
        Severity.HIGH: "8.0",
        Severity.MEDIUM: "5.5",
        Severity.LOW: "3.0",
        Severity.INFO: "0.0",
    },
)
"""What GitHub shows as critical (from 9.0), high (from 7.0), medium (from 4.0) and low."""

_TAGS = ("security", "kubernetes")
_MOST_TAGS = 20
_LONGEST_NAME = 255
_LONGEST_DESCRIPTION = 1024
_ADVICE = "Change the policy that the result points at, or change the assertion if the connection is wanted."
_WORDS = re.compile(r"[A-Za-z0-9]+")


class Rules:
    """A rule for each assertion of a report, told apart by their ids, and one for each code of an error besides."""

    def __init__(self, report: GateReport) -> None:
        self._results = {result.assertion.id: result for result in reversed(report.results)}
        self._results = dict(reversed(self._results.items()))
        self._indices = {name: number for number, name in enumerate(self._results)}
        self._codes = sorted({one.code for one in shortfalls(report)})

    def reference(self, assertion: Assertion) -> dict[str, Json]:
        """What says in a result which rule it is about."""
        return {"ruleId": visible(assertion.id), "ruleIndex": self._indices[assertion.id]}

    def reference_of(self, code: str) -> dict[str, Json]:
        """The same for an error with ``code`` about an input."""
        return {"ruleId": code, "ruleIndex": len(self._results) + self._codes.index(code)}

    def described(self) -> Json:
        """All of them."""
        return [*(_rule(result) for result in self._results.values()), *map(_rule_of_code, self._codes)]


def _rule_of_code(code: str) -> Json:
    """An error with ``code``, which says that the run is not whole."""
    return {
        "id": code,
        "shortDescription": message(CODES.get(code, code)),
        "fullDescription": message(CODES.get(code, code)),
        "help": {"text": f"`netverify explain {code}` says what it means and what to do."},
        "defaultConfiguration": {"level": "error"},
        "properties": {
            "tags": [*_TAGS],
            "precision": "very-high",
            "problem.severity": "error",
            "security-severity": "8.0",
        },
    }


def _rule(result: Result) -> Json:
    assertion = result.assertion
    tags: list[Json] = [*dict.fromkeys((*_TAGS, *map(visible, assertion.controls)))]
    properties: dict[str, Json] = {
        "tags": tags[:_MOST_TAGS],
        "precision": "very-high",
        "problem.severity": LEVELS[assertion.severity].replace("note", "recommendation"),
        "security-severity": _SCORES[assertion.severity],
    }
    return {
        "id": visible(assertion.id),
        "name": shortened(
            "".join(map(str.capitalize, _WORDS.findall(f"{assertion.verb} {assertion.id}"))), _LONGEST_NAME
        ),
        "shortDescription": message(shortened(assertion.title or result.statement, _LONGEST_DESCRIPTION // 2)),
        "fullDescription": message(shortened(result.statement, _LONGEST_DESCRIPTION // 2)),
        "help": {"text": _help_text(result), "markdown": _help_markdown(result)},
        "defaultConfiguration": {"level": LEVELS[assertion.severity]},
        "properties": properties,
    }


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
