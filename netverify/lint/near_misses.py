"""Labels and names that were probably meant, where a selector matches nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from netverify.model.labels import Labels, LabelSelector, Operator, requirement_holds
from netverify.patterns import pattern
from netverify.records import dataclass

_SEPARATORS = pattern(r"[-_./]")
_SHORTEST = 4
"""Shorter words that differ in a letter are more often two words than one misspelt."""


@dataclass(frozen=True, slots=True, order=True)
class NearMiss:
    """``written`` was wanted as the value of ``key``; somebody has ``found`` under ``found_key``, and all else."""

    key: str
    written: str
    found_key: str
    found: str

    def __str__(self) -> str:
        return f"{self.found_key}={self.found}"


def near_misses(selector: LabelSelector, everyone: Iterable[Labels]) -> tuple[NearMiss, ...]:
    """Who of ``everyone`` would match but for one value that is misspelt, or stands under another key; sorted."""
    return tuple(sorted({miss for labels in everyone for miss in _misses(selector, labels)}))


def _misses(selector: LabelSelector, labels: Labels) -> Iterator[NearMiss]:
    failing = [one for one in selector.requirements if not requirement_holds(one, labels)]
    if len(failing) != 1 or failing[0].operator is not Operator.IN:
        return
    (wrong,) = failing
    value = labels.get(wrong.key)
    for written in filter(None, wrong.values):
        if value is not None and misspelt(written, value):
            yield NearMiss(wrong.key, written, wrong.key, value)
        elif value is None:
            yield from (NearMiss(wrong.key, written, key, written) for key, held in labels.items() if held == written)


def advice(misses: Sequence[NearMiss]) -> str:
    """``misses`` as a question; empty without any."""
    shown = list(dict.fromkeys(f"`{miss}`" for miss in misses))[:3]
    if not shown:
        return ""
    return f"did you mean {' or '.join([', '.join(shown[:-1]), shown[-1]] if shown[1:] else shown)}?"


def misspelt(written: str, meant: str) -> bool:
    """Whether ``written`` looks like a slip for ``meant``, and not like the name of another thing.

    Words that differ must be of some length and without digits: ``team-a`` and ``team-b``, ``web1`` and ``web2`` are
    two things.
    """
    one, other = written.lower(), meant.lower()
    if one == other or _SEPARATORS.sub("", one) == _SEPARATORS.sub("", other):
        return written != meant
    words, others = _SEPARATORS.split(one), _SEPARATORS.split(other)
    if len(words) != len(others):
        return False
    return all(_is_slip(*pair) for pair in zip(words, others, strict=True) if pair[0] != pair[1])


def _is_slip(one: str, other: str) -> bool:
    if min(len(one), len(other)) < _SHORTEST or not (one + other).isalpha():
        return False
    return _distance(one, other) <= (1 if min(len(one), len(other)) < 2 * _SHORTEST else 2)


def _distance(one: str, other: str) -> int:
    """How many letters were added, left out, changed, or swapped with their neighbour."""
    before: list[int] = []
    current = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        before, current, earlier = current, [row], before
        for column, wanted in enumerate(other, start=1):
            costs = [before[column] + 1, current[-1] + 1, before[column - 1] + (letter != wanted)]
            swapped = row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == wanted
            current.append(min([*costs, *([earlier[column - 2] + 1] if swapped else [])]))
    return current[-1]
