"""What ``scripts/fuzz`` fuzzes for minutes, fuzzed for a moment, with inputs that are the same each time."""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fuzz.fuzz_targets import targets
from fuzz.fuzzing import MEGABYTES, SECONDS_EACH, Findings
from fuzz.mutation import mutated

ROOT = Path(__file__).resolve().parents[2]
TARGETS = targets()
INPUTS = 150


@pytest.mark.parametrize("name", TARGETS)
def test_no_input_raises_or_takes_long(name) -> None:
    target, dice = TARGETS[name], random.Random(name)
    if target.absent:
        pytest.skip(target.absent)
    inputs = [
        *target.seeds,
        *(mutated(dice.choice(target.seeds), dice, target.seeds, target.words) for _ in range(INPUTS)),
    ]
    for data in inputs:
        began = time.process_time()
        target.run(data)
        assert time.process_time() - began < SECONDS_EACH, data


def test_a_finding_is_kept_once_for_each_place(tmp_path, capsys) -> None:
    findings = Findings(tmp_path)
    for data in (b"first", b"second"):
        with findings.watching(data):
            raise KeyError
    assert [one.read_bytes() for one in tmp_path.iterdir()] == [b"first"]
    assert capsys.readouterr().out.startswith("found: ")
    assert (findings.tried, len(findings.seen)) == (2, 1)


@pytest.mark.long
@pytest.mark.parametrize("name", TARGETS)
def test_minutes_of_fuzzing_find_nothing(name, tmp_path) -> None:
    """``NETVERIFY_FUZZ_SECONDS`` says how long, for each target."""
    if TARGETS[name].absent:
        pytest.skip(TARGETS[name].absent)
    seconds = os.environ.get("NETVERIFY_FUZZ_SECONDS", "60")
    done = subprocess.run(
        [sys.executable, "-m", "fuzz.fuzzing", name, seconds, str(tmp_path)],
        cwd=ROOT / "tests",
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout[-2000:]
    assert ", 0 findings" in done.stdout
    assert MEGABYTES == 512
