"""Selections and rules taken apart: what they ask of the subject, of its peer, and of both together."""

from __future__ import annotations

from dataclasses import dataclass

from netverify.connectivity.evaluate import ends_of
from netverify.model.flow import Direction, End
from netverify.rules.predicate import All, IsPod, Predicate, SameNode


@dataclass(frozen=True, slots=True)
class Clause:
    """A conjunction of predicates: some look at the subject or at no end, some at the peer alone, some at both."""

    subject: tuple[Predicate, ...]
    peer: tuple[Predicate, ...]
    joint: tuple[Predicate, ...]


class Clauses:
    """Takes conjunctions apart for the policies of one direction."""

    def __init__(self, direction: Direction) -> None:
        self._subject = direction.subject
        self._peer = direction.peer
        self._ends: dict[int, tuple[Predicate, frozenset[End]]] = {}

    def clause(self, *parts: Predicate) -> Clause:
        """The clause that holds iff all of ``parts`` do."""
        subject: list[Predicate] = []
        peer: list[Predicate] = []
        joint: list[Predicate] = []
        pending = list(reversed(parts))
        while pending:
            part = pending.pop()
            ends = self._looks_at(part)
            if isinstance(part, SameNode):
                # Two pods on one node: what is left to say then looks at no label or address of either.
                subject.append(IsPod(self._subject))
                peer.append(part)
            elif isinstance(part, All) and len(ends) > 1:
                pending.extend(reversed(part.parts))
            elif self._peer not in ends:
                subject.append(part)
            elif self._subject not in ends:
                peer.append(part)
            else:
                joint.append(part)
        return Clause(tuple(subject), tuple(peer), tuple(joint))

    def _looks_at(self, predicate: Predicate) -> frozenset[End]:
        known = self._ends.get(id(predicate))
        if known is None:
            known = self._ends[id(predicate)] = (predicate, ends_of(predicate))
        return known[1]
