"""IP addresses and ranges of them, as integers within a family.

IPv4 and IPv6 never overlap: ``0.0.0.0/0`` says nothing about IPv6 (an IPv4-mapped IPv6 address does not reach this
module).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from operator import attrgetter

from netverify.records import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Address:
    """One address: ``family`` is 4 or 6, ``value`` its bits as an unsigned integer."""

    family: int
    value: int

    def __str__(self) -> str:
        return _text(self.family, self.value)


@dataclass(frozen=True, slots=True, order=True)
class AddressRange:
    """All addresses of ``family`` from ``first`` to ``last``, both included; never empty."""

    family: int
    first: int
    last: int

    def __contains__(self, address: Address) -> bool:
        return address.family == self.family and self.first <= address.value <= self.last

    def __str__(self) -> str:
        low = _text(self.family, self.first)
        return low if self.first == self.last else f"{low}-{_text(self.family, self.last)}"


def _text(family: int, value: int) -> str:
    if family == 6:
        return str(ipaddress.IPv6Address(value))
    return f"{value >> 24}.{value >> 16 & 255}.{value >> 8 & 255}.{value & 255}"


EVERY_IPV4 = AddressRange(4, 0, 2**32 - 1)
EVERY_IPV6 = AddressRange(6, 0, 2**128 - 1)
_WIDTH = {4: 32, 6: 128}


def parse_address(text: str) -> Address:
    """The address that ``text`` spells. Raises ``ValueError`` when it is none."""
    parsed = ipaddress.ip_address(text)
    return Address(parsed.version, int(parsed))


def parse_cidr(text: str) -> AddressRange:
    """The range of a CIDR; host bits are masked away. Raises ``ValueError`` when ``text`` is not a CIDR."""
    parsed = ipaddress.ip_network(text, strict=False)
    return AddressRange(parsed.version, int(parsed.network_address), int(parsed.broadcast_address))


def in_order(ranges: Iterable[AddressRange]) -> list[AddressRange]:
    """``ranges``, sorted; by what they hold, as comparing them with each other would take far longer."""
    return sorted(ranges, key=attrgetter("family", "first", "last"))


def subtract(block: AddressRange, holes: tuple[AddressRange, ...]) -> tuple[AddressRange, ...]:
    """``block`` without ``holes``: sorted, disjoint ranges; empty when the holes cover it."""
    rest: list[AddressRange] = []
    start = block.first
    for hole in in_order(hole for hole in holes if hole.family == block.family):
        if hole.last < start or hole.first > block.last:
            continue
        if hole.first > start:
            rest.append(AddressRange(block.family, start, hole.first - 1))
        start = hole.last + 1
    if start <= block.last:
        rest.append(AddressRange(block.family, start, block.last))
    return tuple(rest)


def cidrs(block: AddressRange) -> tuple[str, ...]:
    """The fewest CIDRs that together are ``block``."""
    found: list[str] = []
    first = block.first
    while first <= block.last:
        # The longest block that begins here: as long as the address is a multiple of, and no longer than what is left.
        left = (block.last - first + 1).bit_length() - 1
        bits = min(left, (first & -first).bit_length() - 1) if first else left
        found.append(f"{_text(block.family, first)}/{_WIDTH[block.family] - bits}")
        first += 1 << bits
    return tuple(found)


def is_cidr(block: AddressRange) -> bool:
    """Whether one CIDR is ``block``."""
    length = block.last - block.first + 1
    return length & (length - 1) == 0 and block.first % length == 0


def alone(address: Address) -> AddressRange:
    """The range of ``address`` and no other."""
    return AddressRange(address.family, address.value, address.value)


def overlap(ours: tuple[AddressRange, ...], theirs: tuple[AddressRange, ...]) -> tuple[AddressRange, ...]:
    """The addresses in both: sorted, disjoint ranges."""
    both = (
        AddressRange(one.family, max(one.first, other.first), min(one.last, other.last))
        for one in ours
        for other in theirs
        if one.family == other.family and one.first <= other.last and other.first <= one.last
    )
    return joined(both)


def joined(ranges: Iterable[AddressRange]) -> tuple[AddressRange, ...]:
    """All addresses of ``ranges``: sorted, disjoint, and no two of them neighbours."""
    found: list[AddressRange] = []
    for one in in_order(ranges):
        last = found[-1] if found else None
        if last is not None and last.family == one.family and one.first <= last.last + 1:
            found[-1] = AddressRange(one.family, last.first, max(last.last, one.last))
        else:
            found.append(one)
    return tuple(found)


def size(ranges: Iterable[AddressRange]) -> int:
    """How many addresses there are in ``ranges``."""
    return sum(one.last - one.first + 1 for one in joined(ranges))


def within(ours: tuple[AddressRange, ...], theirs: tuple[AddressRange, ...]) -> bool:
    """Whether each of our addresses is one of ``theirs``."""
    return not any(subtract(block, theirs) for block in ours)
