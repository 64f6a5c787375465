"""Which of many items hold for whom: members for whom the same ones hold, together."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol, TypeAlias

from netverify.pairs.bits import bits_of, ones
from netverify.pairs.cells import Cells
from netverify.pairs.diagrams import Diagram

Profile: TypeAlias = tuple[tuple[int, Diagram], ...]
"""The items that hold: (position, in which ports and circumstances), by position."""


class HasSubjects(Protocol):
    """Something that holds for some members of a block."""

    @property
    def subjects(self) -> Cells:
        """For whom it holds, in which ports and circumstances."""
        ...


def profiles(full: int, items: Sequence[HasSubjects]) -> Iterator[tuple[int, Profile]]:
    """The members ``full``, as bits, by their profile of ``items``."""
    common: list[tuple[int, Diagram]] = []
    own: dict[int, list[tuple[int, Diagram]]] = {}
    for position, item in enumerate(items):
        for diagram, bits in item.subjects:
            if bits == full:
                common.append((position, diagram))
                continue
            for bit in ones(bits):
                own.setdefault(bit, []).append((position, diagram))
    alike: dict[Profile, list[int]] = {}
    for bit, held in own.items():
        alike.setdefault(tuple(held), []).append(bit)
    rest = full & ~bits_of(list(own)) if own else full
    if rest:
        yield rest, tuple(common)
    for held_apart, members in alike.items():
        yield bits_of(members), tuple(sorted((*common, *held_apart), key=_position)) if common else held_apart


def _position(held: tuple[int, Diagram]) -> int:
    return held[0]
