"""The answer to a question as JSON of schema ``netverify/query/v1``.

Objects keep the order of the contract; maps that come from outside are sorted: the same answer is the same bytes.
"""

from __future__ import annotations

import json

from netverify.model.cluster import DEFAULT_SERVICE_ACCOUNT, NODE
from netverify.model.flow import End, Endpoint, External, Pod
from netverify.query.outcome import Answer, Hop, Listed, Listing, Reason, Route, Witness
from netverify.report.remarks_json import Json, place_json, remarks_json
from netverify.sources.coverage import Inventory

SCHEMA = "netverify/query/v1"


def endpoint_json(endpoint: Endpoint, *, with_address: bool) -> Json:
    """One end of a flow; ``ip`` is null where any address does."""
    match endpoint:
        case External():
            return {"kind": "external", "ip": str(endpoint.address), "existing": True}
        case Pod(is_node=True, workload=key):
            name = key.name if key is not None and key != NODE else None
            ip = str(endpoint.address) if with_address or name is not None else None
            return {"kind": "node", "name": name, "ip": ip, "existing": True}
        case Pod():
            key = endpoint.workload
            return {
                "kind": "pod",
                "name": key.name if key else None,
                "namespace": endpoint.namespace,
                "namespace_labels": dict(sorted(endpoint.namespace_labels.items())),
                "labels": dict(sorted(endpoint.labels.items())),
                "ip": str(endpoint.address) if with_address else None,
                "existing": key is not None,
                "workload": str(key) if key else None,
                "host_network": endpoint.host_network,
                **_as_whom(endpoint),
                "ports": [
                    {"name": port.name or None, "port": port.number, "protocol": port.protocol.value}
                    for port in endpoint.ports
                ],
            }


def _as_whom(pod: Pod) -> dict[str, Json]:
    """The service account of a pod that could be created, where it has to be another one than the usual."""
    told = pod.workload is None and pod.service_account != DEFAULT_SERVICE_ACCOUNT
    return {"service_account": pod.service_account} if told else {}


def hop_json(hop: Hop) -> Json:
    """A station; the contract writes a Service in lower case."""
    text = f"service {hop.text.removeprefix('Service ')}" if hop.text.startswith("Service ") else hop.text
    return {"hop": text, "port": hop.port, **place_json(hop.origin)}


def witness_json(witness: Witness, path: tuple[Hop, ...] = ()) -> Json:
    """A flow with the stations on its way, the last of which is its end."""
    flow = witness.flow
    hop = "pod" if isinstance(flow.destination, Pod) else "external"
    return {
        "source": endpoint_json(flow.source, with_address=witness.address_matters(End.SOURCE)),
        "destination": endpoint_json(flow.destination, with_address=witness.address_matters(End.DESTINATION)),
        "protocol": flow.protocol.value,
        "port": flow.port,
        "same_node": flow.same_node,
        "path": [*map(hop_json, path), {"hop": hop, "port": flow.port}],
        "behaviours": {str(behaviour): value for behaviour, value in witness.needs},
    }


def reason_json(reason: Reason) -> Json:
    """One line of a trace."""
    return {
        "direction": reason.direction.value,
        "verdict": reason.effect.value,
        "object": reason.object or (str(reason.policy) if reason.policy else None),
        "rule": reason.rule,
        **place_json(reason.place),
        "detail": reason.detail,
    }


def route_json(route: Route) -> Json:
    """One route, with the connections that it is made of."""
    return {
        "source": route.source,
        "endpoint": route.text,
        "verdict": route.verdict.value,
        "path": [hop_json(hop) for hop in route.path],
        "provided": list(route.provided),
        "legs": [
            {
                "verdict": leg.verdict.value,
                "scope": leg.scope.value if leg.scope else None,
                "witness": witness_json(leg.witness) if leg.witness else None,
                "because": [reason_json(reason) for reason in leg.because],
            }
            for leg in route.legs
        ],
    }


def dumped(value: Json) -> str:
    """``value`` as text: ASCII alone, ended by a line feed."""
    return json.dumps(value, ensure_ascii=True, indent=2) + "\n"


def render_answer_json(answer: Answer, inventory: Inventory) -> str:
    """One object of the contract's shape. ``rule`` counts from 0; ``ip`` of a pod is null where any address does."""
    return dumped(
        {
            "schema": SCHEMA,
            "query": answer.question,
            **_read_as(answer.read_as),
            "verdict": answer.verdict.value,
            "scope": answer.scope.value if answer.scope else None,
            "witness": witness_json(answer.witness, answer.route.path if answer.route else ())
            if answer.witness
            else None,
            "because": [reason_json(reason) for reason in answer.because],
            **(dict(zip(("by_pod_port", "by_service_port"), answer.each_way, strict=True)) if answer.each_way else {}),
            **(
                {"routes": [route_json(route) for route in answer.routes]}
                if any(route.path for route in answer.routes)
                else {}
            ),
            **remarks_json(answer, inventory),
        },
    )


def _read_as(lines: tuple[str, ...]) -> dict[str, Json]:
    """What a sentence was taken for, where it does not say it all."""
    return {"read_as": list(lines)} if lines else {}


def _listed(one: Listed) -> Json:
    return {
        "endpoint": one.text,
        "witness": witness_json(one.witness),
        "because": [reason_json(reason) for reason in one.because],
    }


def render_listing_json(listing: Listing, inventory: Inventory) -> str:
    """The shape of an answer, with ``existing`` (a witness each) and ``possible`` (in words) instead of one witness."""
    scope = "existing" if listing.existing else "possible" if listing.possible else None
    return dumped(
        {
            "schema": SCHEMA,
            "query": listing.question,
            **_read_as(listing.read_as),
            "verdict": listing.verdict.value,
            "scope": scope,
            "existing": [_listed(one) for one in listing.existing],
            "possible": list(listing.possible),
            **remarks_json(listing, inventory),
        },
    )
