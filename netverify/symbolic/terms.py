"""SMT-LIB terms as text, in the fragment that several solvers read: ``and or not => =``, ``bvule``, binary literals.

The builders fold constants, so ``TRUE`` and ``FALSE`` appear in a formula only when it is decided. ``and`` and ``or``
always get two arguments or more.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NewType

Term = NewType("Term", str)

TRUE, FALSE = Term("true"), Term("false")


def conjunction(parts: Iterable[Term]) -> Term:
    """All of ``parts``; ``TRUE`` without any."""
    kept: dict[Term, None] = {}
    for part in parts:
        if part is FALSE or part == FALSE:
            return FALSE
        if part != TRUE:
            kept[part] = None
    return _joined("and", kept, empty=TRUE)


def disjunction(parts: Iterable[Term]) -> Term:
    """At least one of ``parts``; ``FALSE`` without any."""
    kept: dict[Term, None] = {}
    for part in parts:
        if part == TRUE:
            return TRUE
        if part != FALSE:
            kept[part] = None
    return _joined("or", kept, empty=FALSE)


def _joined(operator: str, kept: dict[Term, None], *, empty: Term) -> Term:
    if not kept:
        return empty
    if len(kept) == 1:
        return next(iter(kept))
    return Term(f"({operator} {' '.join(kept)})")


def negation(part: Term) -> Term:
    """Not ``part``."""
    if part == TRUE:
        return FALSE
    if part == FALSE:
        return TRUE
    if part.startswith("(not "):
        return Term(part[5:-1])
    return Term(f"(not {part})")


def implication(premise: Term, conclusion: Term) -> Term:
    """``premise`` implies ``conclusion``."""
    if premise == FALSE or conclusion == TRUE:
        return TRUE
    if premise == TRUE:
        return conclusion
    if conclusion == FALSE:
        return negation(premise)
    return Term(f"(=> {premise} {conclusion})")


def equivalence(left: Term, right: Term) -> Term:
    """Both or neither."""
    if left == right:
        return TRUE
    for one, other in ((left, right), (right, left)):
        if one == TRUE:
            return other
        if one == FALSE:
            return negation(other)
    return Term(f"(= {left} {right})")


def literal(value: int, width: int) -> str:
    """``value`` as a binary literal of ``width`` bits."""
    return f"#b{value:0{width}b}"


class Index:
    """An unsigned number below ``size``: a bit-vector variable, or a constant where ``size`` is 1 or it is ``fixed``.

    ``width`` may be set above what ``size`` needs (ports have 16 bits).
    """

    __slots__ = ("_literals", "fixed", "name", "size", "width")

    def __init__(self, name: str, size: int, *, fixed: int | None = None, width: int = 0) -> None:
        self.name = name
        self.size = size
        self.width = width or max(1, (size - 1).bit_length())
        self.fixed = 0 if size == 1 else fixed
        self._literals: dict[int, Term] = {}

    def equals(self, value: int) -> Term:
        """The number is ``value``."""
        if self.fixed is not None:
            return TRUE if self.fixed == value else FALSE
        term = self._literals.get(value)
        if term is None:
            term = self._literals[value] = Term(f"(= {self.name} {literal(value, self.width)})")
        return term

    def within(self, first: int, last: int) -> Term:
        """The number is between ``first`` and ``last``, both included."""
        if self.fixed is not None:
            return TRUE if first <= self.fixed <= last else FALSE
        if first > last or first >= self.size:
            return FALSE
        if first == last:
            return self.equals(first)
        low = TRUE if first <= 0 else Term(f"(bvule {literal(first, self.width)} {self.name})")
        high = TRUE if last >= self.size - 1 else Term(f"(bvule {self.name} {literal(last, self.width)})")
        return conjunction((low, high))

    def one_of(self, values: Iterable[int]) -> Term:
        """The number is one of ``values``; runs of neighbours become intervals."""
        return disjunction(self.within(first, last) for first, last in runs(values))

    def same_as(self, other: Index) -> Term:
        """Both numbers are equal; they count the same things."""
        if self.fixed is not None:
            return other.equals(self.fixed)
        if other.fixed is not None:
            return self.equals(other.fixed)
        return Term(f"(= {self.name} {other.name})")

    def bounded(self) -> Term:
        """The number is below ``size``, where its bits could say more."""
        if self.fixed is not None or self.size == 1 << self.width:
            return TRUE
        return Term(f"(bvule {self.name} {literal(self.size - 1, self.width)})")

    def declaration(self) -> str | None:
        """The declaration of the variable; None for a constant."""
        return None if self.fixed is not None else f"(declare-const {self.name} (_ BitVec {self.width}))"


def runs(values: Iterable[int]) -> list[tuple[int, int]]:
    """``values`` as maximal runs of neighbours, in order."""
    found: list[tuple[int, int]] = []
    for value in sorted(values):
        if found and value <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(value, found[-1][1]))
        else:
            found.append((value, value))
    return found
