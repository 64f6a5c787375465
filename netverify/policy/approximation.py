"""Rules and selections that are not taken as they are: what they leave out is free, and is known by its own text.

An over-approximated one holds of every flow that it really holds of, and perhaps of others; an under-approximated one
of no others, but perhaps of too few. Either way every flow is allowed or refused by some value of what was left out, so
that a proof holds whatever that is. A flow that is found needs it to be as written, or else it is none for sure.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TypeVar, assert_never

from netverify.diagnostics import NetverifyError
from netverify.model.flow import Direction
from netverify.policy.predicate import ALWAYS, All, AnyOf, Bias, InNamespace, Not, Predicate, Unspecified
from netverify.policy.table import Approximation, Carrier, PolicySet, Rule, RuleTable, Selection
from netverify.policy.visit import leaves

CarrierT = TypeVar("CarrierT", Rule, Selection)


class ApproximationError(NetverifyError):
    """A rule or a selection says that it is approximated, and its predicates do not: a bug of whoever made it."""


def approximated(item: CarrierT, direction: Direction, approximation: Approximation) -> CarrierT:
    """``item`` as it may really be: it holds of fewer flows than written, or of more in its namespace."""
    free = left_out(item, approximation)
    home: Predicate = ALWAYS if item.namespace is None else InNamespace(direction.subject, item.namespace)
    match approximation.bias:
        case Bias.OVER:
            return replace(item, subject=All((item.subject, free)), approximation=approximation)
        case Bias.UNDER if isinstance(item, Rule):
            written = All((item.subject, item.peer, item.traffic))
            peer = AnyOf((written, free))
            return replace(item, subject=home, peer=peer, traffic=ALWAYS, approximation=approximation)
        case Bias.UNDER:
            subject = All((home, AnyOf((item.subject, free))))
            return replace(item, subject=subject, approximation=approximation)
        case _ as never:
            assert_never(never)


def left_out(item: Carrier, approximation: Approximation) -> Unspecified:
    """What ``item`` leaves out, as a predicate that is free for each flow: the same wherever the same is left out.

    An over-approximated one leaves a condition out, an under-approximated one an alternative.
    """
    what = f"{item.policy}, rule {item.index + 1}" if isinstance(item, Rule) else str(item.policy)
    word = "if" if approximation.bias is Bias.OVER else "or"
    return Unspecified(f"{approximation.reason} ({word} {approximation.left_out})", what, approximation.bias)


def approximations_of(policies: PolicySet) -> Iterator[Unspecified]:
    """What is left out anywhere in ``policies``, each once. Raises :class:`ApproximationError`."""
    found: dict[Unspecified, None] = {}
    for table in policies.tables.values():
        for item in _items(table):
            if item.approximation is not None:
                free = left_out(item, item.approximation)
                if not any(leaf == free for part in _parts(item) for leaf in leaves(part)):
                    raise ApproximationError(f"{free.source} does not say what it leaves out")
                found[free] = None
    yield from found


def _items(table: RuleTable) -> Iterator[Carrier]:
    for tier in table.every_tier():
        yield from tier.applies
        yield from tier.rules


def _parts(item: Carrier) -> tuple[Predicate, ...]:
    return (item.subject, item.peer, item.traffic) if isinstance(item, Rule) else (item.subject,)


def otherwise(free: Unspecified) -> Predicate:
    """Flows that turn on ``free`` being other than it is written."""
    return Not(free) if free.as_written else free
