"""Predicates and tables of which some leaves are known: what is left of them to look at, flow by flow.

What is left decides about every flow that agrees on the known leaves exactly as the whole does.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from typing import TypeAlias

from netverify.policy.predicate import ALWAYS, All, AnyOf, Leaf, Not, Predicate
from netverify.policy.table import Rule, RuleTable, Selection, Tier

Known: TypeAlias = Callable[[Leaf], bool | None]
"""The value of a leaf; None where it is not known."""

NEVER = AnyOf()


def left_of(predicate: Predicate, known: Known) -> Predicate:
    """``predicate`` without what is ``known`` of it; ``ALWAYS`` or ``NEVER`` where that decides it."""
    match predicate:
        case All(parts):
            return _joined(parts, known, All, decides=NEVER, drops=ALWAYS)
        case AnyOf(parts):
            return _joined(parts, known, AnyOf, decides=ALWAYS, drops=NEVER)
        case Not(part):
            left = left_of(part, known)
            if left is ALWAYS:
                return NEVER
            return ALWAYS if left is NEVER else Not(left)
        case _ as leaf:
            value = known(leaf)
            return leaf if value is None else ALWAYS if value else NEVER


def _joined(
    parts: Iterable[Predicate], known: Known, kind: type[All | AnyOf], *, decides: Predicate, drops: Predicate
) -> Predicate:
    kept: list[Predicate] = []
    for part in parts:
        left = left_of(part, known)
        if left is decides:
            return decides
        if left is not drops:
            kept.append(left)
    if not kept:
        return drops
    return kept[0] if len(kept) == 1 else kind(tuple(kept))


def left_of_table(table: RuleTable, known: Known) -> RuleTable:
    """``table`` without selections and rules that never hold, and without what is ``known`` of the others."""
    return replace(
        table,
        tiers=tuple(_left_of_tier(tier, known) for tier in table.tiers),
        also=tuple(left_of_table(other, known) for other in table.also),
    )


def _left_of_tier(tier: Tier, known: Known) -> Tier:
    applies: list[Selection] = []
    for selection in tier.applies:
        subject = left_of(selection.subject, known)
        if subject is not NEVER:
            applies.append(replace(selection, subject=subject))
    rules: list[Rule] = []
    for rule in tier.rules if applies else ():
        subject, traffic = left_of(rule.subject, known), left_of(rule.traffic, known)
        if subject is NEVER or traffic is NEVER:
            continue
        peer = left_of(rule.peer, known)
        if peer is not NEVER:
            rules.append(replace(rule, subject=subject, peer=peer, traffic=traffic))
    return replace(tier, applies=tuple(applies), rules=tuple(rules), condition=left_of(tier.condition, known))
