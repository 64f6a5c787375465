"""What a gate found as SARIF 2.1.0, for GitHub code scanning and every viewer of that format.

Source: OASIS, Static Analysis Results Interchange Format 2.1.0; GitHub, SARIF support for code scanning.
"""

from __future__ import annotations

from netverify.diagnostics import Diagnostic
from netverify.gate.fingerprint import fingerprint
from netverify.gate.outcome import GateReport, GateVerdict
from netverify.manifests.coverage import Inventory
from netverify.report.gate_finding import Finding, findings
from netverify.report.gate_run import Run
from netverify.report.gate_shortfalls import shortfalls, told
from netverify.report.gate_steps import steps
from netverify.report.gate_words import exception_text
from netverify.report.query_json import dumped
from netverify.report.remarks_json import Json
from netverify.report.sarif_invocation import invocation, provenance
from netverify.report.sarif_parts import Places, message
from netverify.report.sarif_rules import LEVELS, Rules
from netverify.report.visible import visible

SCHEMA_URI = "https://json.schemastore.org/sarif-2.1.0.json"
MOST_RESULTS = 25_000
"""GitHub refuses a run with more results."""

MOST_SHORTFALLS = 1_000
"""So many errors about inputs leave room for what is wrong with assertions."""

MOST_STEPS = 1_000
"""GitHub refuses a result with more locations."""

INFORMATION_URI = "https://pypi.org/project/netverify/"


def render_gate_sarif(report: GateReport, inventory: Inventory, run: Run, *, with_proved: bool = False) -> str:
    """One run with a rule for each assertion, and a result for each thing that is wrong, the inputs included.

    What is excepted or baselined is suppressed. ``with_proved`` adds a result of kind ``pass`` for each assertion that
    is proved. Guarantees: the same report is the same bytes.
    """
    places, rules = Places(run.directory), Rules(report)
    found = sorted(findings(report), key=lambda finding: finding.is_left_aside)
    besides = shortfalls(report)
    results = [_shortfall(one, places, rules) for one in besides[:MOST_SHORTFALLS]]
    results += [_result(one, report, inventory, places, rules) for one in found[: MOST_RESULTS - len(results)]]
    room = MOST_RESULTS - len(results)
    passed = [result for result in report.results if result.verdict is GateVerdict.PROVED] if with_proved else []
    results += [_passed(Finding(result), places, rules) for result in passed[:room]]
    left_out = len(besides) + len(found) + len(passed) - len(results)
    driver: dict[str, Json] = {
        "name": "netverify",
        "version": run.version,
        "informationUri": INFORMATION_URI,
        "rules": rules.described(),
    }
    ran: dict[str, Json] = {
        "tool": {"driver": driver},
        "automationDetails": {"id": "netverify/check/"},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"%SRCROOT%": {"description": {"text": "The directory that netverify ran in."}}},
        "invocations": [invocation(report, inventory, run, places, left_out=left_out)],
        **provenance(run),
        "results": [*results],
    }
    return dumped({"$schema": SCHEMA_URI, "version": "2.1.0", "runs": [ran]})


def _result(finding: Finding, report: GateReport, inventory: Inventory, places: Places, rules: Rules) -> Json:
    assertion = finding.result.assertion
    asserted = {**places.location(assertion.origin, assertion.origin), "message": message("the assertion")}
    value: dict[str, Json] = {
        **rules.reference(assertion),
        "kind": "fail",
        "level": LEVELS[assertion.severity],
        "message": message(_told(finding)),
        "locations": [places.location(finding.place, assertion.origin)],
        "relatedLocations": [{"id": 0, **asserted}],
        "partialFingerprints": {"netverify/v1": finding.fingerprint},
        "properties": _properties(finding),
    }
    if flow := _flow(finding, inventory, places):
        value["codeFlows"] = [{"threadFlows": [{"locations": flow}]}]
    if finding.is_left_aside:
        value["suppressions"] = [
            {"kind": "external", "status": "accepted", "justification": text} for text in _justified(finding, report)
        ]
    return value


def _shortfall(diagnostic: Diagnostic, places: Places, rules: Rules) -> Json:
    """What fails the run and is no verdict on an assertion."""
    identity = f"{diagnostic.code} {diagnostic.origin.path} {diagnostic.message}"
    location = places.location(diagnostic.origin)
    return {
        **rules.reference_of(diagnostic.code),
        "kind": "fail",
        "level": "error",
        "message": message(told(diagnostic)),
        **({"locations": [location]} if location else {}),
        "partialFingerprints": {"netverify/v1": fingerprint(identity)},
    }


def _flow(finding: Finding, inventory: Inventory, places: Places) -> list[Json]:
    """The trace; each step has a place, as GitHub wants it: that of the finding where it has none of its own."""
    if finding.violation is None:
        return []
    asserted = finding.result.assertion.origin
    return [
        {"location": {**places.location(step.place, finding.place, asserted), "message": message(step.text)}}
        for step in steps(finding.violation, inventory)[:MOST_STEPS]
    ]


def _passed(finding: Finding, places: Places, rules: Rules) -> Json:
    assertion = finding.result.assertion
    return {
        **rules.reference(assertion),
        "kind": "pass",
        "level": "none",
        "message": message(f"proved: {finding.result.statement}"),
        "locations": [places.location(assertion.origin)],
        "partialFingerprints": {"netverify/v1": finding.fingerprint},
        "properties": _properties(finding),
    }


def _told(finding: Finding) -> str:
    title = finding.result.assertion.title or finding.result.statement
    return f"{title}: {finding.verdict}: {finding.text}"


def _properties(finding: Finding) -> Json:
    return {
        "verdict": finding.verdict.value,
        "world": finding.result.world.value,
        "severity": finding.result.assertion.severity.value,
        "statement": finding.result.statement,
        **({"goals": {goal.name: goal.digest for goal in finding.result.goals}} if finding.result.goals else {}),
    }


def _justified(finding: Finding, report: GateReport) -> list[str]:
    """Why ``finding`` is suppressed, a text for each exception that it needs."""
    if finding.verdict is GateVerdict.BASELINED:
        where = f" `{report.baseline.path}`" if report.baseline is not None else ""
        return [f"known when the baseline{where} was written"]
    wanted = finding.result.excepted_by
    texts = dict.fromkeys(visible(exception_text(use)) for use in report.exceptions if use.exception.id in wanted)
    return [*texts] or [f"excepted by {', '.join(map(visible, wanted))}"]
