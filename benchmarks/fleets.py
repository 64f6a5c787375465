"""A fleet of clusters beside a check of each, and beside the same fleet when all is kept."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from assertions import intent
from cluster_plan import plan
from figures import Row
from measure import SEED
from processes import NETVERIFY, run_process

if TYPE_CHECKING:
    from collections.abc import Sequence

LARGEST = 1_000
CLUSTERS = 8
ASSERTIONS = 10
RUNS = 3
ROWS = (
    Row(f"a fleet of {CLUSTERS} clusters, processor s", "fleet"),
    Row(f"the same / {CLUSTERS} checks", "fleet_over_checks"),
    Row("the same when all is kept / when nothing is", "kept_over_fleet"),
)
KEPT = ("fleet_over_checks", "kept_over_fleet")


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    """The least of some runs of each, in turns; every cluster is a copy of ``folder``."""
    with TemporaryDirectory() as scratch:
        place = Path(scratch)
        spec, clusters = place / "netverify.yaml", place / "clusters.yaml"
        spec.write_text(intent(plan(workloads, policies, SEED), ASSERTIONS, SEED))
        names = [f"c{number}" for number in range(CLUSTERS)]
        for name in names:
            shutil.copytree(folder, place / name)
        rows = (f"- {{name: {name}, sources: [{{manifests: {name}}}]}}\n" for name in names)
        clusters.write_text(f"clusters:\n{''.join(rows)}")
        given = ("--spec", str(spec), "--fail-on", "never")
        fleet = ("fleet", str(clusters), *given, "--jobs", "2")
        commands: dict[str, Sequence[str]] = {
            "check": ("check", "-f", str(place / names[0]), *given, "--jobs", "1", "--no-cache"),
            "fleet": (*fleet, "--no-cache"),
            "kept": fleet,
        }
        cache = place / "cache"
        run_process(*NETVERIFY, *fleet, cache=cache)
        times: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(RUNS):
            for name, command in commands.items():
                times[name].append(run_process(*NETVERIFY, *command, cache=cache if name == "kept" else None).cpu)
    least = {name: min(some) for name, some in times.items()}
    return {
        "fleet": least["fleet"],
        "fleet_over_checks": least["fleet"] / (CLUSTERS * least["check"]),
        "kept_over_fleet": least["kept"] / least["fleet"],
    }
