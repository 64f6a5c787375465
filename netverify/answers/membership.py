"""Which namespace the endpoints of a map are in, for sets of them at the cost of one endpoint where that can be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from netverify.connectivity.outcome import MapEndpoint, Members


@dataclass(frozen=True, slots=True)
class _Block:
    """The bits of one block by place. It is known by the id of ``numbers``, which it keeps alive."""

    numbers: tuple[int, ...]
    masks: tuple[tuple[int, int], ...]


class Membership:
    """The places of endpoints: ``names`` are the namespaces in order, and the place after the last is outside.

    ``of`` gives the place of each endpoint, ``sizes`` how many endpoints a place has.
    """

    def __init__(self, endpoints: Sequence[MapEndpoint]) -> None:
        spaces = [endpoint.workload.namespace if endpoint.workload else None for endpoint in endpoints]
        self.names: tuple[str, ...] = tuple(sorted({name for name in spaces if name is not None}))
        self.outside = len(self.names)
        numbered = {name: number for number, name in enumerate(self.names)}
        self.of = [self.outside if name is None else numbered[name] for name in spaces]
        self.sizes = [0] * (self.outside + 1)
        for place in self.of:
            self.sizes[place] += 1
        self._blocks: dict[int, _Block] = {}

    def parts(self, members: Members) -> tuple[tuple[int, int], ...]:
        """The places of ``members`` with the bits of those that are there; never empty for members that are not."""
        masks = self._block(members.numbers).masks
        if len(masks) == 1:
            return ((masks[0][0], members.bits),)
        return tuple((place, members.bits & mask) for place, mask in masks if members.bits & mask)

    def _block(self, numbers: tuple[int, ...]) -> _Block:
        known = self._blocks.get(id(numbers))
        if known is None:
            masks: dict[int, int] = {}
            for bit, number in enumerate(numbers):
                place = self.of[number]
                masks[place] = masks.get(place, 0) | 1 << bit
            known = self._blocks[id(numbers)] = _Block(numbers, tuple(sorted(masks.items())))
        return known


class Union:
    """A growing set of endpoints, joined block by block."""

    def __init__(self) -> None:
        self._blocks: dict[int, tuple[tuple[int, ...], int]] = {}

    def add(self, numbers: tuple[int, ...], bits: int) -> None:
        """Adds those of ``bits`` in the block of ``numbers``."""
        known = self._blocks.get(id(numbers))
        self._blocks[id(numbers)] = (numbers, bits if known is None else known[1] | bits)

    def numbers(self) -> set[int]:
        """The numbers of the endpoints in it."""
        return {number for numbers, bits in self._blocks.values() for number in Members(numbers, bits)}
