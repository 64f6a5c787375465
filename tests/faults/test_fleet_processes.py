"""Processes that judge clusters: whatever happens to one, its cluster does not pass, and none outlives the run."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from cases.fleets import write_fleet
from faults.remains import left_of

HANGS = "#!/bin/sh\necho started >> {folder}/started\nexec sleep 60\n"
DIES = "#!/bin/sh\nkill -9 $PPID\n"


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, with two clusters, of which kustomize renders one."""
    monkeypatch.chdir(tmp_path)
    write_fleet("good", "open")
    Path("overlay").mkdir()
    Path("overlay/kustomization.yaml").write_text("resources: []\n")
    text = Path("clusters.yaml").read_text() + "- {name: rendered, sources: [{kustomize: overlay}]}\n"
    Path("clusters.yaml").write_text(text)
    return tmp_path


def put_kustomize(folder: Path, script: str) -> dict[str, str]:
    """An environment in which ``script`` is kustomize."""
    (folder / "bin").mkdir()
    program = folder / "bin" / "kustomize"
    program.write_text(script.format(folder=folder))
    program.chmod(0o755)
    return {**os.environ, "PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "SIGN": str(folder)}


def started(folder: Path, script: str, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "netverify", "fleet", "--jobs", "1", *arguments]
    return subprocess.Popen(
        command, env=put_kustomize(folder, script), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def wait_for(path: Path, patience_s: float = 60.0) -> None:
    until = time.monotonic() + patience_s
    while not path.exists() and time.monotonic() < until:
        time.sleep(0.02)
    assert path.exists()


def standings(out: str) -> dict[str, str]:
    report: Any = json.loads(out)
    return {one["name"]: one["standing"] for one in report["clusters"]}


@pytest.mark.parametrize(("number", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_interrupt_ends_every_process_and_what_it_renders_with(
    folder: Path, number: signal.Signals, status: int
) -> None:
    with started(folder, HANGS) as process:
        wait_for(folder / "started")
        process.send_signal(number)
        out, err = process.communicate(timeout=60)
    assert process.returncode == status
    assert (out, err.strip()) == ("", f"error: {'interrupted' if number == signal.SIGINT else 'terminated'}")
    assert left_of(folder) == []


def test_what_hangs_when_the_time_ends_is_unknown_and_is_ended(folder: Path) -> None:
    with started(folder, HANGS, "--max-time", "6", "-o", "json", "-o", "text=r.txt") as process:
        out, err = process.communicate(timeout=120)
    assert process.returncode == 3, err
    assert standings(out)["rendered"] == "unknown"
    assert Path("r.txt").read_text().startswith("INCOMPLETE: the time budget of 6 s (--max-time) ended")
    assert left_of(folder) == []


def test_a_process_that_is_killed_takes_no_other_cluster_with_it(folder: Path) -> None:
    with started(folder, DIES, "-o", "json") as process:
        out, err = process.communicate(timeout=60)
    assert process.returncode == 5
    assert "cluster rendered: the process that judged it ended early" in err
    assert standings(out) == {"rendered": "crashed", "open": "failed", "good": "passed"}
    assert left_of(folder) == []
