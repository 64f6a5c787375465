"""All pairs: the whole of ``netverify map``, from process start to its summary, beside parsing alone."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from figures import Row
from processes import NETVERIFY, best_process, least, measured, run_process

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 100_000
ROWS = (
    Row("input, MB", "megabytes", "{:.1f}"),
    Row("parse alone, processor s", "parse"),
    Row("`netverify map`, from start to answer, processor s", "map_whole"),
    Row("the same on the clock, s", "map_wall"),
    Row("everything of it but parsing / parse", "map_rest_ratio"),
    Row("its peak memory, MiB", "map_peak_megabytes", "{:.0f}"),
    Row("its peak memory less a bare interpreter's / input", "map_peak_ratio", "{:.1f}"),
)
KEPT = ("map_rest_ratio", "map_peak_ratio")


def command(folder: Path) -> tuple[str, ...]:
    """The command whose time is measured."""
    return (*NETVERIFY, "map", "-f", str(folder), "--no-cache", "--jobs", "1")


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    """Parsing and the map take turns, so that both meet the machine in the same state."""
    del policies
    runs = 5 if workloads <= 1_000 else 3
    run_process(*command(folder))
    parses, maps = [], []
    for _ in range(runs):
        parses.append(float(measured("netverify_parse", folder)["seconds"]))
        maps.append(run_process(*command(folder)))
    parse, whole, bare = min(parses), least(maps), best_process(2, sys.executable, "-c", "pass")
    size = sum(path.stat().st_size for path in folder.iterdir())
    return {
        "megabytes": size / 1e6,
        "parse": parse,
        "map_whole": whole.cpu,
        "map_wall": whole.wall,
        "map_rest_ratio": (whole.cpu - parse) / parse,
        "map_peak_megabytes": whole.peak / 2**20,
        "map_peak_ratio": (whole.peak - bare.peak) / size,
    }
