"""Which namespaces, workloads and how many policies a generated cluster has, before any text."""

from __future__ import annotations

import random
from dataclasses import dataclass, field

WORKLOADS_PER_NAMESPACE = 50
TEAMS = ("payments", "orders", "search", "identity", "ledger", "media", "risk", "catalog", "growth", "data")
ENVIRONMENTS = ("prod", "staging", "dev")


@dataclass(frozen=True, slots=True)
class Role:
    """What a workload is for: its kind, its label ``tier``, the port that it serves, and how common it is."""

    tier: str
    kind: str
    port_name: str
    port: int
    image: str
    share: int


ROLES = (
    Role("web", "Deployment", "http", 8080, "web/frontend", 5),
    Role("api", "Deployment", "http", 8080, "apps/api", 9),
    Role("worker", "Deployment", "grpc", 50051, "apps/worker", 6),
    Role("cache", "Deployment", "redis", 6379, "base/redis", 2),
    Role("db", "StatefulSet", "postgres", 5432, "base/postgres", 2),
    Role("agent", "DaemonSet", "http", 8080, "apps/agent", 1),
)


@dataclass(frozen=True, slots=True)
class PlannedWorkload:
    """One workload; ``app`` is its name and its label of that key."""

    app: str
    role: Role


@dataclass(slots=True)
class PlannedNamespace:
    """One application namespace. ``egress_denied``: its default-deny covers egress too. ``policies`` is a number."""

    name: str
    team: str
    environment: str
    egress_denied: bool
    workloads: list[PlannedWorkload] = field(default_factory=list)
    policies: int = 0


def plan(workloads: int, policies: int, seed: int) -> list[PlannedNamespace]:
    """The application namespaces of a cluster that together hold exactly ``workloads`` and ``policies``."""
    rng = random.Random(seed)
    count = max(2, workloads // WORKLOADS_PER_NAMESPACE)
    namespaces = []
    for i in range(count):
        team = TEAMS[i % len(TEAMS)]
        environment = ENVIRONMENTS[i // len(TEAMS) % len(ENVIRONMENTS)]
        namespaces.append(PlannedNamespace(f"{team}-{environment}-{i:03d}", team, environment, egress_denied=i % 5 < 3))
    shares = [role.share for role in ROLES]
    for i in range(workloads):
        role = rng.choices(ROLES, shares)[0]
        namespaces[i % count].workloads.append(PlannedWorkload(f"{role.tier}-{i:05d}", role))
    for i in range(policies):
        # Three rounds give every namespace its base policies; the rest falls unevenly, as it does in life.
        index = i % count if i < 3 * count else int(count * rng.random() ** 1.5)
        namespaces[index].policies += 1
    return namespaces
