"""Findings as SARIF 2.1.0, for GitHub code scanning and every viewer of that format.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0; GitHub, SARIF support for code scanning.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from netverify.codes import CODES
from netverify.diagnostics import Diagnostic, Origin
from netverify.diagnostics import Severity as Gravity
from netverify.gate.intent.spec import Severity
from netverify.gate.outcome import fingerprint
from netverify.report.finding_list import LEVELS, Finding, FindingList, Rule, Run, identity, with_help
from netverify.report.query_json import dumped
from netverify.report.remarks_json import Json
from netverify.report.source_uri import is_file, source_uri
from netverify.visible import visible

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
INFORMATION_URI = "https://pypi.org/project/netverify/"
MOST_RESULTS = 25_000
"""GitHub refuses a run with more results."""

MOST_ERRORS = 1_000
"""So many errors about inputs leave room for what else is wrong."""

MOST_STEPS = 1_000
"""GitHub refuses a result with more locations."""

_MOST_TAGS = 20
_INCOMPLETE = 4
"""From this exit status on, something kept the run from saying all that it should."""

_NOTIFICATION_LEVELS = {Gravity.ERROR: "error", Gravity.WARNING: "warning", Gravity.NOTE: "note"}
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


def render_sarif(found: FindingList, run: Run, *, with_passed: bool = False) -> str:
    """One run with every rule, and a result for each thing that is wrong, the inputs included.

    What is set aside is suppressed. ``with_passed`` adds a result of kind ``pass`` for each thing that is not wrong.
    Guarantees: the same list is the same bytes.
    """
    places, writer = Places(run.directory), _Rules(found)
    counting_first = sorted(found.findings, key=lambda finding: not finding.counts)
    results = [_error(one, places, writer) for one in found.errors[:MOST_ERRORS]]
    results += [_result(one, places, writer) for one in counting_first[: MOST_RESULTS - len(results)]]
    passed = found.passed if with_passed else ()
    results += [_passed(one, places, writer) for one in passed[: MOST_RESULTS - len(results)]]
    left_out = len(found.errors) + len(found.findings) + len(passed) - len(results)
    driver: dict[str, Json] = {
        "name": "netverify",
        "version": run.version,
        "informationUri": INFORMATION_URI,
        "rules": writer.described(),
    }
    ran: dict[str, Json] = {
        "tool": {"driver": driver},
        "automationDetails": {"id": f"netverify/{found.command}/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The directory that netverify ran in."}}},
        "invocations": [_invocation(found, run, places, left_out=left_out)],
        **_provenance(run),
        "results": [*results],
    }
    return dumped({"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [ran]})


class _Rules:
    """The rules of a list, and one for each code of an error besides, by their numbers."""

    def __init__(self, found: FindingList) -> None:
        codes = sorted({one.code for one in found.errors} - {one.id for one in found.rules})
        self._rules = (*found.rules, *map(rule_of_error, codes))
        self._indices = {rule.id: number for number, rule in enumerate(self._rules)}

    def reference(self, rule_id: str) -> dict[str, Json]:
        """What says in a result which rule it is about."""
        return {"ruleId": visible(rule_id), "ruleIndex": self._indices[rule_id]}

    def described(self) -> Json:
        """All of them."""
        return [_rule(one) for one in self._rules]


def rule_of_error(code: str) -> Rule:
    """An error with ``code``, which says that the run is not whole."""
    title = CODES.get(code, code)
    advice = f"`netverify explain {code}` says what it means and what to do."
    return Rule(code, Severity.HIGH, title, title, advice, tags=("security", "kubernetes"))


def _rule(rule: Rule) -> Json:
    level = LEVELS[rule.severity]
    return {
        "id": visible(rule.id),
        **({"name": rule.name} if rule.name else {}),
        "shortDescription": message(rule.short),
        "fullDescription": message(rule.full),
        "help": {"text": rule.help, **({"markdown": rule.help_markdown} if rule.help_markdown else {})},
        "defaultConfiguration": {"level": level},
        "properties": {
            "tags": [*rule.tags[:_MOST_TAGS]],
            "precision": "very-high",
            "problem.severity": level.replace("note", "recommendation"),
            "security-severity": _SCORES[rule.severity],
        },
    }


def _result(finding: Finding, places: Places, rules: _Rules) -> Json:
    value: dict[str, Json] = {
        **rules.reference(finding.rule.id),
        "kind": "fail",
        "level": LEVELS[finding.severity],
        "message": message(f"{finding.statement}: {finding.verdict}: {finding.text}"),
        **_locations(finding, places),
        **_related(finding, places),
        "partialFingerprints": {"netverify/v1": finding.fingerprint},
        "properties": dict(finding.properties),
    }
    if flow := _flow(finding, places):
        value["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    if not finding.counts:
        value["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": text} for text in finding.set_aside
        ]
    return value


def _passed(finding: Finding, places: Places, rules: _Rules) -> Json:
    return {
        **rules.reference(finding.rule.id),
        "kind": "pass",
        "level": "none",
        "message": message(f"{finding.verdict}: {finding.text}"),
        **_locations(finding, places),
        "partialFingerprints": {"netverify/v1": finding.fingerprint},
        "properties": dict(finding.properties),
    }


def _error(diagnostic: Diagnostic, places: Places, rules: _Rules) -> Json:
    """What fails the run and is no finding of its own."""
    location = places.location(diagnostic.origin)
    return {
        **rules.reference(diagnostic.code),
        "kind": "fail",
        "level": "error",
        "message": message(with_help(diagnostic)),
        **({"locations": [location]} if location else {}),
        "partialFingerprints": {"netverify/v1": fingerprint(identity(diagnostic))},
    }


def _locations(finding: Finding, places: Places) -> dict[str, Json]:
    location = places.location(*finding.places)
    return {"locations": [location]} if location else {}


def _related(finding: Finding, places: Places) -> dict[str, Json]:
    located = [(places.location(origin), text) for origin, text in finding.related]
    related: list[Json] = [
        {"id": number, **location, "message": message(text)}
        for number, (location, text) in enumerate(one for one in located if one[0])
    ]
    return {"relatedLocations": related} if related else {}


def _flow(finding: Finding, places: Places) -> list[Json]:
    """The trace; each step has a place, as GitHub wants it: that of the finding where it has none of its own."""
    return [
        {"location": {**places.location(step.place, *finding.places), "message": message(step.text)}}
        for step in finding.trace()[:MOST_STEPS]
    ]


def _invocation(found: FindingList, run: Run, places: Places, *, left_out: int) -> Json:
    """The run itself. ``left_out`` results did not fit into it."""
    noted = [one for one in found.of_inputs if one.severity is not Gravity.NOTE]
    notifications: list[Json] = [_notification(one, places) for one in dict.fromkeys(noted)]
    if left_out:
        text = f"{left_out} results are left out, as GitHub takes no more; the JSON report has them all"
        notifications.append({"level": "warning", "message": message(text)})
    return {
        "executionSuccessful": run.exit_code < _INCOMPLETE,
        "exitCode": run.exit_code,
        "arguments": [visible(argument) for argument in run.arguments],
        "toolExecutionNotifications": notifications,
        "toolConfigurationNotifications": [_notification(one, places) for one in found.of_intent],
    }


def _notification(diagnostic: Diagnostic, places: Places) -> Json:
    location = places.location(diagnostic.origin)
    return {
        "descriptor": {"id": diagnostic.code},
        "level": _NOTIFICATION_LEVELS[diagnostic.severity],
        "message": message(with_help(diagnostic)),
        **({"locations": [location]} if location else {}),
    }


def _provenance(run: Run) -> dict[str, Json]:
    """What was checked out: a revision alone cannot be told without a repository, and becomes a property."""
    if run.repository:
        known: dict[str, Json] = {"repositoryUri": run.repository}
        if run.revision:
            known["revisionId"] = run.revision
        return {"versionControlProvenance": [{**known, "mappedTo": {"uriBaseId": "%SRCROOT%"}}]}
    return {"properties": {"revision": run.revision}} if run.revision else {}


def plain(text: str) -> str:
    """``text`` as a message without links and placeholders. Source: SARIF 2.1.0, 3.11.5 and 3.11.6."""
    return visible(text).replace("](", "] (").replace("{", "{{").replace("}", "}}")


def message(text: str) -> dict[str, Json]:
    """A message of one sentence, ended by a full stop as the format wants it."""
    return {"text": f"{plain(text)}."}


class Places:
    """Writes places relative to the directory of the run."""

    def __init__(self, directory: str) -> None:
        self._directory = directory

    def location(self, *origins: Origin | None) -> dict[str, Json]:
        """The first of ``origins`` that is in a file; no place if none is."""
        for origin in origins:
            if origin is not None and is_file(origin):
                return {"physicalLocation": self._physical(origin)}
        return {}

    def _physical(self, origin: Origin) -> Json:
        uri, is_below = source_uri(origin.path, self._directory)
        artifact: dict[str, Json] = {"uri": uri, **({"uriBaseId": "%SRCROOT%"} if is_below else {})}
        region: dict[str, Json] = {"startLine": max(origin.line, 1)}
        if origin.line and origin.column:
            region["startColumn"] = origin.column
        return {"artifactLocation": artifact, "region": region}
