"""The answer to a question as JSON of schema ``netverify/query/v1``.

Objects keep the order of the contract; maps that come from outside are sorted: the same answer is the same bytes.
"""

from __future__ import annotations

import json
from typing import TypeAlias

from netverify.diagnostics import Diagnostic, Origin
from netverify.manifests.coverage import Inventory
from netverify.model.flow import End, Endpoint, External, Pod
from netverify.queries.outcome import Answer, Listed, Listing, Reason, Witness
from netverify.report.endpoint_text import address_matters

Json: TypeAlias = "dict[str, Json] | list[Json] | str | int | bool | None"

SCHEMA = "netverify/query/v1"


def _place(origin: Origin | None) -> dict[str, Json]:
    if origin is None:
        return {"file": None, "line": None}
    return {"file": origin.path, "line": origin.line or None}


def _endpoint(endpoint: Endpoint, *, with_address: bool) -> Json:
    match endpoint:
        case External():
            return {"kind": "external", "ip": str(endpoint.address), "existing": True}
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
                "ports": [
                    {"name": port.name or None, "port": port.number, "protocol": port.protocol.value}
                    for port in endpoint.ports
                ],
            }


def _witness(witness: Witness) -> Json:
    flow = witness.flow
    hop = "pod" if isinstance(flow.destination, Pod) else "external"
    return {
        "source": _endpoint(flow.source, with_address=address_matters(witness, End.SOURCE)),
        "destination": _endpoint(flow.destination, with_address=address_matters(witness, End.DESTINATION)),
        "protocol": flow.protocol.value,
        "port": flow.port,
        "same_node": flow.same_node,
        "path": [{"hop": hop, "port": flow.port}],
        "behaviours": {behaviour.value: value for behaviour, value in sorted(witness.behaviours.items())},
    }


def _reason(reason: Reason) -> Json:
    return {
        "direction": reason.direction.value,
        "verdict": reason.effect.value,
        "object": str(reason.policy) if reason.policy else None,
        "rule": reason.rule,
        **_place(reason.place),
        "detail": reason.detail,
    }


def _coverage(inventory: Inventory) -> Json:
    coverage, cluster = inventory.coverage, inventory.cluster
    return {
        "files": coverage.files,
        "documents": coverage.documents,
        "modelled": sum(coverage.modelled.values()),
        "irrelevant": sum(coverage.irrelevant.values()),
        "unsupported": [
            {"kind": one.kind, "name": one.name, "namespace": one.namespace, **_place(one.origin)}
            for one in cluster.unsupported
        ],
        "unread": [_place(origin) for origin in coverage.unread],
        "not_manifests": coverage.not_manifests,
        "templates": list(coverage.templates),
        "skipped": [{"path": path, "reason": reason} for path, reason in coverage.skipped],
        "kinds": {
            "modelled": dict(sorted(coverage.modelled.items())),
            "irrelevant": dict(sorted(coverage.irrelevant.items())),
            "approximated": dict(sorted(coverage.approximated.items())),
            "unsupported": dict(sorted(coverage.unsupported.items())),
        },
    }


def _diagnostic(diagnostic: Diagnostic) -> Json:
    return {
        "code": diagnostic.code,
        "severity": diagnostic.severity.name.lower(),
        "message": diagnostic.message,
        **_place(diagnostic.origin),
        "column": diagnostic.origin.column or None,
        "help": diagnostic.help or None,
    }


def _remarks(outcome: Answer | Listing, inventory: Inventory) -> dict[str, Json]:
    return {
        "unknown_because": list(outcome.unknown_because),
        "assumptions": list(outcome.assumptions),
        "approximations": list(outcome.approximations),
        "notes": list(outcome.notes),
        "coverage": _coverage(inventory),
        "diagnostics": [_diagnostic(diagnostic) for diagnostic in inventory.diagnostics],
    }


def _dumped(value: Json) -> str:
    return json.dumps(value, ensure_ascii=True, indent=2) + "\n"


def render_answer_json(answer: Answer, inventory: Inventory) -> str:
    """One object of the contract's shape. ``rule`` counts from 0; ``ip`` of a pod is null where any address does."""
    return _dumped(
        {
            "schema": SCHEMA,
            "query": answer.question,
            "verdict": answer.verdict.value,
            "scope": answer.scope.value if answer.scope else None,
            "witness": _witness(answer.witness) if answer.witness else None,
            "because": [_reason(reason) for reason in answer.because],
            **_remarks(answer, inventory),
        },
    )


def _listed(one: Listed) -> Json:
    return {
        "endpoint": one.text,
        "witness": _witness(one.witness),
        "because": [_reason(reason) for reason in one.because],
    }


def render_listing_json(listing: Listing, inventory: Inventory) -> str:
    """The shape of an answer, with ``existing`` (a witness each) and ``possible`` (in words) instead of one witness."""
    scope = "existing" if listing.existing else "possible" if listing.possible else None
    return _dumped(
        {
            "schema": SCHEMA,
            "query": listing.question,
            "verdict": listing.verdict.value,
            "scope": scope,
            "existing": [_listed(one) for one in listing.existing],
            "possible": list(listing.possible),
            **_remarks(listing, inventory),
        },
    )
