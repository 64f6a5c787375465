"""The attack surface as JSON of schema ``netverify/exposed/v1``."""

from __future__ import annotations

import json

from netverify.answers.openings import Opening
from netverify.answers.surface import ExposedWay, Openness, Surface
from netverify.diagnostics import Diagnostic
from netverify.model.addresses import AddressRange, cidrs
from netverify.report.query_json import hop_json, reason_json, route_json
from netverify.report.remarks_json import Json, diagnostic_json, place_json, remarks_json
from netverify.sources.coverage import Inventory

SCHEMA = "netverify/exposed/v1"


def render_surface_json(surface: Surface, findings: tuple[Diagnostic, ...], inventory: Inventory) -> str:
    """One object: ``ways`` in the order of their objects, ``summary`` counts them by ``openness``."""
    counts = {one.value: sum(way.openness is one for way in surface.ways) for one in Openness}
    report = {
        "schema": SCHEMA,
        "ways": [way_json(one) for one in surface.ways],
        "findings": [diagnostic_json(one) for one in findings],
        "summary": {"ways": len(surface.ways), **counts},
        **remarks_json(surface, inventory),
    }
    return json.dumps(report, ensure_ascii=True, indent=2) + "\n"


def way_json(one: ExposedWay) -> Json:
    """One of ``ways``."""
    way = one.way
    controller = way.controller
    return {
        "object": way.object,
        "by": way.by,
        "namespace": way.namespace,
        "name": way.name,
        "host": way.host or None,
        "path": way.path or None,
        "path_type": way.path_type or None,
        "port": way.port,
        "protocol": way.protocol.value,
        "tls": way.tls.value or None,
        "service": str(way.service) if way.service else None,
        "service_port": way.service_port.port if way.service_port else None,
        "workload": str(way.workload) if way.workload else None,
        "controller": {
            "name": controller.name,
            "workloads": [str(key) for key in controller.workloads],
            "possible": controller.where or None,
        }
        if controller
        else None,
        "restricted_to": _blocks(one.openings[0].clients or () if one.openings else way.restricted_to),
        "internal": way.internal,
        "openness": one.openness.value,
        "why": one.why or None,
        "needs": list(one.needs),
        "openings": [_opening(opening) for opening in one.openings],
        "because": [reason_json(reason) for reason in one.because],
        "hops": [hop_json(hop) for hop in way.hops],
        "routes": [route_json(route) for route in one.routes],
        "notes": list(way.notes),
        **place_json(way.origin),
    }


def _opening(opening: Opening) -> Json:
    """Whom it lets through: ``clients`` is null for anyone."""
    return {
        "clients": None if opening.clients is None else _blocks(opening.clients),
        "endpoints": list(opening.endpoints),
        "needs": list(opening.needs),
        "scope": opening.scope.value,
        "policy_sees_the_client": not opening.hidden,
    }


def _blocks(ranges: tuple[AddressRange, ...]) -> Json:
    return [cidr for block in ranges for cidr in cidrs(block)]
