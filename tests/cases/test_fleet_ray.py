"""`netverify fleet --engine ray` on a real Ray cluster of this machine; Ray is an extra."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from cases.fleets import FOLDERS, Fleets, in_this_process, write_fleet

CLUSTER = """
import ray, sys
own = {"num_cpus": 2, "include_dashboard": False, "object_store_memory": 80_000_000}
context = ray.init(address="local", log_to_driver=False, **own)
print(context.address_info["gcs_address"], flush=True)
sys.stdin.read()
ray.shutdown()
"""


@pytest.fixture
def fleets(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Fleets:
    monkeypatch.chdir(tmp_path)
    return Fleets(capsys)


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """That of a Ray cluster, which lasts as long as the tests of this file."""
    pytest.importorskip("ray", reason="the extra `ray` is not installed")
    os.environ["RAY_AUTH_MODE"] = "disabled"  # for the cluster, and for who connects to it
    with subprocess.Popen(
        [sys.executable, "-c", CLUSTER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as ray:
        assert ray.stdin is not None
        assert ray.stdout is not None
        yield next(line for line in ray.stdout if ":" in line).strip()
        ray.stdin.close()


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_actors_come_to_the_same_report(fleets: Fleets, address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    write_fleet(*FOLDERS)
    monkeypatch.setenv("RAY_ADDRESS", address)
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).resolve().parents[2]))
    there = fleets.report("--engine", "ray")
    in_this_process(monkeypatch)
    here = fleets.report()
    assert there.pop("tool") | {"arguments": []} == here.pop("tool") | {"arguments": []}
    assert there == here


@pytest.mark.long
@pytest.mark.filterwarnings("ignore")
def test_what_has_no_time_left_is_unknown_and_its_actors_are_gone(
    fleets: Fleets, address: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ray = pytest.importorskip("ray")
    write_fleet("good")
    monkeypatch.setenv("RAY_ADDRESS", address)
    report = fleets.report("--engine", "ray", "--max-time", "0.01")
    assert report["status"] == 3
    assert not ray.is_initialized()


def test_without_ray_the_engine_says_what_to_install(fleets: Fleets, monkeypatch: pytest.MonkeyPatch) -> None:
    write_fleet("good")
    monkeypatch.setitem(sys.modules, "ray", None)
    gate = fleets.run("--engine", "ray")
    assert gate.status == 2
    assert "`--engine ray` needs Ray" in gate.err
    assert "install `netverify[ray]`" in gate.err
