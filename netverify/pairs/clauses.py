"""Selections and rules taken apart: what they ask of the subject, of its peer, and of both together."""

from __future__ import annotations

from netverify.model.flow import Direction, End
from netverify.policy.predicate import All, AnyOf, IsPod, Not, Predicate, SameNode
from netverify.policy.visit import ends_of
from netverify.records import dataclass

_NEITHER: frozenset[End] = frozenset()


@dataclass(frozen=True, slots=True)
class Clause:
    """A conjunction of predicates: some look at no end, some at the subject or the peer alone, some at both."""

    constant: tuple[Predicate, ...]
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
        constant: list[Predicate] = []
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
            elif not ends:
                constant.append(part)
            elif self._peer not in ends:
                subject.append(part)
            elif self._subject not in ends:
                peer.append(part)
            else:
                joint.append(part)
        return Clause(tuple(constant), tuple(subject), tuple(peer), tuple(joint))

    def _looks_at(self, predicate: Predicate) -> frozenset[End]:
        """The ends that ``predicate`` looks at; compounds are looked through once."""
        match predicate:
            case All(parts) | AnyOf(parts):
                known = self._ends.get(id(predicate))
                if known is None:
                    ends = _NEITHER
                    for part in parts:
                        ends = _union(ends, self._looks_at(part))
                    known = self._ends[id(predicate)] = (predicate, ends)
                return known[1]
            case Not(part):
                return self._looks_at(part)
            case _ as leaf:
                return ends_of(leaf)


def _union(one: frozenset[End], other: frozenset[End]) -> frozenset[End]:
    return one if one is other or not other else one | other
