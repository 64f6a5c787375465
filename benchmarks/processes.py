"""Whole processes and what they take: time on the clock and of the processor, and peak memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

HERE = Path(__file__).resolve().parent
BUILD = HERE.parent / "build"
NETVERIFY = (sys.executable, "-m", "netverify")


@dataclass(frozen=True, slots=True)
class Process:
    """What one run of a whole process took: seconds on the clock and of the processor, and peak memory in bytes."""

    wall: float
    cpu: float
    peak: int


class FailedError(Exception):
    """A command that ended in another way than it should."""


def run_process(
    *command: str, output: Path | None = None, seconds: float | None = None, cache: Path | None = None
) -> Process:
    """Run ``command`` to its end, standard output into ``output``, with the ``cache`` there or with none.

    Raises :class:`FailedError` when it ends with another status than 0, or is not done after ``seconds``.
    """
    with (output or Path(os.devnull)).open("wb") as sink:
        started = time.perf_counter()
        with subprocess.Popen(command, stdout=sink, stderr=subprocess.PIPE, env=environment(cache)) as process:
            watch = _Watch(process, seconds)
            errors = process.stderr.read() if process.stderr else b""
            _, status, usage = os.wait4(process.pid, 0)
            wall = time.perf_counter() - started
            process.returncode = os.waitstatus_to_exitcode(status)
            watch.stop()
    if process.returncode:
        why = f"took more than {seconds} s" if watch.barked else f"ended with {process.returncode}"
        raise FailedError(f"`{' '.join(command)}` {why}\n{errors.decode(errors='replace')[-2000:]}")
    return Process(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024)


class _Watch:
    """Kills a process that is not done in time."""

    def __init__(self, process: subprocess.Popen[bytes], seconds: float | None) -> None:
        import threading

        self.barked = False
        self._process = process
        self._timer = threading.Timer(seconds, self._bark) if seconds is not None else None
        if self._timer:
            self._timer.daemon = True
            self._timer.start()

    def _bark(self) -> None:
        self.barked = True
        self._process.kill()

    def stop(self) -> None:
        if self._timer:
            self._timer.cancel()


def environment(cache: Path | None = None) -> dict[str, str]:
    """The environment without what slows imports down, and with a cache only where one is named."""
    kept = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    if cache is None:
        return {**kept, "NETVERIFY_NO_CACHE": "1"}
    return {**kept, "NETVERIFY_NO_CACHE": "", "NETVERIFY_CACHE_DIR": str(cache)}


def least(runs: Sequence[Process]) -> Process:
    """The least figures of several runs: what else runs on the machine only ever adds."""
    return Process(min(one.wall for one in runs), min(one.cpu for one in runs), min(one.peak for one in runs))


def best_process(runs: int, *command: str) -> Process:
    """The least figures of ``runs`` runs, after one that warms the caches of the file system."""
    run_process(*command)
    return least([run_process(*command) for _ in range(runs)])


def measured(name: str, folder: Path, *numbers: int, python: str = sys.executable, **variables: str) -> dict[str, Any]:
    """One measurement of ``measure.py``, in a process of its own with ``variables`` in its environment."""
    command = [python, str(HERE / "measure.py"), name, str(folder), *map(str, numbers)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={**environment(), **variables})
    if done.returncode:
        raise SystemExit(done.stderr)
    return dict(json.loads(done.stdout))


def best(runs: int, name: str, folder: Path) -> float:
    """The least time of ``runs`` measurements."""
    return min(float(measured(name, folder)["seconds"]) for _ in range(runs))
