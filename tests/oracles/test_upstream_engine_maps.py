"""Whole maps of random clusters with policies for the whole cluster, as the upstream reference engine decides them.

What is allowed here must be allowed there, and what is allowed there must be allowed here, or depend on something: the
addresses of pods are not in the manifests, equal priorities go by name there, and the engine has one way of its own to
treat the Baseline tier, so that is fixed in the second test.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from netverify.diagnostics import Severity
from netverify.documents.loader import load
from netverify.model.behaviours import CNI_PROFILES, FIXED_BY_DEFAULT, Behaviour
from netverify.model.cluster_network_policy import PolicyApi
from netverify.model.traffic import PortSet, Protocol, port_set, without
from netverify.pairs.all_pairs import all_pairs
from netverify.pairs.outcome import POD_ADDRESS, POD_LABELS
from netverify.policy.tiers import lower
from netverify.sources.inventory import build_inventory

ENGINES = Path(__file__).resolve().parents[3] / "shared" / "oracles" / "engines"
MAPS = [ENGINES / name for name in ("cnp_maps.jsonl", "anp_maps.jsonl")]
ROWS = [json.loads(line) for file in MAPS if file.exists() for line in file.read_text().splitlines()]
ENGINE = {**CNI_PROFILES["kindnet"], Behaviour.POLICY_ENFORCED: True, Behaviour.CLUSTER_POLICY_ENFORCED: True}
ENGINE |= {Behaviour.ADMIN_POLICY_ENFORCED: True}
"""The engine is the one in kindnet."""

pytestmark = pytest.mark.skipif(not ROWS, reason="the maps of the upstream engine are not here")

Ports = dict[Protocol, PortSet]
Rows = dict[tuple[str, str], tuple[Ports, Ports, tuple[str, ...]]]
EMPTY = PortSet(())


def engine_rows(row: dict[str, Any]) -> dict[tuple[str, str], Ports]:
    return {
        (one["source"], one["destination"]): {
            Protocol(protocol): port_set(*((int(low), int(high or low)) for low, _, high in map(cut, items)))
            for protocol, items in one["allowed"].items()
        }
        for one in row["map"]["connections"]
    }


def cut(item: str) -> tuple[str, str, str]:
    return item.partition("-")


def beyond(some: Ports, *others: Ports) -> list[PortSet]:
    """The ports of ``some`` that none of ``others`` has."""
    left = dict(some)
    for other in others:
        left = {protocol: without(one, other.get(protocol, EMPTY)) for protocol, one in left.items()}
    return [one for one in left.values() if one.ranges]


def our_rows(row: dict[str, Any], behaviours: Mapping[Behaviour, bool]) -> Rows:
    loaded = load("map.yaml", json.dumps({"apiVersion": "v1", "kind": "List", "items": row["manifests"]}).encode())
    inventory = build_inventory(loaded.documents)
    assert not [one for one in inventory.diagnostics if one.severity is Severity.ERROR]
    cluster = inventory.cluster
    assert sum(inventory.coverage.modelled.get(api, 0) for api in PolicyApi) == len(cluster.cluster_policies)
    found = all_pairs(cluster, lower(cluster), behaviours)
    ids = [endpoint.id if endpoint.workload else "" for endpoint in found.endpoints]
    return {
        (ids[one.source], ids[one.destination]): (dict(one.access.allowed), dict(one.access.depends), one.access.on)
        for one in found.connections()
        if ids[one.source] and ids[one.destination]
    }


@pytest.mark.parametrize("behaviours", [FIXED_BY_DEFAULT, ENGINE], ids=["any plugin", "as the engine"])
@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row['kind']}-{row['seed']}")
def test_the_map_agrees_with_that_of_the_engine(row: dict[str, Any], behaviours: Mapping[Behaviour, bool]) -> None:
    theirs, ours = engine_rows(row), our_rows(row, behaviours)
    for pair in {*theirs, *ours}:
        allowed, depends, on = ours.get(pair, ({}, {}, ()))
        assert not beyond(allowed, theirs.get(pair, {})), pair
        assert not beyond(theirs.get(pair, {}), allowed, depends), (pair, on)
        unexplained = {one for one in on if one not in {POD_ADDRESS, POD_LABELS} and "of priority" not in one}
        assert behaviours is not ENGINE or unexplained <= {Behaviour.INIT_CONTAINER_PORTS_NAMED}, pair
