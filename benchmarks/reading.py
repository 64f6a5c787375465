"""Reading without the parsing, the cache, and jobs."""

from __future__ import annotations

import shutil
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory

from cluster_plan import plan
from figures import Row
from measure import SEED
from processes import NETVERIFY, best_process, measured, run_process
from questions import questions

LARGEST = 20_000
OF_KINDS = ("Namespace", "NetworkPolicy", "Service", "Deployment", "StatefulSet", "DaemonSet")
ROWS = (
    Row("reading and lowering without the parsing / parse", "reading_ratio"),
    *(Row(f"reading a parsed {kind} / parsing a document", f"read_{kind}_ratio") for kind in OF_KINDS),
    Row("a run that fills the cache / one without it", "first_cached_ratio"),
    Row("a run after one file changed, with the cache / one without it", "changed_cached_ratio"),
    Row("two jobs / one: clock, which needs an idle machine", "jobs_wall_ratio"),
    Row("two jobs / one: processors", "jobs_cpu_ratio"),
)
KEPT = ("reading_ratio", *(f"read_{kind}_ratio" for kind in OF_KINDS), "first_cached_ratio", "changed_cached_ratio")


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    runs = 5 if workloads <= 1_000 else 3
    (_, sentence), *_ = questions(plan(workloads, policies, SEED), 1, SEED)
    shares = [measured("reading", folder) for _ in range(runs)]
    kinds = [measured("kinds", folder) for _ in range(runs)]
    parse = min(one["parse"] for one in kinds)
    return {
        "reading_ratio": median((one["read"] + one["lower"] - one["parse"]) / one["parse"] for one in shares),
        **{f"read_{kind}_ratio": min(one[kind] for one in kinds) / parse for kind in OF_KINDS},
        **_cached(folder, sentence),
        **_jobs(folder, sentence),
    }


def _cached(folder: Path, sentence: str) -> dict[str, float]:
    with TemporaryDirectory() as scratch:
        manifests = Path(shutil.copytree(folder, Path(scratch) / "manifests"))
        command = (*NETVERIFY, "query", sentence, "-f", str(manifests), "--jobs", "1")
        without = best_process(2, *command)
        first = run_process(*command, cache=Path(scratch) / "cache")
        changed = max(manifests.glob("*.yaml"), key=lambda path: path.stat().st_size)
        again = []
        for number in range(3):
            changed.write_text(f"{changed.read_text()}# changed {number}\n")
            again.append(run_process(*command, cache=Path(scratch) / "cache"))
    return {
        "first_cached_ratio": first.cpu / without.cpu,
        "changed_cached_ratio": min(one.cpu for one in again) / without.cpu,
    }


def _jobs(folder: Path, sentence: str) -> dict[str, float]:
    command = (*NETVERIFY, "query", sentence, "-f", str(folder), "--jobs")
    one, two = best_process(2, *command, "1"), best_process(2, *command, "2")
    return {"jobs_wall_ratio": two.wall / one.wall, "jobs_cpu_ratio": two.cpu / one.cpu}
