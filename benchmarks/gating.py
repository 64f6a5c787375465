"""A gate: a thousand assertions on a loaded cluster, beside parsing alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from figures import Row
from processes import measured

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 20_000
LARGEST_VIOLATED = 1_000
ASSERTIONS = 1_000
ROWS = (
    Row("1,000 assertions, processor s", "gate"),
    Row("the same / parse", "gate_ratio"),
    Row("of which are proved", "gate_proved", "{:.0f}"),
    Row("20 violated assertions, processor s", "violated"),
    Row("the same / map", "violated_over_map"),
    Row("the same / parse", "violated_over_parse"),
    Row("ms for one violation", "one_violation"),
)
KEPT = ("gate_ratio", "violated_over_map", "violated_over_parse")
VIOLATED = 20


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    """One run: both are measured in one process, one after the other."""
    run = measured("gate", folder, workloads, policies, ASSERTIONS)
    found: dict[str, float] = {}
    if workloads <= LARGEST_VIOLATED:
        listed = measured("violations", folder, workloads, policies, VIOLATED)
        found = {
            "violated": float(listed["gate"]),
            "violated_over_map": float(listed["gate"]) / float(listed["map"]),
            "violated_over_parse": float(listed["gate"]) / float(run["parse"]),
            "one_violation": 1000 * float(listed["gate"]) / max(1, int(listed["violations"])),
        }
    return found | {
        "gate": float(run["gate"]),
        "gate_ratio": float(run["gate"]) / float(run["parse"]),
        "gate_proved": float(run["verdicts"].get("proved", 0)),
    }
