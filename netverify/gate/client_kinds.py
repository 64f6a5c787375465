"""Clients outside that the ways in tell apart by their address: what is true of one of a kind is true of all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange, cidrs, within
from netverify.model.flow import End
from netverify.policy.clients import may_be_client
from netverify.policy.predicate import AddressIn, All
from netverify.query.address_words import range_words
from netverify.query.question import Question
from netverify.routes.way_in import WayIn

_Ranges = tuple[AddressRange, ...]


def kinds_of_clients(question: Question, ways: Sequence[WayIn]) -> Iterator[Question]:
    """``question`` about each kind of its clients; unchanged where ``ways`` serve anybody.

    Each is about addresses that are all within, or all outside, the ranges that a way restricts its clients to.
    """
    restrictions = {source.lets_in for way in ways for source in way.sources if source.lets_in}
    if not restrictions:
        yield question
        return
    kinds = {
        blocks: source
        for blocks, ranges in _kinds(sorted(restrictions)).items()
        if may_be_client(source := All((question.source, AddressIn(End.SOURCE, tuple(ranges)))))
    }
    every = tuple(one for ranges in restrictions for one in ranges)
    for blocks, source in kinds.items():
        which = f"within {', '.join(blocks)}" if blocks else f"outside {range_words(every)}"
        text = f"{question.source_text} ({which})" if len(kinds) > 1 else question.source_text
        yield replace(question, source=source, source_text=text)


def _kinds(restrictions: Sequence[_Ranges]) -> dict[tuple[str, ...], list[AddressRange]]:
    """Every address, by the blocks that hold it."""
    kinds: dict[tuple[str, ...], list[AddressRange]] = {}
    for whole in (EVERY_IPV4, EVERY_IPV6):
        bounds = {whole.first, whole.last + 1}
        for ranges in restrictions:
            bounds.update(edge for one in ranges if one.family == whole.family for edge in (one.first, one.last + 1))
        for first, after in pairwise(sorted(bounds)):
            part = AddressRange(whole.family, first, after - 1)
            named = dict.fromkeys(cidrs(one)[0] for ranges in restrictions for one in ranges if within((part,), (one,)))
            kinds.setdefault(tuple(named), []).append(part)
    return kinds
