"""Parsing alone, beside PyYAML's loader on the same bytes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from figures import Row
from processes import best

if TYPE_CHECKING:
    from pathlib import Path

LARGEST = 20_000
ROWS = (
    Row("parse: times faster than CSafeLoader", "parse_speedup"),
    Row("the same, when every document is built", "parse_speedup_without_dropping"),
)
KEPT = ("parse_speedup",)


def measure(folder: Path, workloads: int, policies: int) -> dict[str, float]:
    del policies
    runs = 5 if workloads <= 1_000 else 3
    theirs = best(runs, "pyyaml_parse", folder)
    return {
        "parse_speedup": theirs / best(runs, "netverify_parse", folder),
        "parse_speedup_without_dropping": theirs / best(runs, "netverify_parse_everything", folder),
    }
