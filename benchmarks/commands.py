"""Whole commands beside parsing alone: findings, ways in, lists, comparisons; and lint of what is said many times."""

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
    Row("`netverify lint`, 400 equal rules of one policy / 100", "lint_equal_rules_growth"),
    Row("`netverify lint`, 300 policies that overlap / 75", "lint_overlapping_growth"),
)
KEPT = tuple(row.key for row in ROWS)
RUNS = 3
INIT_LARGEST = 100
RULES = (100, 400)
POLICIES = (75, 300)
_EQUAL = "  - from: [{podSelector: {matchLabels: {app: web}}}]\n    ports: [{port: 80}]\n"
_HEAD = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    """The least of some runs of each, all in turns with parsing and with the map."""
    del policies
    with TemporaryDirectory() as scratch:
        commands = {
            **_beside_parse(folder, Path(scratch), workloads),
            **(_hostile(Path(scratch)) if workloads == 100 else {}),
        }
        parse, least = _in_turns(folder, commands)
    found = {f"{name}_ratio": least[name] / parse for name in ("lint", "exposed", "diff")}
    found |= {f"{name}_over_map": least[name] / least["map"] for name in ("who", "init") if name in least}
    if workloads == 100:
        found["lint_equal_rules_growth"] = least["equal 400"] / least["equal 100"]
        found["lint_overlapping_growth"] = least["overlapping 300"] / least["overlapping 75"]
    return found


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


def _hostile(scratch: Path) -> dict[str, tuple[str, ...]]:
    commands: dict[str, tuple[str, ...]] = {}
    for number in RULES:
        spec = f"spec:\n  podSelector: {{}}\n  policyTypes: [Ingress]\n  ingress:\n{_EQUAL * number}"
        path = scratch / f"equal-{number}.yaml"
        path.write_text(f"{_HEAD}metadata: {{name: rules, namespace: a}}\n{spec}")
        commands[f"equal {number}"] = ("lint", "-f", str(path), "--fail-on", "never")
    for number in POLICIES:
        path = scratch / f"overlapping-{number}.yaml"
        path.write_text("---\n".join(_overlapping(one) for one in range(number)))
        commands[f"overlapping {number}"] = ("lint", "-f", str(path), "--fail-on", "never")
    return commands


def _overlapping(number: int) -> str:
    """A policy whose rule takes what a NotIn leaves, as many of the others do."""
    peer = f"{{key: app, operator: NotIn, values: [x{number}, y{number}]}}"
    rule = f"  - from: [{{podSelector: {{matchExpressions: [{peer}]}}}}]\n    ports: [{{port: {1000 + number % 7}}}]\n"
    selector = f"{{matchLabels: {{app: a{number % 20}}}}}"
    spec = f"spec:\n  podSelector: {selector}\n  policyTypes: [Ingress]\n  ingress:\n{rule}"
    return f"{_HEAD}metadata: {{name: p{number}, namespace: a}}\n{spec}"
