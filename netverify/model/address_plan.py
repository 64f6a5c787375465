"""Which elementary intervals still have room for whom.

Existing pods keep their known addresses; a possible pod, or an external client, takes one that is left.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from enum import Enum

from netverify.model.addresses import Address, AddressRange, parse_address, parse_cidr, subtract
from netverify.model.intervals import Intervals
from netverify.records import dataclass


class Holder(Enum):
    """Who takes an address: a pod with one of its own, a node (so a pod on the host network), or somebody outside."""

    POD = "pod"
    NODE = "node"
    EXTERNAL = "external"


NOBODYS = tuple(
    parse_cidr(text)
    for text in (
        "0.0.0.0/8",
        "127.0.0.0/8",
        "224.0.0.0/4",
        "255.255.255.255/32",
        "::/128",
        "::1/128",
        "::ffff:0:0/96",
        "ff00::/8",
    )
)
"""No host has such an address: unspecified, loopback, multicast, broadcast, IPv4-mapped. Source: RFC 6890."""

_NOBODYS = {family: tuple(block for block in NOBODYS if block.family == family) for family in (4, 6)}

_PREFERRED = {
    Holder.POD: tuple(map(parse_address, ("10.244.0.10", "10.244.0.11", "fd00:10:244::10", "fd00:10:244::11"))),
    Holder.NODE: tuple(map(parse_address, ("192.168.0.10", "192.168.0.11", "fd00:192:168::10", "fd00:192:168::11"))),
    Holder.EXTERNAL: tuple(
        map(
            parse_address,
            (
                "198.51.100.10",
                "198.51.100.11",
                "8.8.8.8",
                "8.8.4.4",
                "2001:db8::10",
                "2001:db8::11",
                "2001:4860:4860::8888",
                "2001:4860:4860::8844",
            ),
        ),
    ),
}
"""Addresses that a reader recognises, taken where an interval has them."""


@dataclass(frozen=True, slots=True)
class NodesAt:
    """Where nodes are: the ``addresses`` that are known, and the ``ranges`` in which nobody outside has one."""

    addresses: frozenset[Address] = frozenset()
    ranges: tuple[AddressRange, ...] = ()


NO_NODES = NodesAt()


class AddressPlan:
    """The free addresses of each interval, at most two for each holder; enough to tell whether two ends fit in.

    The address of a node is free for a node and for pods on its host network, who share it: there may be more of these.
    """

    def __init__(
        self,
        intervals: Intervals,
        known: Sequence[Address],
        pod_cidrs: Iterable[AddressRange],
        nodes: NodesAt = NO_NODES,
    ) -> None:
        self.intervals = intervals
        self._known = sorted(known)
        self._pod_cidrs = tuple(sorted(pod_cidrs))
        self._nodes = nodes
        self._free: dict[tuple[Holder, int], tuple[Address, ...]] = {}
        self._roomy: dict[int, bool] = {}

    def free(self, holder: Holder, index: int) -> tuple[Address, ...]:
        """Up to two addresses of interval ``index`` that ``holder`` can take; empty when there is none."""
        if (holder, index) not in self._free:
            self._free[holder, index] = self._find(holder, self.intervals.all[index])
        return self._free[holder, index]

    def with_room(self, holder: Holder) -> list[int]:
        """The intervals in which ``holder`` can take an address."""
        return [i for i in range(len(self.intervals.all)) if self.plainly_roomy(i) or self.free(holder, i)]

    def of_nodes(self, index: int) -> tuple[Address, ...]:
        """The known addresses of nodes in interval ``index``."""
        interval = self.intervals.all[index]
        return tuple(sorted(address for address in self._nodes.addresses if address in interval))

    def is_scarce(self, index: int) -> bool:
        """Whether fewer than two addresses of the interval are left for pods."""
        return len(self.free(Holder.POD, index)) < 2

    def plainly_roomy(self, index: int) -> bool:
        """Whether the interval has room for both ends at a glance; if not, :meth:`free` tells."""
        if index not in self._roomy:
            self._roomy[index] = self._is_plainly_roomy(self.intervals.all[index])
        return self._roomy[index]

    def _is_plainly_roomy(self, interval: AddressRange) -> bool:
        if self._pod_cidrs or self._known or self._nodes.ranges or interval.last - interval.first < 2:
            return False
        return not any(
            block.first <= interval.last and interval.first <= block.last for block in _NOBODYS[interval.family]
        )

    def _find(self, holder: Holder, interval: AddressRange) -> tuple[Address, ...]:
        pieces = [piece for allowed in self._allowed(holder, interval) for piece in subtract(allowed, NOBODYS)]
        found = [
            address
            for address in _PREFERRED[holder]
            if any(address in piece for piece in pieces) and not self._is_known(address)
        ]
        for piece in pieces:
            # The lowest address of a block is usually its network address: take the next one where there is one.
            for value in self._unknown_values(piece):
                address = Address(piece.family, value)
                if address not in found:
                    found.append(address)
                if len(found) >= 2:
                    return tuple(found[:2])
        if holder is Holder.NODE:
            # All of them, since some may be those of the very node at the other end.
            index = self.intervals.index_of(Address(interval.family, interval.first))
            found += [address for address in self.of_nodes(index) if address not in found]
            return tuple(found)
        return tuple(found[:2])

    def _allowed(self, holder: Holder, interval: AddressRange) -> tuple[AddressRange, ...]:
        outside = subtract(interval, self._pod_cidrs) if self._pod_cidrs else (interval,)
        match holder:
            case Holder.POD:
                return subtract(interval, outside) if self._pod_cidrs else outside
            case Holder.NODE:
                return outside
            case Holder.EXTERNAL:
                return tuple(rest for block in outside for rest in subtract(block, self._nodes.ranges))

    def _is_known(self, address: Address) -> bool:
        position = bisect_left(self._known, address)
        return position < len(self._known) and self._known[position] == address

    def _unknown_values(self, piece: AddressRange) -> Iterable[int]:
        start = piece.first + 1 if piece.last > piece.first else piece.first
        value, given = start, 0
        while value <= piece.last and given < 3:
            if not self._is_known(Address(piece.family, value)):
                yield value
                given += 1
            value += 1
        if given < 2 and start != piece.first and not self._is_known(Address(piece.family, piece.first)):
            yield piece.first
