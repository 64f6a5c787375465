"""What every outcome says about itself, whatever it is an outcome of."""

from __future__ import annotations

from typing import Protocol


class Remarked(Protocol):
    """An outcome that says what it rests on and what is in doubt about it."""

    @property
    def unknown_because(self) -> tuple[str, ...]:
        """Why it may not hold; empty when it does."""

    @property
    def assumptions(self) -> tuple[str, ...]:
        """What it takes as given."""

    @property
    def approximations(self) -> tuple[str, ...]:
        """What is modelled coarsely."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What else bears on it."""
