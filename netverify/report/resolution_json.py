"""The lookup of a name as JSON of schema ``netverify/resolve/v1``."""

from __future__ import annotations

import json

from netverify.answers.dns import DnsPath
from netverify.answers.resolution import Resolution
from netverify.report.query_json import reason_json
from netverify.report.remarks_json import Json, place_json, remarks_json
from netverify.report.resolution_text import target_words
from netverify.routes.dns_step import Step
from netverify.sources.coverage import Inventory

SCHEMA = "netverify/resolve/v1"


def render_resolution_json(resolution: Resolution, inventory: Inventory) -> str:
    """One object: ``steps`` in the order in which names are tried, ``dns`` for each server and protocol."""
    resolver, found = resolution.resolver, resolution.lookup
    report: dict[str, Json] = {
        "schema": SCHEMA,
        "name": found.name,
        "from": resolution.source_text,
        "resolver": {
            "policy": resolver.policy.value,
            "searches": list(resolver.searches),
            "ndots": resolver.ndots,
            "nameservers": [str(one) for one in resolver.nameservers],
            "asks_cluster": resolution.access is not None,
        },
        "steps": [_step(step) for step in found.steps],
        "target": target_words(found.target) or None,
        "absent": resolution.absent.why or None if resolution.absent is not None else None,
        "help": resolution.absent.advice or None if resolution.absent is not None else None,
        "dns": [_path(path) for path in resolution.access.paths] if resolution.access else [],
        "blocked": resolution.access.is_blocked if resolution.access else False,
        **remarks_json(resolution, inventory),
    }
    return json.dumps(report, ensure_ascii=True, indent=2) + "\n"


def _step(step: Step) -> Json:
    return {
        "name": step.name,
        "outcome": step.outcome.value,
        "records": [{"type": one.type.value, "value": one.value} for one in step.records],
        "object": step.object or None,
        "detail": step.detail or None,
        **place_json(step.origin),
    }


def _path(path: DnsPath) -> Json:
    return {
        "protocol": path.server.protocol.value,
        "server": path.server.text,
        "port": path.server.port,
        "verdict": path.verdict.value,
        "needs": list(path.needs),
        "because": [reason_json(reason) for reason in path.answer.because],
    }
