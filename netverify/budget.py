"""What a run may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

RLIMIT: Final = 50_000_000
"""The effort of one run of the solver, in Z3's units: a large multiple of what any goal of the corpora needs."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one run of the solver may use.

    ``rlimit`` bounds its effort in units that do not depend on the machine or its load, and ``timeout_s`` its time
    (None: not at all). ``seed`` makes it repeatable.
    """

    rlimit: int = RLIMIT
    timeout_s: float | None = None
    seed: int = 0
