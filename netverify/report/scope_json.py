"""A scope as JSON of schema ``netverify/scope/v1``."""

from __future__ import annotations

from collections.abc import Mapping

from netverify.answers.scope import Connected, Path, Scope, Step
from netverify.model.traffic import PortSet, Protocol
from netverify.pairs.outcome import EXTERNAL_KIND
from netverify.report.query_json import dumped, reason_json, witness_json
from netverify.report.remarks_json import Json, remarks_json
from netverify.report.remembered import port_list
from netverify.report.scope_words import ScopeWords, direction_of
from netverify.sources.coverage import Inventory

SCHEMA = "netverify/scope/v1"


def render_scope_json(scope: Scope, inventory: Inventory) -> str:
    """One object: who is in the places, who is connected with them and how, who is not, and what that rests on."""
    words, endpoints = ScopeWords(scope), scope.connectivity.endpoints
    return dumped(
        {
            "schema": SCHEMA,
            "of": [
                {
                    "text": one.place.text,
                    "members": [endpoints[number].id for number in one.sure],
                    "perhaps": [endpoints[number].id for number in one.perhaps],
                }
                for one in scope.inside
            ],
            "outward_only": scope.is_outward,
            "connected": [_entry(one, words, scope) for one in scope.entries],
            "not_connected": [endpoints[number].id for number in scope.apart],
            "possible": {"reaches": list(scope.possible_into), "reached": list(scope.possible_out)},
            "vacuous_because": list(scope.vacuous_because),
            **remarks_json(scope, inventory),
        }
    )


def _entry(entry: Connected, words: ScopeWords, scope: Scope) -> Json:
    endpoint = scope.connectivity.endpoints[entry.members[0]]
    outside: dict[str, Json] = {"addresses": [str(one) for one in words.addresses(entry.members)]}
    return {
        "id": words.of(entry.members),
        "kind": endpoint.kind,
        **(outside if endpoint.kind == EXTERNAL_KIND else {}),
        "direction": direction_of(entry),
        "hops": entry.hops,
        "reaches": _path(entry.into, words) if entry.into is not None else None,
        "reached": _path(entry.out, words) if entry.out is not None else None,
    }


def _path(path: Path, words: ScopeWords) -> Json:
    return {
        "hops": path.hops,
        "sure": path.is_sure,
        "on": list(path.on),
        "perhaps_in_hops": path.sooner,
        "steps": [_step(one, words) for one in path.steps],
    }


def _step(step: Step, words: ScopeWords) -> Json:
    return {
        "source": words.one(step.source),
        "destination": words.one(step.destination),
        "allowed": _ports(step.access.allowed),
        "depends": _ports(step.access.depends),
        "on": list(step.access.on),
        "because": [reason_json(reason) for reason in step.because],
        "witness": witness_json(step.witness),
    }


def _ports(ports: Mapping[Protocol, PortSet]) -> Json:
    return {protocol.value: [*port_list(some)] for protocol, some in ports.items()}
