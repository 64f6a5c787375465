"""The members of one block by their diagrams, and how such cells combine."""

from __future__ import annotations

from typing import TypeAlias

from netverify.pairs.diagrams import NEVER, Diagram, Diagrams

Cells: TypeAlias = tuple[tuple[Diagram, int], ...]
"""The members of one block by their diagram: (diagram, bits) with disjoint bits; who is missing has ``NEVER``."""


def weigh(diagrams: Diagrams, weight: Diagram, cells: Cells) -> Cells:
    """The ports of ``cells`` that are in ``weight`` too."""
    if weight == diagrams.always:
        return cells
    if len(cells) == 1:
        ((diagram, bits),) = cells
        weighed = diagrams.both(weight, diagram)
        return ((weighed, bits),) if weighed != NEVER else ()
    return both_cells(diagrams, cells, ((weight, -1),))


def both_cells(diagrams: Diagrams, one: Cells, other: Cells) -> Cells:
    """The ports in both, member by member."""
    if len(one) == 1 == len(other):
        ((ours, our_bits),), ((theirs, their_bits),) = one, other
        bits = our_bits & their_bits
        diagram = diagrams.both(ours, theirs)
        return ((diagram, bits),) if bits and diagram != NEVER else ()
    merged: dict[Diagram, int] = {}
    for ours, our_bits in one:
        for theirs, their_bits in other:
            if bits := our_bits & their_bits:
                diagram = diagrams.both(ours, theirs)
                if diagram != NEVER:
                    merged[diagram] = merged.get(diagram, 0) | bits
    return tuple(merged.items())


def either_cells(diagrams: Diagrams, one: Cells, other: Cells) -> Cells:
    """The ports in at least one, member by member."""
    if not one:
        return other
    if not other:
        return one
    merged: dict[Diagram, int] = {}
    ours_alone, theirs_alone = [], [bits for _, bits in other]
    for ours, our_bits in one:
        rest = our_bits
        for at, (theirs, their_bits) in enumerate(other):
            if bits := our_bits & their_bits:
                diagram = diagrams.either(ours, theirs)
                merged[diagram] = merged.get(diagram, 0) | bits
                rest &= ~bits
                theirs_alone[at] &= ~bits
        ours_alone.append(rest)
    for (diagram, _), bits in (*zip(one, ours_alone, strict=True), *zip(other, theirs_alone, strict=True)):
        if bits:
            merged[diagram] = merged.get(diagram, 0) | bits
    return tuple(merged.items())


def complement_cells(diagrams: Diagrams, cells: Cells, full: int) -> Cells:
    """The ports that are not in ``cells``, for everyone of ``full``."""
    merged: dict[Diagram, int] = {}
    rest = full
    for diagram, bits in cells:
        rest &= ~bits
        other = diagrams.complement(diagram)
        if other != NEVER:
            merged[other] = merged.get(other, 0) | bits
    if rest:
        merged[diagrams.always] = merged.get(diagrams.always, 0) | rest
    return tuple(merged.items())
