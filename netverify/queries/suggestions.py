"""Did-you-mean for names."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches


def nearest(wrong: str, known: Iterable[str], *, how_many: int = 3) -> tuple[str, ...]:
    """The names of ``known`` that look most like ``wrong``, best first; empty when none does."""
    return tuple(get_close_matches(wrong, sorted(set(known)), how_many, 0.6))


def did_you_mean(candidates: tuple[str, ...]) -> str:
    """``candidates`` as a question; empty without any."""
    if not candidates:
        return ""
    shown = [f"`{candidate}`" for candidate in candidates]
    return f"did you mean {' or '.join([', '.join(shown[:-1]), shown[-1]] if shown[1:] else shown)}?"
