"""Predicates taken apart and put together.

The one place that goes through the parts of predicates for others: whoever asks about nodes says what each kind of leaf
tells, and how parts combine. Nothing has a default that is not stated.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import chain
from typing import TypeVar, assert_never

from netverify.model.flow import End
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    Behaves,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    Leaf,
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
from netverify.policy.table import RuleTable

T = TypeVar("T")

_NEITHER: frozenset[End] = frozenset()
_BOTH = frozenset(End)
_ALONE = {end: frozenset({end}) for end in End}


def leaves(predicate: Predicate) -> Iterator[Leaf]:
    """The leaves of ``predicate``, from left to right."""
    match predicate:
        case All(parts) | AnyOf(parts):
            for part in parts:
                yield from leaves(part)
        case Not(part):
            yield from leaves(part)
        case _ as leaf:
            yield leaf


def predicates_of(table: RuleTable) -> Iterator[Predicate]:
    """Every predicate of ``table``: conditions, subjects of selections, and the parts of rules."""
    for tier in chain.from_iterable(one.tiers for one in table.every()):
        yield tier.condition
        yield from (selection.subject for selection in tier.applies)
        for rule in tier.rules:
            yield from (rule.subject, rule.peer, rule.traffic)


def rebuilt(predicate: Predicate, change: Callable[[Leaf], Predicate]) -> Predicate:
    """``predicate`` with each of its leaves replaced by what ``change`` makes of it."""
    match predicate:
        case All(parts):
            return All(tuple(rebuilt(part, change) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(rebuilt(part, change) for part in parts))
        case Not(part):
            return Not(rebuilt(part, change))
        case _ as leaf:
            return change(leaf)


def unchanged(leaf: Leaf) -> Predicate:
    """``leaf`` itself, for whoever changes compounds alone."""
    return leaf


def fold(
    predicate: Predicate,
    leaf: Callable[[Leaf], T],
    *,
    every: Callable[[Sequence[T]], T],
    some: Callable[[Sequence[T]], T],
    negated: Callable[[T], T],
) -> T:
    """What ``leaf`` says of the leaves of ``predicate``, put together: under ``All``, ``AnyOf`` and ``Not``."""
    match predicate:
        case All(parts):
            return every([fold(part, leaf, every=every, some=some, negated=negated) for part in parts])
        case AnyOf(parts):
            return some([fold(part, leaf, every=every, some=some, negated=negated) for part in parts])
        case Not(part):
            return negated(fold(part, leaf, every=every, some=some, negated=negated))
        case _ as one:
            return leaf(one)


def may_hold(predicate: Predicate, leaf: Callable[[Leaf], bool]) -> bool:
    """False only if ``predicate`` surely does not hold, where ``leaf`` says the same of leaves.

    A negation is taken for one that may hold.
    """
    return fold(predicate, leaf, every=all, some=any, negated=lambda _: True)


def ends_of(leaf: Leaf) -> frozenset[End]:
    """The ends that ``leaf`` looks at; a port name is looked up at the destination."""
    match leaf:
        case (
            PodMatches(end)
            | InNamespace(end)
            | NamespaceMatches(end)
            | AddressIn(end)
            | OnHostNetwork(end)
            | IsPod(end)
            | IsWorkload(end)
            | HasServiceAccount(end)
        ):
            return _ALONE[end]
        case Behaves() | Unspecified() | PortIn():
            return _NEITHER
        case NamedPort():
            return _ALONE[End.DESTINATION]
        case SameNode():
            return _BOTH
        case _ as never:
            assert_never(never)


def about_traffic(leaf: Leaf) -> PortIn | NamedPort | None:
    """``leaf`` where it looks at protocol and port, else None."""
    match leaf:
        case PortIn() | NamedPort():
            return leaf
        case InNamespace() | NamespaceMatches() | PodMatches() | AddressIn() | OnHostNetwork() | IsPod() | IsWorkload():
            return None
        case HasServiceAccount():
            return None
        case Behaves() | Unspecified() | SameNode():
            return None
        case _ as never:
            assert_never(never)


def alternatives(predicate: Predicate) -> tuple[Predicate, ...]:
    """The disjuncts of ``predicate``: itself, unless it is an ``AnyOf``."""
    return predicate.parts if isinstance(predicate, AnyOf) else (predicate,)


def conjuncts(predicate: Predicate) -> Iterator[Predicate]:
    """What must all hold for ``predicate`` to hold, down to what is no ``All``."""
    if isinstance(predicate, All):
        for part in predicate.parts:
            yield from conjuncts(part)
    else:
        yield predicate
