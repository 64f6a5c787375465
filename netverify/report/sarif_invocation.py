"""How netverify ran, as SARIF writes it, with what it has to say about its inputs."""

from __future__ import annotations

from netverify.diagnostics import Diagnostic, Severity
from netverify.gate.outcome import GateReport
from netverify.manifests.coverage import Inventory
from netverify.report.gate_run import Run
from netverify.report.gate_shortfalls import told
from netverify.report.remarks_json import Json
from netverify.report.sarif_parts import Places, message
from netverify.report.visible import visible

_LEVELS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "note"}
_INCOMPLETE = 4
"""From this exit status on, something kept the run from saying all that it should."""


def invocation(report: GateReport, inventory: Inventory, run: Run, places: Places, *, left_out: int) -> Json:
    """The run itself. ``left_out`` results did not fit into it."""
    noted = [one for one in (*inventory.diagnostics, *report.inputs) if one.severity is not Severity.NOTE]
    notifications: list[Json] = [_notification(one, places) for one in dict.fromkeys(noted)]
    if left_out:
        text = f"{left_out} results are left out, as GitHub takes no more; the JSON report has them all"
        notifications.append({"level": "warning", "message": message(text)})
    value: dict[str, Json] = {
        "executionSuccessful": run.exit_code < _INCOMPLETE,
        "exitCode": run.exit_code,
        "arguments": [visible(argument) for argument in run.arguments],
        "toolExecutionNotifications": notifications,
        "toolConfigurationNotifications": [_notification(one, places) for one in report.findings],
    }
    return value


def provenance(run: Run) -> dict[str, Json]:
    """What was checked out: a revision alone cannot be told without a repository, and becomes a property."""
    if run.repository:
        known: dict[str, Json] = {"repositoryUri": run.repository}
        if run.revision:
            known["revisionId"] = run.revision
        return {"versionControlProvenance": [{**known, "mappedTo": {"uriBaseId": "%SRCROOT%"}}]}
    return {"properties": {"revision": run.revision}} if run.revision else {}


def _notification(diagnostic: Diagnostic, places: Places) -> Json:
    location = places.location(diagnostic.origin)
    return {
        "descriptor": {"id": diagnostic.code},
        "level": _LEVELS[diagnostic.severity],
        "message": message(told(diagnostic)),
        **({"locations": [location]} if location else {}),
    }
