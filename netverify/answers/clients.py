"""From which addresses outside a connection gets through: those that policy treats alike, each lot asked about once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import assert_never

from netverify.answers.context import Context
from netverify.model.addresses import AddressRange, joined, within
from netverify.model.flow import Direction, End
from netverify.model.intervals import Intervals
from netverify.policy.mentions import Mentions, collect, collect_table
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    Behaves,
    Choices,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    NamedPort,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
    Unspecified,
)
from netverify.policy.visit import predicates_of
from netverify.query.address_words import range_words
from netverify.query.outcome import Answer, Scope, Verdict
from netverify.query.question import Question, narrowed
from netverify.records import dataclass
from netverify.routes.planned import PlannedLeg
from netverify.symbolic.casting import PodScope

_Split = dict[Predicate | bool, int]
"""What is left of a predicate once the source is known to be outside, by the intervals where that is left, as bits."""


@dataclass(frozen=True, slots=True)
class Admitted:
    """Addresses outside that policy treats alike, and what it lets them do."""

    ranges: tuple[AddressRange, ...]
    answer: Answer


def admitted(leg: PlannedLeg, context: Context, ask: Callable[[PlannedLeg], Answer]) -> tuple[Admitted, ...]:
    """The sources of ``leg``, which are outside, that get through or may do so; ``ask`` judges a connection.

    Together the ranges are all that do, exactly: rules look at a source outside by its address alone, and addresses in
    the same ranges of every rule are told apart by none.
    """
    found = []
    lots = list(_lots(leg.question, context))
    for ranges in lots:
        asked = leg
        if lots[1:]:
            question = narrowed(leg.question, End.SOURCE, AddressIn(End.SOURCE, ranges))
            asked = replace(leg, question=question)
        answer = ask(asked)
        if answer.verdict in (Verdict.REACHABLE, Verdict.UNKNOWN):
            found.append(Admitted(ranges, answer))
    return tuple(found)


def where_it_connects_from(judged: Answer, found: Sequence[Admitted], question: Question) -> Iterator[str]:
    """On which addresses of a load balancer ``judged`` rests, unless all that ``question`` is about get through.

    ``found`` are those that do; which of them the load balancer has is not told.
    """
    like = [one for one in found if _demands(one.answer) == _demands(judged)]
    ranges = joined(block for one in like for block in one.ranges)
    if ranges and not within(_asked(question), ranges):
        yield f"where the load balancer has an address in {range_words(ranges)}"


def _demands(answer: Answer) -> tuple[Scope | None, Choices]:
    return answer.scope, answer.witness.behaviours if answer.witness is not None else {}


def _asked(question: Question) -> tuple[AddressRange, ...]:
    """The addresses of the source of ``question``, which is outside."""
    mentions = Mentions()
    collect(question.source, mentions)
    intervals = Intervals(mentions.ranges)
    split = _split(question.source, (1 << len(intervals.all)) - 1, intervals)
    bits = [bits for left, bits in split.items() if left is not False]
    return joined(intervals.all[number] for some in bits for number in _numbers(some))


def _lots(question: Question, context: Context) -> Iterator[tuple[AddressRange, ...]]:
    """The addresses outside that ``question`` is about, in lots that no rule about its destination tells apart."""
    places = context.search.casting.cast(question.destination, End.DESTINATION, PodScope.NAMED).places
    table = context.policies.slice(Direction.INGRESS, places)
    mentions = Mentions()
    collect_table(table, mentions)
    collect(question.source, mentions)
    intervals = Intervals(mentions.ranges)
    everywhere = (1 << len(intervals.all)) - 1
    asked = _split(question.source, everywhere, intervals)
    lots = [bits for left, bits in asked.items() if left is not False]
    for predicate in dict.fromkeys(predicates_of(table)):
        lots = [bits for lot in lots for bits in _split(predicate, lot, intervals).values() if bits]
    for bits in lots:
        yield joined(intervals.all[number] for number in _numbers(bits))


def _split(predicate: Predicate, cells: int, intervals: Intervals) -> _Split:
    """``predicate`` for a source outside in each of ``cells``: true, false, or what is left to be known beside it."""
    match predicate:
        case AddressIn(End.SOURCE, ranges):
            inside = intervals.bits_of(ranges)
            return _without_nothing({True: cells & inside, False: cells & ~inside})
        case IsPod(End.SOURCE):
            return {False: cells}
        case Not(part):
            return {_negated(left): bits for left, bits in _split(part, cells, intervals).items()}
        case All(parts):
            return _folded(parts, cells, intervals, deciding=False)
        case AnyOf(parts):
            return _folded(parts, cells, intervals, deciding=True)
        case (
            IsPod()
            | InNamespace()
            | NamespaceMatches()
            | PodMatches()
            | OnHostNetwork()
            | IsWorkload()
            | HasServiceAccount()
            | AddressIn()
            | Behaves()
            | Unspecified()
            | SameNode()
            | PortIn()
            | NamedPort()
        ):
            return {predicate: cells}
        case _ as never:
            assert_never(never)


def _folded(parts: Iterable[Predicate], cells: int, intervals: Intervals, *, deciding: bool) -> _Split:
    """All or any of ``parts``, of which one that is ``deciding`` settles it."""
    together: dict[tuple[Predicate, ...] | None, int] = {(): cells}
    for part in parts:
        grown: dict[tuple[Predicate, ...] | None, int] = {}
        for left, bits in together.items():
            if left is None:
                grown[None] = grown.get(None, 0) | bits
                continue
            for more, where in _split(part, bits, intervals).items():
                key = None if more is deciding else left if isinstance(more, bool) else (*left, more)
                grown[key] = grown.get(key, 0) | where
        together = grown
    join = AnyOf if deciding else All
    return {
        deciding if left is None else (join(left) if left else not deciding): bits for left, bits in together.items()
    }


def _negated(left: Predicate | bool) -> Predicate | bool:
    return (not left) if isinstance(left, bool) else Not(left)


def _without_nothing(split: _Split) -> _Split:
    return {left: bits for left, bits in split.items() if bits}


def _numbers(bits: int) -> Iterator[int]:
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low
