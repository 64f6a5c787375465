"""Figures of many sizes: what a row of them is, the table, and how a time grows with the size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

Size: TypeAlias = "tuple[int, int]"
"""Workloads and policies."""


@dataclass(frozen=True, slots=True)
class Row:
    """One figure: ``key`` is its name in measurements, ``title`` what a reader is told."""

    title: str
    key: str
    form: str = "{:.2f}"


def table(rows: Iterable[Row], figures: Mapping[Size, Mapping[str, float]]) -> str:
    """The figures as a Markdown table, a column for each size; rows without any figure are left out."""
    head = "| workloads / policies | " + " | ".join(f"{w:,} / {p:,}" for w, p in figures) + " |"
    lines = [
        f"| {row.title} | "
        + " | ".join(row.form.format(one[row.key]) if row.key in one else "" for one in figures.values())
        + " |"
        for row in rows
        if any(row.key in one for one in figures.values())
    ]
    return "\n".join([head, "|---" * (len(figures) + 1) + "|", *lines])


def growth(key: str, figures: Mapping[Size, Mapping[str, float]]) -> float:
    """The exponent of the power law between the smallest and the largest size above 1,000 objects.

    Not a number where fewer than two sizes have the figure.
    """
    points = [(sum(size), one[key]) for size, one in figures.items() if sum(size) > 1_000 and key in one]
    if len(points) < 2:
        return math.nan
    (small, first), (large, last) = points[0], points[-1]
    return math.log(last / first) / math.log(large / small)


def percentile_99(values: Sequence[float]) -> float:
    """The value that one in a hundred of ``values`` exceeds."""
    return sorted(values)[min(len(values) - 1, len(values) * 99 // 100)]
