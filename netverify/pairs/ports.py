"""Port atoms: the ranges of ports, of one protocol each, that nothing tells apart; sets of them are bits."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping

from netverify.model.traffic import MAX_PORT, MIN_PORT, PortSet, Protocol, port_set


class PortAtoms:
    """The atoms between the edges in ``cuts``; ``cuts`` are first ports of ranges, and may be beyond the last port."""

    def __init__(self, cuts: Iterable[int]) -> None:
        self._starts = sorted({MIN_PORT, *(cut for cut in cuts if MIN_PORT <= cut <= MAX_PORT)})
        self._ends = [*(start - 1 for start in self._starts[1:]), MAX_PORT]
        self._width = len(self._starts)
        self.count = self._width * len(Protocol)
        self._shifts = {protocol: self._width * number for number, protocol in enumerate(Protocol)}
        self._bits: dict[tuple[Protocol, PortSet], int] = {}
        self._sets: dict[int, Mapping[Protocol, PortSet]] = {}

    def bits(self, protocol: Protocol, ports: PortSet) -> int:
        """``ports`` of ``protocol``, whose edges must be among the cuts."""
        found = self._bits.get((protocol, ports))
        if found is None:
            found = 0
            for first, last in ports.ranges:
                low, high = bisect_left(self._starts, first), bisect_left(self._starts, last + 1)
                found |= (1 << high) - (1 << low)
            found = self._bits[protocol, ports] = found << self._shifts[protocol]
        return found

    def number(self, protocol: Protocol, port: int) -> int:
        """One port of ``protocol``, an atom of its own."""
        return self.bits(protocol, PortSet(((port, port),)))

    def sets(self, bits: int) -> Mapping[Protocol, PortSet]:
        """What ``bits`` stand for, by protocol; protocols without ports are missing."""
        found = self._sets.get(bits)
        if found is None:
            found = self._sets[bits] = {
                protocol: ports for protocol in Protocol if (ports := self._ports(bits >> self._shifts[protocol]))
            }
        return found

    def _ports(self, bits: int) -> PortSet:
        atoms = [number for number in range(self._width) if bits >> number & 1]
        return port_set(*((self._starts[atom], self._ends[atom]) for atom in atoms))
