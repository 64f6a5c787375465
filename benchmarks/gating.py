"""A gate: a thousand assertions on a loaded cluster, beside parsing alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from figures import Row
from processes import measured

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 20_000
ASSERTIONS = 1_000
ROWS = (
    Row("1,000 assertions, processor s", "gate"),
    Row("the same / parse", "gate_ratio"),
    Row("of which are proved", "gate_proved", "{:.0f}"),
)
KEPT = ("gate_ratio",)


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    """One run: both are measured in one process, one after the other."""
    run = measured("gate", folder, workloads, policies, ASSERTIONS)
    return {
        "gate": float(run["gate"]),
        "gate_ratio": float(run["gate"]) / float(run["parse"]),
        "gate_proved": float(run["verdicts"].get("proved", 0)),
    }
