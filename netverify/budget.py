"""What a run may use: effort and time of the solver, and time and memory of the whole command."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import field
from enum import StrEnum
from typing import Final

from netverify.patterns import pattern
from netverify.records import dataclass

RLIMIT: Final = 100_000_000
"""The effort of one run of the solver, in Z3's units: a large multiple of what any goal of the corpora needs."""

MAX_TIME_S: Final = 600.0
"""For a whole command, in seconds."""

MAX_MEMORY: Final = 4 * 1024**3
"""For a whole command, in bytes."""


class Checkpoint:
    """Where a command that is watched over looks at its budget: to be called before whatever may take long."""

    def __init__(self) -> None:
        self.watch: Callable[[], None] | None = None

    def __call__(self) -> None:
        """Raises :class:`OutOfBudgetError` where the budget has ended; nothing is looked at where nothing watches."""
        if self.watch is not None:
            self.watch()


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may use.

    ``rlimit`` bounds the effort of one run of the solver in units that do not depend on the machine or its load, and
    ``timeout_s`` its time (None: not at all); ``seed`` makes it repeatable. ``max_time_s`` and ``max_memory``, in
    bytes, bound the whole command where something watches over it, which ``checkpoint`` asks. Its time counts from
    ``since``, on the monotonic clock; None: from where watching begins. ``gave_up`` says why the solver came to no
    answer, a line for each goal of which it did not; ``solved`` is what it answered, by a digest of what was asked.
    """

    rlimit: int = RLIMIT
    timeout_s: float | None = None
    seed: int = 0
    max_time_s: float = MAX_TIME_S
    max_memory: int = MAX_MEMORY
    since: float | None = None
    checkpoint: Checkpoint = field(default_factory=Checkpoint, compare=False, repr=False)
    gave_up: list[str] = field(default_factory=list, compare=False, repr=False)
    solved: dict[bytes, object] = field(default_factory=dict, compare=False, repr=False)


def effort_limit_met(budget: Budget) -> str:
    """That the solver used all the effort that ``budget`` allows for one run."""
    return f"the solver effort limit (--rlimit {budget.rlimit}) was reached"


def time_limit_met(budget: Budget) -> str:
    """That the solver used all the time that ``budget`` allows for one run; there is such a limit."""
    return f"the solver time limit (--timeout {budget.timeout_s:g}) was reached"


def solver_limit_met(budget: Budget) -> str:
    """That the solver came to a limit for one run, where it does not say to which."""
    if budget.timeout_s is None:
        return effort_limit_met(budget)
    return (
        f"the solver effort limit (--rlimit {budget.rlimit}) or time limit (--timeout {budget.timeout_s:g}) was reached"
    )


class Resource(StrEnum):
    """What a whole command may use up."""

    TIME = "time"
    MEMORY = "memory"


class OutOfBudgetError(BaseException):
    """The command used up what it may. Like an interrupt, it passes by whatever handles ordinary errors.

    ``reason`` says which budget ended, in words that ``before it was decided`` can follow.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    @property
    def undecided(self) -> str:
        """Why something is unknown that was not decided by then."""
        return before_it_was_decided(self.reason)


def before_it_was_decided(limit: str) -> str:
    """Why something is unknown that was not decided when ``limit`` was met."""
    return f"{limit} before it was decided"


def out_of(resource: Resource, budget: Budget) -> OutOfBudgetError:
    """That ``budget`` has none of ``resource`` left."""
    if resource is Resource.TIME:
        return OutOfBudgetError(f"the time budget of {budget.max_time_s:g} s (--max-time) ended")
    return OutOfBudgetError(f"the memory budget of {memory_text(budget.max_memory)} (--max-memory) was used up")


def out_of_memory() -> OutOfBudgetError:
    """That there is no more memory to be had, whatever the budget says."""
    return OutOfBudgetError(NO_MEMORY_LEFT)


NO_MEMORY_LEFT: Final = "the memory of this machine ended"
_LIMIT_MET: Final = pattern(
    r"the (?:solver (?:effort|time) limit \(--[^()]*\)(?: or time limit \(--[^()]*\))? was reached"
    r"|(?:time|memory) budget of [^()]* \(--max-[a-z]+\) (?:ended|was used up)"
    rf"|{NO_MEMORY_LEFT.removeprefix('the ')})"
)


def limits_met(reasons: Iterable[str]) -> tuple[str, ...]:
    """The limits of effort, time or memory that ``reasons`` name, each once: why something was not decided."""
    return tuple(dict.fromkeys(found for reason in reasons for found in _LIMIT_MET.findall(reason)))


_UNITS: Final = (("GiB", 1024**3), ("MiB", 1024**2), ("KiB", 1024))


def memory_text(count: int) -> str:
    """``count`` bytes in the largest unit of which it is a whole number: ``4 GiB``."""
    for unit, size in _UNITS:
        if count >= size and count % size == 0:
            return f"{count // size} {unit}"
    return f"{count} bytes"
