"""The recorded ratios, and which figures of a run are clearly worse than they were."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Ratios: TypeAlias = "dict[str, dict[str, float]]"
"""Figures that hardly depend on the machine, by name, under the size or the subject that they are about."""

RECORDED = Path(__file__).resolve().parent / "recorded.json"
TOLERANCE = 1.3
"""How much worse than recorded a figure may be before ``--check`` fails: on a busy machine they differ by 10-20 %."""

HIGHER_IS_BETTER = frozenset({"parse_speedup", "times_faster_than_peer"})


def read() -> Ratios:
    """What was recorded."""
    return dict(json.loads(RECORDED.read_text()))


def write(now: Ratios) -> None:
    """Record the figures of a run; those that it did not measure stay as they are."""
    kept = read() if RECORDED.exists() else {}
    for about, values in now.items():
        kept[about] = {**kept.get(about, {}), **{key: round(value, 3) for key, value in values.items()}}
    RECORDED.write_text(json.dumps(kept, indent=2) + "\n")


def worse(before: Mapping[str, Mapping[str, float]], now: Ratios) -> list[str]:
    """The figures of ``now`` that are clearly worse than ``before``, in words; new figures are worse than nothing."""
    return [
        f"{about}: {key} was {before[about][key]:.3f}, is {value:.3f}"
        for about, values in now.items()
        for key, value in values.items()
        if key in before.get(about, {}) and is_worse(key, before[about][key], value)
    ]


def is_worse(key: str, old: float, new: float) -> bool:
    """Whether ``new`` is worse than ``old`` by more than chance."""
    if math.isnan(new):
        return False
    return new * TOLERANCE < old if key in HIGHER_IS_BETTER else new > old * TOLERANCE
