"""What a run shows of controls as JSON of schema ``netverify/report/v1``, and its approved flows as CSV."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netverify.evidence.assessment import Assessed, Assessment, approved_flows
from netverify.evidence.framework import Framework
from netverify.gate.intent.spec import FlowText
from netverify.gate.outcome import Result, ZoneMembers
from netverify.report.evidence_document import APPROVED_COLUMNS, EXCLUSIONS, Made, approved_rows
from netverify.report.framework_document import control_json
from netverify.report.gate_json import gate_json
from netverify.report.map_csv import cell
from netverify.report.query_json import dumped
from netverify.report.remarks_json import Json, place_json
from netverify.sources.coverage import Inventory

SCHEMA = "netverify/report/v1"


def render_assessment_json(assessment: Assessment, inventory: Inventory, made: Made, tool: Mapping[str, Json]) -> str:
    """One object. ``check`` is what `netverify check` says of the assertions that the report rests on."""
    return dumped(
        {
            "schema": SCHEMA,
            "frameworks": [_framework(framework, controls) for framework, controls in assessment.frameworks],
            "zones": [_zone(one) for one in assessment.report.zones],
            "in_no_zone": [str(key) for key in assessment.outside],
            "approved_flows": [_approved(result, flow) for result, flow in approved_flows(assessment)],
            "not_part": list(EXCLUSIONS),
            "reproduce": {
                "command": made.run.command,
                "revision": made.run.revision or None,
                "repository": made.run.repository or None,
                "inputs_as_in_revision": made.is_committed,
                "versions": list(made.versions),
                "intent": [{"name": name, "digest": digest} for name, digest in made.intent],
                "inputs": [{"name": name, "digest": digest} for name, digest in made.inputs],
            },
            "check": gate_json(assessment.report, inventory, tool),
        }
    )


def _framework(framework: Framework, controls: tuple[Assessed, ...]) -> Json:
    return {
        "id": framework.id,
        "title": framework.title,
        "source": framework.source,
        "controls": [
            {
                **control_json(one.control),
                "state": one.state.value,
                "world": one.world.value if one.world is not None else None,
                "why_not": list(one.because),
                "results": [{"id": result.assertion.id, "verdict": result.verdict.value} for result in one.results],
            }
            for one in controls
        ],
    }


def _zone(one: ZoneMembers) -> Json:
    return {
        "name": one.zone.name,
        "description": one.zone.description,
        "pods": [str(key) for key in one.pods],
        "others": list(one.others),
        "matches_nothing": one.is_empty,
        "ends_that_match_nothing": list(one.empty),
        **place_json(one.zone.origin),
    }


def _approved(result: Result, flow: FlowText) -> Json:
    return {
        "assertion": result.assertion.id,
        "from": [end.text for end in flow.sources],
        "to": [end.text for end in flow.destinations],
        "ports": [port.text for port in flow.ports],
        "justification": flow.justification or None,
        "controls": list(result.assertion.controls),
        **place_json(flow.origin),
    }


def render_approved_csv(assessment: Assessment) -> Iterator[str]:
    """The approved flows (RFC 4180), a row each. No cell is a formula to a spreadsheet."""
    yield f"{','.join(APPROVED_COLUMNS)}\r\n"
    for row in approved_rows(assessment):
        yield f"{','.join(map(cell, row))}\r\n"
