"""Elementary intervals: the addresses that a set of ranges does not tell apart."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable

from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, Address, AddressRange


class Intervals:
    """The elementary intervals of a set of ranges: maximal runs of addresses that no range tells apart.

    They are numbered from 0, IPv4 before IPv6, and cover both families.
    """

    def __init__(self, ranges: Iterable[AddressRange]) -> None:
        cuts: dict[int, set[int]] = {4: {0}, 6: {0}}
        for block in ranges:
            cuts[block.family].update((block.first, block.last + 1))
        self._starts = {
            family: sorted(cut for cut in cuts[family] if cut <= whole.last)
            for family, whole in ((4, EVERY_IPV4), (6, EVERY_IPV6))
        }
        self.all = tuple(
            AddressRange(family, start, end)
            for family, whole in ((4, EVERY_IPV4), (6, EVERY_IPV6))
            for start, end in zip(
                self._starts[family],
                [*(start - 1 for start in self._starts[family][1:]), whole.last],
                strict=True,
            )
        )
        self.ipv4_count = len(self._starts[4])

    def index_of(self, address: Address) -> int:
        """The interval that holds ``address``."""
        within = bisect_right(self._starts[address.family], address.value) - 1
        return within if address.family == 4 else self.ipv4_count + within

    def covered_by(self, ranges: Iterable[AddressRange]) -> list[int]:
        """The intervals inside ``ranges``, which must be among those that the intervals were made from."""
        found: list[int] = []
        for block in ranges:
            first = self.index_of(Address(block.family, block.first))
            last = self.index_of(Address(block.family, block.last))
            found.extend(range(first, last + 1))
        return found

    def bits_of(self, ranges: Iterable[AddressRange]) -> int:
        """The same as the bits of one number: bit ``i`` for interval ``i``; linear, but for sorting."""
        runs = sorted(
            (self.index_of(Address(block.family, block.first)), self.index_of(Address(block.family, block.last)))
            for block in ranges
        )
        text: list[str] = []
        end = 0
        for first, last in runs:
            text.append("0" * (first - end))
            text.append("1" * (last + 1 - max(first, end)))
            end = max(end, last + 1)
        # A number in base 2 is read in linear time.
        return int("".join(text)[::-1] or "0", 2)
