"""A comparison as JSON of schema ``netverify/diff/v1``."""

from __future__ import annotations

import json
from collections.abc import Mapping

from netverify.diff.outcome import (
    Cause,
    Change,
    Comparison,
    Inputs,
    PairChange,
    ServiceChange,
    WayChange,
)
from netverify.model.traffic import PortSet, Protocol
from netverify.pairs.outcome import Access
from netverify.report.query_json import reason_json, route_json, witness_json
from netverify.report.remarks_json import Json, coverage_json, diagnostic_json, lines_json, place_json
from netverify.report.surface_json import way_json

SCHEMA = "netverify/diff/v1"


def render_comparison_json(found: Comparison, inputs: Inputs) -> str:
    """One object; ``rule`` counts from 0, and ``allowed`` and ``refused`` trace the witness on either side."""
    workloads = found.workloads
    report: dict[str, Json] = {
        "schema": SCHEMA,
        "verdict": found.verdict.value,
        "new_access": found.new_access.value,
        "lost_access": found.lost_access.value,
        "appears": [_change(one) for one in found.appears],
        "disappears": [_change(one) for one in found.disappears],
        "more_appears": found.more_appears,
        "more_disappears": found.more_disappears,
        "workloads": {
            "added": list(workloads.added),
            "removed": list(workloads.removed),
            "changed": [{"workload": name, "what": what} for name, what in workloads.changed],
            "connections": [_pair(one) for one in workloads.connections],
            "further_connections": workloads.further,
        },
        "ways": [_way(one) for one in found.routing.ways],
        "services": {
            "added": list(found.routing.added),
            "removed": list(found.routing.removed),
            "changed": [_service(one) for one in found.routing.services],
        },
        "proofs": list(found.proofs),
        **lines_json(found),
        "coverage": {name: coverage_json(inventory) for name, inventory in inputs.named},
        "diagnostics": {
            name: [diagnostic_json(one) for one in inventory.diagnostics] for name, inventory in inputs.named
        },
    }
    return json.dumps(report, ensure_ascii=True, indent=2) + "\n"


def _way(change: WayChange) -> Json:
    """A changed way in; ``before`` and ``after`` are as ``exposed`` has them, null where it is not there."""
    return {
        "object": change.way.object,
        "by": change.way.by,
        "before": None if change.before is None else way_json(change.before),
        "after": None if change.after is None else way_json(change.after),
        "gained": [route_json(one) for one in change.gained],
        "lost": [route_json(one) for one in change.lost],
        "what": list(change.what),
        **place_json(change.way.origin),
    }


def _service(change: ServiceChange) -> Json:
    return {
        "service": str(change.service),
        "gained": list(change.gained),
        "lost": list(change.lost),
        "what": list(change.what),
        **place_json(change.service.origin),
    }


def _change(change: Change) -> Json:
    return {
        "source": change.source,
        "destination": change.destination,
        "traffic": change.traffic,
        "causes": [_cause(one) for one in change.causes],
        "witness": witness_json(change.witness),
        "allowed": [reason_json(one) for one in change.allowed],
        "refused": [reason_json(one) for one in change.refused],
        "provided": list(change.provided),
        "unnamed_ports": list(change.unnamed),
        "doubts": list(change.doubts),
    }


def _cause(cause: Cause) -> Json:
    return {
        "direction": cause.direction.value,
        "kind": cause.kind.value,
        "object": str(cause.policy) if cause.policy else None,
        "rule": cause.rule,
        **place_json(cause.place),
    }


def _pair(pair: PairChange) -> Json:
    return {
        "source": pair.source,
        "destination": pair.destination,
        "gained": _ports(pair.gained),
        "lost": _ports(pair.lost),
        "before": _access(pair.before),
        "after": _access(pair.after),
    }


def _access(access: Access) -> Json:
    return {
        "allowed": _ports(access.allowed),
        "depends": _ports(access.depends),
        "on": list(access.on),
    }


def _ports(ports: Mapping[Protocol, PortSet]) -> Json:
    """Lists of ``a`` or ``a-b`` by protocol, as in a map."""
    return {protocol.value: [*str(numbers).split(",")] for protocol, numbers in ports.items()}
