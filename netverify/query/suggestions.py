"""Did-you-mean for names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from netverify.late import late

if TYPE_CHECKING:
    import difflib
else:
    (difflib,) = late("", "difflib")

_TIE = 0.05


def alike(wrong: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """The name of ``known`` that looks most like ``wrong``, at least as much as ``likeness`` says, of 1."""
    return next(iter(difflib.get_close_matches(wrong, list(known), 1, likeness)), None)


def nearest(wrong: str, known: Iterable[str], *, how_many: int = 3) -> tuple[str, ...]:
    """The names of ``known`` that look most like ``wrong``, best first; empty when none does."""
    close = difflib.get_close_matches(wrong, sorted(set(known)), how_many, 0.6)
    likeness = [difflib.SequenceMatcher(None, name, wrong).ratio() for name in close]
    return tuple(name for name, ratio in zip(close, likeness, strict=True) if ratio > likeness[0] - _TIE)


def did_you_mean(candidates: tuple[str, ...]) -> str:
    """``candidates`` as a question; empty without any."""
    if not candidates:
        return ""
    shown = [f"`{candidate}`" for candidate in candidates]
    return f"did you mean {' or '.join([', '.join(shown[:-1]), shown[-1]] if shown[1:] else shown)}?"
