"""Questions about a generated cluster, the same for the same arguments."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cluster_plan import PlannedNamespace

NARROW, NAMESPACE = "workload to workload", "namespace to workload"
OUTSIDE, TEAMS = "any pod outside a namespace to workload", "pods of other teams to workload"
SHARES = {NARROW: 8, NAMESPACE: 6, OUTSIDE: 3, TEAMS: 3}


def questions(namespaces: list[PlannedNamespace], count: int, seed: int) -> list[tuple[str, str]]:
    """``count`` pairs of the kind of a question and its sentence.

    Most ask for the port that the destination serves, some for one that nothing serves; half of the narrow ones stay
    within a namespace, where most of what is allowed is. Pods outside a namespace reach nearly everything, because a
    pod on the host network always reaches its own node's pods; pods of other teams do not.
    """
    rng = random.Random(f"questions/{seed}")
    made = []
    for _ in range(count):
        place = rng.choice(namespaces)
        target = rng.choice(place.workloads)
        port = target.role.port if rng.random() < 0.8 else 22
        to = f"{target.role.kind} {place.name}/{target.app}:{port}"
        (kind,) = rng.choices(list(SHARES), list(SHARES.values()))
        origin = place if rng.random() < 0.5 else rng.choice(namespaces)
        if kind == NARROW:
            source = rng.choice(origin.workloads)
            made.append((kind, f"can {source.role.kind} {origin.name}/{source.app} reach {to}"))
        elif kind == NAMESPACE:
            made.append((kind, f"can namespace {origin.name} reach {to}"))
        elif kind == OUTSIDE:
            made.append((kind, f"can any pod outside namespace {place.name} reach {to}"))
        else:
            made.append((kind, f"can any pod in namespaces tenant=apps,team!={place.team} reach {to}"))
    return made
