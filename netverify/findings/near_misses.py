"""Labels that were probably meant, where a selector matches nobody."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from netverify.model.labels import Labels, LabelSelector, Operator, Requirement, requirement_holds

_ALIKE = 0.75
"""From here on two values are taken for one misspelt word; what unrelated short names share stays below."""


@dataclass(frozen=True, slots=True, order=True)
class NearMiss:
    """``wanted`` has the value ``written`` of the key ``key``; somebody has ``found``, and all else that is wanted."""

    key: str
    written: str
    found_key: str
    found: str

    @property
    def only_the_value(self) -> bool:
        """Whether the key is right."""
        return self.key == self.found_key

    def __str__(self) -> str:
        return f"{self.found_key}={self.found}"


def near_misses(selector: LabelSelector, everyone: Iterable[Labels]) -> tuple[NearMiss, ...]:
    """Who of ``everyone`` would match but for one value that is misspelt, or stands under another key; sorted."""
    return tuple(sorted({miss for labels in everyone for miss in _misses(selector, labels)}))


def _misses(selector: LabelSelector, labels: Labels) -> Iterator[NearMiss]:
    failing = [one for one in selector.requirements if not requirement_holds(one, labels)]
    if len(failing) != 1:
        return
    (wrong,) = failing
    if wrong.operator is not Operator.IN:
        return
    for written in wrong.values:
        value = labels.get(wrong.key)
        if value is not None and _alike(written, value):
            yield NearMiss(wrong.key, written, wrong.key, value)
        elif value is None:
            yield from (NearMiss(wrong.key, written, key, written) for key in _other_keys(wrong, written, labels))


def _other_keys(wrong: Requirement, written: str, labels: Labels) -> Sequence[str]:
    """The keys under which ``labels`` have the value: such as are a longer or shorter form, or a misspelling."""
    return [key for key, value in labels.items() if value == written and key != wrong.key and written]


def _alike(one: str, other: str) -> bool:
    return one.lower() == other.lower() or SequenceMatcher(None, one, other).ratio() >= _ALIKE


def advice(misses: Sequence[NearMiss]) -> str:
    """``misses`` as a question; empty without any."""
    if not misses:
        return ""
    shown = list(dict.fromkeys(f"`{miss}`" for miss in misses))[:3]
    return f"did you mean {' or '.join([', '.join(shown[:-1]), shown[-1]] if shown[1:] else shown)}?"
