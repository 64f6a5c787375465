"""Who is reached from some endpoints in one connection or in several: a breadth-first search over bundles."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import field

from netverify.model.flow import End
from netverify.pairs.bits import ones
from netverify.pairs.outcome import Access, Bundle, Members, WideMembers
from netverify.pairs.population import EXTERNAL
from netverify.records import dataclass

Sets = Mapping[int, int]
"""A set of endpoints: the bits of its members by the number of their block."""


@dataclass(frozen=True, slots=True)
class Hop:
    """How an endpoint was found: ``hops`` connections from the start, the last of them with ``neighbour``."""

    hops: int
    neighbour: int
    access: Access


def closure(bundles: Sequence[Bundle], start: Sets, at: End) -> dict[int, Hop]:
    """Everyone but ``start`` whom a chain of connections of ``bundles`` joins to it, by number, with a shortest chain.

    ``at`` is the end at which ``start`` is: as the source it reaches others, as the destination others reach it. Nobody
    knows what addresses outside pass on, so no chain goes through one, and a connection has a pod at one end at least.
    """
    search = _Search(at, dict(start))
    frontier = {block: bits for block, bits in start.items() if bits}
    hops = 0
    while frontier:
        hops += 1
        frontier = search.step(bundles, frontier, hops)
    return search.found


@dataclass(slots=True)
class _Search:
    at: End
    seen: dict[int, int]
    found: dict[int, Hop] = field(default_factory=dict)

    def step(self, bundles: Sequence[Bundle], frontier: Sets, hops: int) -> dict[int, int]:
        """Find whoever is one connection from ``frontier``; the pods among them are the next one."""
        pods = {block: bits for block, bits in frontier.items() if block != EXTERNAL}
        outside = {block: bits for block, bits in frontier.items() if block == EXTERNAL}
        added: dict[int, int] = {}
        for bundle in bundles:
            near, far = (bundle.sources, bundle.destinations) if self.at is End.SOURCE else _turned(bundle)
            pod, address = _first(near, pods), _first(near, outside)
            neighbour = address if pod is None else pod
            if neighbour is None:
                continue
            for part in far.parts():
                known = self.seen.get(part.block, 0)
                if not (new := part.bits & ~known) or (part.block == EXTERNAL and pod is None):
                    continue
                self.seen[part.block] = known | new
                added[part.block] = added.get(part.block, 0) | new
                hop = Hop(hops, neighbour, bundle.access)
                self.found.update((part.numbers[bit], hop) for bit in ones(new))
        added.pop(EXTERNAL, None)
        return added


def _turned(bundle: Bundle) -> tuple[Members | WideMembers, Members | WideMembers]:
    return bundle.destinations, bundle.sources


def _first(members: Members | WideMembers, among: Sets) -> int | None:
    """The member with the lowest number who is ``among`` these; None without any."""
    return min(_firsts(members, among), default=None) if among else None


def _firsts(members: Members | WideMembers, among: Sets) -> Iterator[int]:
    for part in members.parts():
        both = part.bits & among.get(part.block, 0)
        if both:
            yield part.numbers[(both & -both).bit_length() - 1]
