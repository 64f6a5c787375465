"""What a solver can say about a goal."""

from __future__ import annotations

from enum import Enum


class Status(Enum):
    """What the solver said. Everything that is not a clear answer is ``UNKNOWN``."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"
