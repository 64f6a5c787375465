"""What the rows of a map are between."""

from __future__ import annotations

from enum import StrEnum


class Grouping(StrEnum):
    """What a node of a map stands for: a workload, workloads that are alike, or a namespace."""

    WORKLOAD = "workload"
    CLASS = "class"
    NAMESPACE = "namespace"
