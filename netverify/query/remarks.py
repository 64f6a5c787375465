"""What every result says about its own worth, whatever it is a result of, and that of several put together."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import field, replace

from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Remarks:
    """Lines about one result, or about several together.

    ``unknown_because`` is why it may not hold (objects that are not modelled, inputs that could not be read, a solver
    that gave up), empty where it does. ``assumptions`` are what it takes as given, ``approximations`` what is modelled
    coarsely, ``notes`` what else bears on it.
    """

    unknown_because: tuple[str, ...] = ()
    assumptions: tuple[str, ...] = ()
    approximations: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()

    def given(self, assumptions: Iterable[str]) -> Remarks:
        """These, and ``assumptions`` after their own, each once."""
        return replace(self, assumptions=_each_once((self.assumptions, assumptions)))

    def doubted(self, *unknown_because: str) -> Remarks:
        """These, of a result that is unknown for these reasons alone."""
        return replace(self, unknown_because=unknown_because)


@dataclass(frozen=True, slots=True)
class Remarked:
    """A result with its ``remarks``, each of which can be read from the result too."""

    remarks: Remarks = field(default=Remarks(), kw_only=True)

    @property
    def unknown_because(self) -> tuple[str, ...]:
        """Why it may not hold; empty where it does."""
        return self.remarks.unknown_because

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What it takes as given."""
        return self.remarks.assumptions

    @property
    def approximations(self) -> tuple[str, ...]:
        """Approximations."""
        return self.remarks.approximations

    @property
    def notes(self) -> tuple[str, ...]:
        """What else bears on it."""
        return self.remarks.notes


def remarks_of(results: Iterable[Remarked | Remarks]) -> Remarks:
    """The remarks of all ``results``, each once, in their order."""
    parts = [one.remarks if isinstance(one, Remarked) else one for one in results]
    return Remarks(
        _each_once(part.unknown_because for part in parts),
        _each_once(part.assumptions for part in parts),
        _each_once(part.approximations for part in parts),
        _each_once(part.notes for part in parts),
    )


def _each_once(lines: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(line for some in lines for line in some))
