"""Outputs, exit statuses and fingerprints that a change within the package must leave as they are."""

from __future__ import annotations

from pathlib import Path

from golden.frozen_runs import commands, run


def test_outputs_exit_statuses_and_fingerprints_are_what_they_were(tmp_path: Path, golden) -> None:
    """A line that differs: ``python -m golden.frozen_runs DIR`` on both revisions, then ``diff -r``."""
    lines = [f"{name}  {run(where, words).line}\n" for name, where, words in commands(tmp_path)]
    golden("frozen_runs.txt", "".join(["# command  exit status  verdicts  fingerprints  output\n", *lines]))
