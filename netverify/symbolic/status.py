"""What a solver is asked, and what it can say. Nothing here needs the solver."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import Enum

from netverify.records import dataclass


class Status(Enum):
    """What the solver said. Everything that is not a clear answer is ``UNKNOWN``."""

    SAT = "sat"
    UNSAT = "unsat"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Goal:
    """A text with ``assertions`` assertions, and, as the last of them, one for each of the constants ``guards``.

    ``telling`` are guards that make plainer cores than all of them, where they suffice; the plainest come first.
    ``denials`` are the guards, the last ones, that only a proof is told by.
    """

    text: str
    assertions: int
    guards: tuple[str, ...] = ()
    telling: tuple[tuple[str, ...], ...] = ()
    denials: tuple[str, ...] = ()

    def settled(self) -> Goal:
        """The goal with its denials switched on for good: its models are found as if they had no guards."""
        if not self.denials:
            return self
        end = "(check-sat)\n"
        switched_on = "".join(f"(assert {name})\n" for name in self.denials)
        text = self.text.removesuffix(switched_on + end) + end
        for name in self.denials:
            text = text.replace(f"(declare-const {name} Bool)\n", f"(define-fun {name} () Bool true)\n")
        kept = self.guards[: -len(self.denials)]
        return Goal(text, self.assertions - len(self.denials), kept)


@dataclass(frozen=True, slots=True)
class Solved:
    """A status; with ``SAT`` a ``model`` (numbers and Booleans by name; a name that is missing may have any value).

    With ``UNSAT``, ``core`` are guards that suffice, smallest by inclusion. ``satisfiable_without_core`` says that the
    goal was seen to be satisfiable without one of them: what remains is not contradictory in itself.
    """

    status: Status
    model: Mapping[str, int | bool] = field(default_factory=dict)
    core: tuple[str, ...] = ()
    satisfiable_without_core: bool = False
    reason: str = ""
