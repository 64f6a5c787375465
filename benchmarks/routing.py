"""Routing: from every port of every Service to its endpoints, and every way in, beside parsing alone."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from cluster_plan import plan
from figures import Row
from generate import write_file
from measure import SEED
from processes import measured

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from cluster_plan import PlannedNamespace

LARGEST = 20_000
ROWS = (
    Row("Services", "services", "{:.0f}"),
    Row("ways in", "ways", "{:.0f}"),
    Row("endpoints of every Service and every way in, processor s", "route"),
    Row("the same / parse", "route_ratio"),
)
KEPT = ("route_ratio",)


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    """The run with the least ratio of three; each measures both in one process.

    Services are added until there are as many as ``workloads``, and an Ingress for every twentieth of them.
    """
    planned = plan(workloads, policies, SEED)
    with TemporaryDirectory() as scratch:
        routed = Path(shutil.copytree(folder, Path(scratch) / "manifests"))
        write_file(routed / "ways.yaml", ways_of(planned))
        runs = [measured("routing", routed) for _ in range(3)]
    least = min(runs, key=lambda run: float(run["route"]) / float(run["parse"]))
    return {
        "services": float(least["services"]),
        "ways": float(least["ways"]),
        "route": float(least["route"]),
        "route_ratio": float(least["route"]) / float(least["parse"]),
    }


def ways_of(planned: Sequence[PlannedNamespace]) -> Iterator[dict[str, Any]]:
    """A load balancer for every workload that has no Service yet, and an Ingress for every twentieth workload."""
    for number, (namespace, workload) in enumerate((one.name, each) for one in planned for each in one.workloads):
        place = {"name": workload.app, "namespace": namespace}
        if workload.role.tier == "worker":
            spec: dict[str, Any] = {"type": "LoadBalancer", "selector": {"app": workload.app}, "ports": [{"port": 80}]}
            yield {"apiVersion": "v1", "kind": "Service", "metadata": place, "spec": spec}
        if number % 20 == 0:
            backend = {"service": {"name": workload.app, "port": {"number": 80}}}
            rule = {"host": f"{workload.app}.example.com", "http": {"paths": [_path(backend)]}}
            spec = {"ingressClassName": "nginx", "rules": [rule]}
            yield {"apiVersion": "networking.k8s.io/v1", "kind": "Ingress", "metadata": place, "spec": spec}


def _path(backend: dict[str, Any]) -> dict[str, Any]:
    return {"path": "/", "pathType": "Prefix", "backend": backend}
