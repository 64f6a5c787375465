"""Whole commands beside parsing alone: findings, ways in, lists, comparisons."""

from __future__ import annotations

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from figures import Row
from processes import NETVERIFY, measured, run_process

if TYPE_CHECKING:
    from collections.abc import Mapping

LARGEST = 5_000
ROWS = (
    Row("`netverify lint` / parse", "lint_ratio"),
    Row("`netverify exposed` / parse", "exposed_ratio"),
    Row("`netverify diff`, one file changed / parse", "diff_ratio"),
    Row("`who can reach any pod in namespace …` / `netverify map`", "who_over_map"),
    Row("`netverify init` / `netverify map`", "init_over_map"),
)
KEPT = tuple(row.key for row in ROWS)
RUNS = 3
INIT_LARGEST = 100


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    """The least of some runs of each, all in turns with parsing and with the map."""
    del policies
    with TemporaryDirectory() as scratch:
        parse, least = _in_turns(folder, _beside_parse(folder, Path(scratch), workloads))
    found = {f"{name}_ratio": least[name] / parse for name in ("lint", "exposed", "diff")}
    return found | {f"{name}_over_map": least[name] / least["map"] for name in ("who", "init") if name in least}


def _in_turns(folder: Path, commands: Mapping[str, tuple[str, ...]]) -> tuple[float, dict[str, float]]:
    parses: list[float] = []
    times: dict[str, list[float]] = {}
    for _ in range(RUNS):
        parses.append(float(measured("netverify_parse", folder)["seconds"]))
        for name, command in commands.items():
            times.setdefault(name, []).append(run_process(*NETVERIFY, *command, "--no-cache", "--jobs", "1").cpu)
    return min(parses), {name: min(some) for name, some in times.items()}


def _beside_parse(folder: Path, scratch: Path, workloads: int) -> dict[str, tuple[str, ...]]:
    changed = Path(shutil.copytree(folder, scratch / "changed"))
    one = min(changed.iterdir())
    one.write_text(one.read_text().replace("port: 80\n", "port: 81\n", 1))
    commands = {
        "map": ("map", "-f", str(folder)),
        "lint": ("lint", "-f", str(folder), "--fail-on", "never"),
        "exposed": ("exposed", "-f", str(folder)),
        "diff": ("diff", str(folder), str(changed)),
        "who": ("query", f"who can reach any pod in namespace {one.stem}", "-f", str(folder)),
    }
    if workloads <= INIT_LARGEST:
        commands["init"] = ("init", "-f", str(folder), "--output", str(scratch / "netverify.yaml"), "--force")
    return commands
