"""One question, as a whole process, and many on a loaded cluster."""

from __future__ import annotations

import sys
from statistics import median
from typing import TYPE_CHECKING

from cluster_plan import plan
from figures import Row, percentile_99
from measure import SEED
from processes import NETVERIFY, best_process, measured
from questions import questions

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 20_000
QUESTIONS = 1_000
KINDS = (
    "any pod outside a namespace to workload",
    "namespace to workload",
    "pods of other teams to workload",
    "workload to workload",
)
ROWS = (
    Row("everything else of one question / parse", "rest_ratio"),
    Row("one question as a whole process, processor s", "question_whole"),
    Row("its peak memory, MiB", "question_peak_megabytes", "{:.0f}"),
    Row("its peak memory less a bare interpreter's / input", "peak_ratio", "{:.1f}"),
    Row("a question on a loaded cluster: median, ms", "question_median"),
    Row("99th percentile, ms", "question_p99"),
    Row("slowest, ms", "question_max"),
    *(Row(f"{figure}: {kind}", f"{figure}: {kind}") for figure in ("median", "p99") for kind in KINDS),
    *(Row(f"verdict: {verdict}", f"verdict: {verdict}", "{:.0f}") for verdict in ("reachable", "unreachable")),
)
KEPT = ("rest_ratio", "peak_ratio", "question_median_over_parse_of_a_megabyte", "question_p99_over_median")


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    runs = 5 if workloads <= 1_000 else 3
    (_, sentence), *_ = questions(plan(workloads, policies, SEED), 1, SEED)
    bare = best_process(runs, sys.executable, "-c", "pass")
    whole = best_process(runs, *NETVERIFY, "query", sentence, "-f", str(folder), "--jobs", "1")
    size = sum(path.stat().st_size for path in folder.iterdir())
    loaded = measured("many_questions", folder, workloads, policies, QUESTIONS)
    times = sorted(ms for of_kind in loaded["milliseconds"].values() for ms in of_kind)
    parse = measured("netverify_parse", folder)["seconds"]
    return {
        "rest_ratio": rest_ratio(runs, folder, workloads, policies),
        "question_whole": whole.cpu,
        "question_peak_megabytes": whole.peak / 2**20,
        "peak_ratio": (whole.peak - bare.peak) / size,
        "question_median": median(times),
        "question_p99": percentile_99(times),
        "question_max": times[-1],
        "question_median_over_parse_of_a_megabyte": median(times) / 1000 / (parse / (size / 1e6)),
        "question_p99_over_median": percentile_99(times) / median(times),
        **{f"median: {kind}": median(of_kind) for kind, of_kind in loaded["milliseconds"].items()},
        **{f"p99: {kind}": percentile_99(of_kind) for kind, of_kind in loaded["milliseconds"].items()},
        **{f"verdict: {name}": count for name, count in sorted(loaded["verdicts"].items())},
    }


def rest_ratio(runs: int, folder: Path, *numbers: int) -> float:
    """Everything but parsing as a share of it: the median of ratios that were measured side by side."""
    shares: list[float] = []
    for _ in range(runs):
        stages = measured("everything", folder, *numbers)
        parse = stages.pop("parse")
        shares.append(float((sum(stages.values()) - parse) / parse))
    return median(shares)
