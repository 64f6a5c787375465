"""Signals at random moments of whole runs: nothing of a run is left, and no report is half written.

The moments are drawn over the time that a run takes undisturbed; ``pytest -m long`` draws many more.
"""

from __future__ import annotations

import functools
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import pytest

from faults.remains import left_of

ROOT = Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "examples"
SLOW = f"""#!{sys.executable} -S
import os, sys, time
if "version" in sys.argv: sys.exit()
os.fork()  # both go on, and both hold the output
open("left", "w").close()
os.fork()
time.sleep(1 if os.getppid() > 1 else 60)
"""
REPORTS = ("json", "sarif", "junit", "gitlab", "markdown", "html")
RUNS = {
    "query": ("query", "who can reach b/pg:5432", "-f", str(EXAMPLES / "backdoor"), "-o", "json=out/query.json"),
    "check": (
        *("check", "--spec", str(EXAMPLES / "storefront.intent.yaml"), "--write-baseline", "out/baseline.json"),
        *(part for one in REPORTS for part in ("-o", f"{one}=out/check.{one}")),
        *("--emit-smt2", "out/goals"),
    ),
    "map": ("map", "-f", str(EXAMPLES / "storefront"), "-o", "html=out/map.html", "-o", "json=out/map.json"),
    "lint": ("lint", "-f", str(EXAMPLES / "untidy"), "-o", "json=out/lint.json"),
    "a revision": ("diff", "--base", "HEAD", "-f", "deploy", "-o", "json=out/diff.json"),
    "an overlay": ("query", "who can reach b/pg", "-k", "overlay", "-o", "json=out/query.json"),
    "a chart of an application": ("map", "--argocd", "apps", "-o", "json=out/map.json"),
    "several processes": ("map", "-f", "many", "--jobs", "2", "-o", "json=out/map.json"),
    "a draft": ("init", "-f", str(EXAMPLES / "backdoor"), "--output", "out/netverify.yaml", "--ci", "github"),
}
NORMAL = [(name, seed) for seed, name in enumerate(RUNS)]
LONG = [(name, seed) for name in RUNS for seed in range(100, 112)]
EAGER = """
import netverify.cli.main as main
import netverify.sources.collection as collection
Means = collection.Means
collection.Means = lambda cache=None, jobs=1: Means(cache, jobs, 0, 0)
main.run()
"""


@dataclass(frozen=True)
class Place:
    """Where a run is: all that it may touch is below ``folder``."""

    folder: Path

    def start(self, name: str) -> subprocess.Popen[bytes]:
        """The run, with everything that it reads, in a group of its own."""
        command = ["-c", EAGER] if name == "several processes" else ["-m", "netverify"]
        environment = {
            "PATH": f"{self.folder / 'bin'}{os.pathsep}{os.environ['PATH']}",
            "TMPDIR": str(self.folder / "tmp"),
            "PYTHONPATH": str(ROOT),
            "NETVERIFY_CACHE_DIR": str(self.folder / "cache"),
        }
        return subprocess.Popen(
            [sys.executable, *command, *RUNS[name]],
            cwd=self.folder / "tree",
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )

    def outputs(self) -> dict[str, bytes]:
        """The files that the run has written."""
        out = self.folder / "tree" / "out"
        return {str(one.relative_to(out)): one.read_bytes() for one in out.rglob("*") if one.is_file()}


def place_in(folder: Path) -> Place:
    """A checkout, and stand-ins for renderers that are slow and start others."""
    tree = folder / "tree"
    for name in (
        "bin",
        "tmp",
        "tree/out",
        "tree/deploy",
        "tree/overlay",
        "tree/chart/templates",
        "tree/apps",
        "tree/many",
    ):
        (folder / name).mkdir(parents=True)
    for name in ("kustomize", "helm"):
        (folder / "bin" / name).write_text(SLOW)
        (folder / "bin" / name).chmod(0o755)
    for one in (EXAMPLES / "backdoor").iterdir():
        shutil.copy(one, tree / "deploy")
    (tree / "overlay" / "kustomization.yaml").write_text("resources: []\n")
    (tree / "chart" / "Chart.yaml").write_text("apiVersion: v2\nname: c\nversion: 1.0.0\n")
    (tree / "apps" / "app.yaml").write_text(
        "apiVersion: argoproj.io/v1alpha1\nkind: Application\nmetadata: {name: x, namespace: argocd}\n"
        "spec:\n  project: default\n  destination: {namespace: shop, server: https://kubernetes.default.svc}\n"
        "  source: {repoURL: https://git.example/repo, path: chart, targetRevision: HEAD}\n"
    )
    for number in range(30):
        text = (EXAMPLES / "backdoor" / "workloads.yaml").read_text().replace("name: a", f"name: a{number}")
        (tree / "many" / f"{number}.yaml").write_text(
            text.replace("namespace: b", f"namespace: b{number}") + "# x\n" * 5000
        )
    who = ("-c", "user.name=n", "-c", "user.email=e@example.com")
    for line in (("init", "-q"), ("add", "."), (*who, "commit", "-qm", "x")):
        subprocess.run(["git", *line], cwd=tree, check=True)
    return Place(folder)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory):
    """How long each run takes, and what it writes, when it is left alone."""

    @functools.cache
    def run(name: str) -> tuple[float, dict[str, bytes]]:
        place = place_in(tmp_path_factory.mktemp("undisturbed"))
        began = time.monotonic()
        process = place.start(name)
        _, err = process.communicate(timeout=120)
        seconds = time.monotonic() - began
        assert process.returncode in (0, 1, 3, 4), err
        assert list((place.folder / "tmp").iterdir()) == []
        return seconds, place.outputs()

    return run


def disturbed(name: str, seed: int, undisturbed, folder: Path) -> None:
    """One run, with a signal at a moment that ``seed`` draws."""
    seconds, whole = undisturbed(name)
    place = place_in(folder)
    dice = random.Random(f"{name} {seed}")
    number = dice.choice((signal.SIGTERM, signal.SIGTERM, signal.SIGINT, signal.SIGHUP))
    process = place.start(name)
    time.sleep(dice.uniform(0, seconds))
    # As CI systems do it, or terminals: to the program alone, or to its whole group.
    (os.kill if dice.random() < 0.5 else os.killpg)(process.pid, number)
    if dice.random() < 0.2:
        time.sleep(dice.uniform(0, 0.05))
        process.send_signal(number)
    began = time.monotonic()
    _, err = process.communicate(timeout=60)
    assert time.monotonic() - began < 10
    assert left_of(folder) == []
    assert list((folder / "tmp").iterdir()) == []
    found = place.outputs()
    assert [one for one in found if Path(one).name.startswith(".")] == []
    for one, data in found.items():
        assert is_whole(one, data, whole), (one, data[-200:])
    # Before it handles signals, and when there is nothing left to be given back, a signal ends it as any program. While
    # Python itself starts, an interrupt ends that, with 1.
    started = not (process.returncode == 1 and b"<frozen site>" in err and not found)
    died = not started or (process.returncode == -number and (not found or found.keys() == whole.keys()))
    came_late = process.returncode in (0, 1, 3, 4) and found.keys() == whole.keys()
    assert process.returncode == 128 + number or died or came_late, (process.returncode, sorted(found), err)
    assert b"Traceback" not in err or died, err
    if process.returncode == 128 + number:
        assert err.splitlines()[-1] in (b"error: terminated", b"error: interrupted", b"error: hung up")
    assert b"Exception ignored" not in err


def is_whole(name: str, data: bytes, whole: dict[str, bytes]) -> bool:
    """Whether a file is as an undisturbed run writes it, but for what tells the time and the place."""
    if name.endswith(("json", "sarif", "gitlab")):
        value, expected = json.loads(data), json.loads(whole[name])
        return len(value) == len(expected)
    return data[-20:] == whole[name][-20:] and abs(len(data) - len(whole[name])) < 200


@pytest.mark.parametrize(("name", "seed"), NORMAL)
def test_a_signal_at_a_random_moment_leaves_nothing_behind(name, seed, undisturbed, tmp_path) -> None:
    disturbed(name, seed, undisturbed, tmp_path)


@pytest.mark.long
@pytest.mark.parametrize(("name", "seed"), LONG)
def test_signals_at_many_moments_leave_nothing_behind(name, seed, undisturbed, tmp_path) -> None:
    disturbed(name, seed, undisturbed, tmp_path)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_watching_ends_with_a_signal(number, tmp_path) -> None:
    arguments = ["check", "--spec", str(EXAMPLES / "backdoor.intent.yaml"), "--watch"]
    process = subprocess.Popen(
        [sys.executable, "-m", "netverify", *arguments],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    said = b""
    while b"watching for changes" not in said:
        said = process.stderr.readline()
        assert said
    process.send_signal(number)
    assert process.communicate(timeout=20)[1].endswith(
        b"error: terminated\n" if number == 15 else b"error: interrupted\n"
    )
    assert process.returncode == 128 + number
