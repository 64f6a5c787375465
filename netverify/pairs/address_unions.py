"""Alternatives that differ in addresses alone, made one: thousands of ipBlocks are then one set of addresses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from netverify.model.addresses import AddressRange
from netverify.model.flow import End
from netverify.policy.predicate import AddressIn, All, Predicate
from netverify.policy.visit import conjuncts

_Kind: TypeAlias = tuple[End, tuple[Predicate, ...]]


def united(parts: Sequence[Predicate]) -> Sequence[Predicate]:
    """Predicates of which one holds iff one of ``parts`` does.

    Those that ask for an address in some ranges, and otherwise for the same, are one that asks for it in any of them.
    """
    ranges: dict[_Kind, list[AddressRange]] = {}
    kept: list[Predicate | _Kind] = []
    for part in parts:
        addressed = _addressed(part)
        if addressed is None:
            kept.append(part)
            continue
        block, rest = addressed
        if (block.end, rest) not in ranges:
            kept.append((block.end, rest))
        ranges.setdefault((block.end, rest), []).extend(block.ranges)
    if len(kept) == len(parts):
        return parts
    return [
        All((AddressIn(one[0], tuple(dict.fromkeys(ranges[one]))), *one[1])) if isinstance(one, tuple) else one
        for one in kept
    ]


def _addressed(part: Predicate) -> tuple[AddressIn, tuple[Predicate, ...]] | None:
    """The addresses that ``part`` asks for first, and what else it asks for."""
    parts = tuple(conjuncts(part))
    if not parts or not isinstance(parts[0], AddressIn):
        return None
    return parts[0], parts[1:]
