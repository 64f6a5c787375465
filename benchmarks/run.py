"""Measures netverify on generated clusters and prints a table; ratios are the figures to trust.

python benchmarks/run.py            # all sizes, several minutes
python benchmarks/run.py --quick    # the two small ones
python benchmarks/run.py --check    # fails if a ratio is clearly worse than the recorded one
python benchmarks/run.py --record   # writes the ratios of this run as the recorded ones
"""

from __future__ import annotations

import argparse
import json
import math
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median, quantiles
from typing import Any

from cluster_plan import plan
from generate import write
from measure import SEED
from questions import questions

HERE = Path(__file__).resolve().parent
CLUSTERS = HERE.parent / "build" / "benchmarks"
RECORDED = HERE / "recorded.json"
SIZES = ((100, 50), (1_000, 500), (5_000, 2_000), (20_000, 10_000))
QUESTIONS = 1_000
TOLERANCE = 1.3
"""How much worse than recorded a figure may be before ``--check`` fails: on a busy machine they differ by 10-20 %."""

HIGHER_IS_BETTER = {"parse_speedup"}
MEBIBYTE = 2**20


@dataclass(frozen=True, slots=True)
class Process:
    """What one run of a whole process took: seconds on the clock and of the processor, and peak memory in bytes."""

    wall: float
    cpu: float
    peak: int


def run_process(*command: str) -> Process:
    """Run ``command`` to its end; any exit status but 0 is an error."""
    started = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, env=environment()) as process:
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    wall = time.perf_counter() - started
    if process.returncode:
        raise SystemExit(f"`{' '.join(command)}` ended with {process.returncode}")
    return Process(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


def environment() -> dict[str, str]:
    """The environment without what slows imports down."""
    return {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}


def best_process(runs: int, *command: str) -> Process:
    """The least figures of ``runs`` runs, after one that warms the caches of the file system."""
    run_process(*command)
    done = [run_process(*command) for _ in range(runs)]
    return Process(min(one.wall for one in done), min(one.cpu for one in done), min(one.peak for one in done))


def measured(name: str, folder: Path, *numbers: int) -> dict[str, Any]:
    """One measurement of ``measure.py``, in a process of its own."""
    command = [sys.executable, str(HERE / "measure.py"), name, str(folder), *map(str, numbers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=environment())
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout))


def best(runs: int, name: str, folder: Path) -> float:
    """The least time of ``runs`` measurements: what else runs on the machine only ever adds."""
    return min(float(measured(name, folder)["seconds"]) for _ in range(runs))


def rest_ratio(runs: int, folder: Path, *numbers: int) -> float:
    """Everything but parsing as a share of it: the median of ratios that were measured side by side."""
    shares = []
    for _ in range(runs):
        stages = measured("everything", folder, *numbers)
        parse = stages.pop("parse")
        shares.append((sum(stages.values()) - parse) / parse)
    return median(shares)


def start_up() -> dict[str, float]:
    """What ``--help`` takes, beside an interpreter that does nothing."""
    bare = best_process(5, sys.executable, "-c", "pass")
    help_ = best_process(5, sys.executable, "-m", "netverify", "--help")
    return {"bare": bare.wall, "help": help_.wall, "peak": bare.peak}


def measure_size(workloads: int, policies: int, baseline: float) -> dict[str, float]:
    """All figures of one size; ``baseline`` is the peak memory of a bare interpreter, in bytes."""
    folder = CLUSTERS / f"{workloads}x{policies}"
    size = write(folder, workloads, policies, SEED)
    runs = 5 if workloads <= 1_000 else 3
    ours = best(runs, "netverify_parse", folder)
    built = best(runs, "netverify_parse_everything", folder)
    theirs = best(runs, "pyyaml_parse", folder)
    (_, sentence), *_ = questions(plan(workloads, policies, SEED), 1, SEED)
    whole = best_process(runs, sys.executable, "-m", "netverify", "query", sentence, "-f", str(folder))
    loaded = measured("many_questions", folder, workloads, policies, QUESTIONS)
    times = sorted(ms for of_kind in loaded["milliseconds"].values() for ms in of_kind)
    return {
        "megabytes": size / 1e6,
        "parse": ours,
        "parse_speedup": theirs / ours,
        "parse_speedup_without_dropping": theirs / built,
        "rest_ratio": rest_ratio(runs, folder, workloads, policies),
        "peak_ratio": (whole.peak - baseline) / size,
        "peak_megabytes": whole.peak / MEBIBYTE,
        "whole": whole.cpu,
        "question_median": median(times),
        "question_p99": percentile_99(times),
        "question_max": times[-1],
        **{f"median: {kind}": median(of_kind) for kind, of_kind in loaded["milliseconds"].items()},
        **{f"p99: {kind}": percentile_99(of_kind) for kind, of_kind in loaded["milliseconds"].items()},
        **{f"verdict: {name}": count for name, count in sorted(loaded["verdicts"].items())},
    }


def percentile_99(values: list[float]) -> float:
    return quantiles(values, n=100)[98]


def growth(sizes: list[tuple[int, int]], seconds: list[float]) -> float:
    """The exponent of the power law between the smallest and the largest of ``sizes`` above 1,000 objects."""
    points = [(sum(size), value) for size, value in zip(sizes, seconds, strict=True) if sum(size) > 1_000]
    if len(points) < 2:
        return math.nan
    (small, first), (large, last) = points[0], points[-1]
    return math.log(last / first) / math.log(large / small)


ROWS = (
    ("input, MB", "megabytes", "{:.1f}"),
    ("parse, s", "parse", "{:.2f}"),
    ("parse: times faster than CSafeLoader", "parse_speedup", "{:.2f}"),
    ("the same, when every document is built", "parse_speedup_without_dropping", "{:.2f}"),
    ("everything else of one question / parse", "rest_ratio", "{:.2f}"),
    ("one question as a whole process, processor s", "whole", "{:.2f}"),
    ("peak memory, MiB", "peak_megabytes", "{:.0f}"),
    ("peak memory less a bare interpreter's / input", "peak_ratio", "{:.1f}"),
    ("a question on a loaded cluster: median, ms", "question_median", "{:.2f}"),
    ("99th percentile, ms", "question_p99", "{:.2f}"),
    ("slowest, ms", "question_max", "{:.2f}"),
)


def table(sizes: list[tuple[int, int]], figures: list[dict[str, float]]) -> str:
    """The figures as a Markdown table."""
    head = "| workloads / policies | " + " | ".join(f"{w:,} / {p:,}" for w, p in sizes) + " |"
    extra = sorted({key for one in figures for key in one if key.startswith(("median: ", "p99: ", "verdict: "))})
    rows = [*ROWS, *((key, key, "{:.0f}" if key.startswith("verdict") else "{:.2f}") for key in extra)]
    lines = [
        f"| {title} | " + " | ".join(form.format(one[key]) if key in one else "" for one in figures) + " |"
        for title, key, form in rows
    ]
    return "\n".join([head, "|---" * (len(sizes) + 1) + "|", *lines])


def ratios(sizes: list[tuple[int, int]], figures: list[dict[str, float]], started: dict[str, float]) -> dict[str, Any]:
    """What is recorded and compared: figures that do not depend on the machine, or hardly."""
    kept = ("parse_speedup", "rest_ratio", "peak_ratio")
    found: dict[str, Any] = {"help_over_bare": started["help"] / started["bare"]}
    for (workloads, policies), one in zip(sizes, figures, strict=True):
        made = {key: one[key] for key in kept}
        made["question_median_over_parse_of_a_megabyte"] = (
            one["question_median"] / 1000 / (one["parse"] / one["megabytes"])
        )
        made["question_p99_over_median"] = one["question_p99"] / one["question_median"]
        found[f"{workloads}x{policies}"] = {key: round(value, 3) for key, value in made.items()}
    return found


def worse(recorded: dict[str, Any], now: dict[str, Any]) -> list[str]:
    """The figures of ``now`` that are clearly worse than ``recorded``, in words."""
    found = []
    for size, values in now.items():
        before = recorded.get(size)
        if before is None:
            continue
        pairs = values.items() if isinstance(values, dict) else [("help_over_bare", values)]
        for key, value in pairs:
            old = before[key] if isinstance(before, dict) else before
            factor = old / value if key in HIGHER_IS_BETTER else value / old
            if factor > TOLERANCE:
                found.append(f"{size}: {key} was {old:.3f}, is {value:.3f}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description="measure netverify on generated clusters")
    parser.add_argument("--quick", action="store_true", help="the two small sizes only")
    parser.add_argument("--check", action="store_true", help="fail if a ratio is clearly worse than the recorded one")
    parser.add_argument("--record", action="store_true", help="record the ratios of this run")
    arguments = parser.parse_args()
    sizes = list(SIZES[:2] if arguments.quick else SIZES)
    started = start_up()
    print(f"`--help` {started['help']:.3f} s, a bare interpreter {started['bare']:.3f} s", flush=True)
    figures = []
    for workloads, policies in sizes:
        figures.append(measure_size(workloads, policies, started["peak"]))
        print(f"measured {workloads:,} workloads and {policies:,} policies", file=sys.stderr)
    print(table(sizes, figures))
    print(f"growth exponent of parsing {growth(sizes, [one['parse'] for one in figures]):.2f}, ", end="")
    print(f"of one question as a whole {growth(sizes, [one['whole'] for one in figures]):.2f}")
    now = ratios(sizes, figures, started)
    if arguments.record:
        RECORDED.write_text(json.dumps(now, indent=2) + "\n")
    if arguments.check and (found := worse(json.loads(RECORDED.read_text()), now)):
        raise SystemExit("\n".join(found))


if __name__ == "__main__":
    main()
