"""Which namespace the endpoints of a map are in, for sets of them at the cost of one endpoint where that can be."""

from __future__ import annotations

from collections.abc import Sequence

from netverify.pairs.outcome import MapEndpoint, Members


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
        self._masks: dict[int, tuple[tuple[int, int], ...]] = {}

    def parts(self, members: Members) -> tuple[tuple[int, Members], ...]:
        """The places of ``members`` with those of them that are there; never empty for members that are not."""
        masks = self._masks.get(members.block)
        if masks is None:
            masks = self._masks[members.block] = self._masks_of(members.numbers)
        if len(masks) == 1:
            return ((masks[0][0], members),)
        return tuple(
            (place, Members(members.block, members.numbers, bits))
            for place, mask in masks
            if (bits := members.bits & mask)
        )

    def _masks_of(self, numbers: tuple[int, ...]) -> tuple[tuple[int, int], ...]:
        """The bits of a block by place."""
        masks: dict[int, int] = {}
        for bit, number in enumerate(numbers):
            if number >= 0:
                masks[self.of[number]] = masks.get(self.of[number], 0) | 1 << bit
        return tuple(sorted(masks.items()))


class Union:
    """A growing set of endpoints, joined block by block."""

    def __init__(self) -> None:
        self._blocks: dict[int, Members] = {}

    def __contains__(self, members: Members) -> bool:
        """Whether it has all of ``members``."""
        known = self._blocks.get(members.block)
        return known is not None and not members.bits & ~known.bits

    def add(self, members: Members) -> None:
        """Adds ``members``."""
        known = self._blocks.get(members.block)
        if known is None:
            self._blocks[members.block] = members
        else:
            self._blocks[members.block] = Members(members.block, members.numbers, members.bits | known.bits)

    def numbers(self) -> set[int]:
        """The numbers of the endpoints in it."""
        return {number for members in self._blocks.values() for number in members}
