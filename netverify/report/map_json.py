"""A map as JSON of schema ``netverify/map/v1``, written row by row.

Objects keep the order of the contract, everything else is sorted: the same map is the same bytes.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from netverify.answers.map_view import MapView, Node
from netverify.model.flow import Direction
from netverify.pairs.outcome import EXTERNAL_KIND, Access
from netverify.query.grouping import Grouping
from netverify.query.narrowing import Wanted
from netverify.report.remarks_json import Json, remarks_json
from netverify.report.remembered import Remembered, in_pieces, port_list
from netverify.sources.coverage import Inventory

SCHEMA = "netverify/map/v1"


def render_map_json(view: MapView, inventory: Inventory) -> Iterator[str]:
    """One object in pieces: an endpoint or a connection on each line, then what the map rests on.

    ``endpoints`` are those that the wanted ones leave; of connections every one that there is.
    """
    head = {"schema": SCHEMA, "by": view.grouping.value, "replicas": view.replicas, "wanted": _wanted(view.map.wanted)}
    yield from ("{\n", *(f"  {json.dumps(key)}: {json.dumps(value)},\n" for key, value in head.items()))
    yield from _array("endpoints", _endpoints(view))
    yield from _array("connections", _connections(view))
    rest = json.dumps(
        {"vacuous_because": list(view.map.vacuous_because), **remarks_json(view.map, inventory)}, indent=2
    )
    yield f"{rest.removeprefix('{').lstrip(chr(10))}\n"


def _wanted(wanted: Wanted) -> Json:
    return {
        "from": wanted.source,
        "to": wanted.destination,
        "focus": wanted.focus,
        "ports": list(wanted.ports),
        "exclude_external": wanted.pods_only,
    }


def _array(name: str, rows: Iterator[str]) -> Iterator[str]:
    """A field with an item on each line; ``rows`` are the items."""
    first = next(rows, None)
    if first is None:
        yield f"  {json.dumps(name)}: [],\n"
        return
    yield f"  {json.dumps(name)}: [\n    {first}"
    yield from in_pieces(f",\n    {row}" for row in rows)
    yield "\n  ],\n"


def _endpoints(view: MapView) -> Iterator[str]:
    isolation = {direction.value: view.map.connectivity.isolation(direction) for direction in Direction}
    endpoints = view.map.connectivity.endpoints
    for number in view.listed():
        node = view.nodes[number]
        fields: dict[str, Json] = {"id": node.id, **_who(node)}
        if view.grouping is not Grouping.WORKLOAD:
            fields["members"] = [endpoints[member].id for member in node.members]
        if view.grouping is not Grouping.NAMESPACE and node.kind != EXTERNAL_KIND:
            fields |= {direction: states[node.members[0]].value for direction, states in isolation.items()}
        yield json.dumps(fields)


def _who(node: Node) -> dict[str, Json]:
    if node.kind == EXTERNAL_KIND:
        return {"kind": node.kind}
    named: dict[str, Json] = {"name": node.name} if node.name is not None else {}
    return {"namespace": node.namespace, "kind": node.kind, **named}


def _connections(view: MapView) -> Iterator[str]:
    sources = [f'{{"source": {json.dumps(node.id)}, "destination": ' for node in view.nodes]
    destinations = [f"{json.dumps(node.id)}, " for node in view.nodes]
    text_of = Remembered(_access).of
    if view.grouping is Grouping.NAMESPACE:
        for row in view.rows():
            share = view.shares[row.source, row.destination]
            counts = f', "pairs": {share.pairs}, "possible_pairs": {share.possible}'
            yield f"{sources[row.source]}{destinations[row.destination]}{text_of(row.access)}{counts}}}"
        return
    for row in view.rows():
        yield f"{sources[row.source]}{destinations[row.destination]}{text_of(row.access)}}}"


def _access(access: Access) -> str:
    fields = {
        "allowed": {protocol.value: port_list(ports) for protocol, ports in access.allowed.items()},
        "depends": {protocol.value: port_list(ports) for protocol, ports in access.depends.items()},
        "on": list(access.on),
    }
    return json.dumps(fields)[1:-1]
