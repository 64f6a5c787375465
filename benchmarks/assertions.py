"""Intent about a generated cluster, the same for the same arguments."""

from __future__ import annotations

import json
import random
from collections import Counter
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from cluster_plan import PlannedNamespace

SHARES = {"deny": 10, "default-deny": 4, "policy-covers-every-pod": 2, "separate": 1, "allow": 1, "only": 2}
"""How common each verb is: most of what teams write denies something, and most of it holds."""

_LEAST = {"deny": 2, "separate": 3}
"""How many namespaces a verb is about."""


def intent(namespaces: list[PlannedNamespace], count: int, seed: int) -> str:
    """An intent file with ``count`` assertions, as JSON, which is YAML; verbs have namespaces enough."""
    rng = random.Random(f"assertions/{seed}")
    numbers: Counter[str] = Counter()
    made: list[dict[str, Any]] = []
    shares = {verb: share for verb, share in SHARES.items() if len(namespaces) >= _LEAST.get(verb, 1)}
    for verb in rng.choices(list(shares), list(shares.values()), k=count):
        numbers[verb] += 1
        made.append({"id": f"{verb}-{numbers[verb]}", verb: _STATEMENTS[verb](namespaces, rng)})
    return json.dumps({"assertions": made}, indent=1)


def violated(namespaces: list[PlannedNamespace], count: int, seed: int) -> str:
    """As :func:`intent`, with assertions of which most are violated in many ways."""
    rng = random.Random(f"violated/{seed}")
    made: list[dict[str, Any]] = []
    for number in range(count):
        place = rng.choice(namespaces)
        target = rng.choice(place.workloads)
        workload = f"{target.role.kind} {place.name}/{target.app}"
        statements: tuple[dict[str, Any], ...] = (
            {"isolated": f"namespace {place.name}"},
            {"deny": {"from": workload, "to": "any pod"}},
            {"allow": {"from": "any pod", "to": workload}},
        )
        made.append({"id": f"violated-{number}", **statements[number % len(statements)]})
    return json.dumps({"assertions": made}, indent=1)


def _deny(namespaces: list[PlannedNamespace], rng: random.Random) -> dict[str, Any]:
    place, other = rng.sample(namespaces, _LEAST["deny"])
    target = rng.choice(place.workloads)
    source = rng.choice((f"namespace {other.name}", f"any pod in namespaces tenant=apps,team={other.team}"))
    return {"from": source, "to": f"{target.role.kind} {place.name}/{target.app}", "ports": [target.role.port, 22]}


def _namespace(namespaces: list[PlannedNamespace], rng: random.Random) -> dict[str, Any]:
    return {"namespaces": [rng.choice(namespaces).name], "directions": ["ingress"]}


def _separate(namespaces: list[PlannedNamespace], rng: random.Random) -> list[str]:
    return [f"namespace {one.name}" for one in rng.sample(namespaces, _LEAST["separate"])]


def _allow(namespaces: list[PlannedNamespace], rng: random.Random) -> dict[str, Any]:
    place = rng.choice(namespaces)
    source, target = rng.choice(place.workloads), rng.choice(place.workloads)
    names = [f"{one.role.kind} {place.name}/{one.app}" for one in (source, target)]
    return {"from": names[0], "to": names[1], "ports": target.role.port}


def _only(namespaces: list[PlannedNamespace], rng: random.Random) -> dict[str, Any]:
    place = rng.choice(namespaces)
    target = rng.choice(place.workloads)
    to = f"{target.role.kind} {place.name}/{target.app}"
    approved = ("any pod", f"namespace {place.name}", "namespace monitoring", "0.0.0.0/0")
    return {"to": to, "flows": [{"from": source} for source in approved]}


_STATEMENTS: dict[str, Callable[[list[PlannedNamespace], random.Random], Any]] = {
    "deny": _deny,
    "default-deny": _namespace,
    "policy-covers-every-pod": _namespace,
    "separate": _separate,
    "allow": _allow,
    "only": _only,
}
