"""Whether anybody outside is left among the clients that a claim is about, once those that are exempt are taken out."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.addresses import Address
from netverify.model.flow import External, Flow
from netverify.model.traffic import Protocol
from netverify.policy.evaluate import matches
from netverify.policy.mentions import Mentions, collect
from netverify.policy.predicate import Predicate

_LAST = {4: 2**32 - 1, 6: 2**128 - 1}


def may_be_client(source: Predicate) -> bool:
    """Whether ``source``, which looks at the source alone, holds for some address outside.

    It is the same for all addresses between two that it mentions, so that one of each is tried.
    """
    mentions = Mentions()
    collect(source, mentions)
    if mentions.behaviours:
        return True
    return any(_holds(source, address) for address in _each_kind(mentions))


def _each_kind(mentions: Mentions) -> Iterator[Address]:
    for family, last in _LAST.items():
        ranges = [one for one in mentions.ranges if one.family == family]
        starts = {0, *(one.first for one in ranges), *(one.last + 1 for one in ranges)}
        yield from (Address(family, value) for value in sorted(starts) if value <= last)


def _holds(source: Predicate, address: Address) -> bool:
    client = External(address)
    flows = (Flow(client, client, Protocol.TCP, 1, same_node=both) for both in (False, True))
    return any(matches(source, flow, {}) for flow in flows)
