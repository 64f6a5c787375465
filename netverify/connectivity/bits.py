"""Sets of small numbers as the bits of an integer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_SHORT = 64


def ones(bits: int) -> Iterator[int]:
    """The numbers in ``bits``, ascending."""
    while bits:
        low = bits & -bits
        yield low.bit_length() - 1
        bits ^= low


def bits_of(numbers: Sequence[int]) -> int:
    """The set of ``numbers``; linear in the largest, however many there are."""
    if len(numbers) <= _SHORT:
        bits = 0
        for number in numbers:
            bits |= 1 << number
        return bits
    octets = bytearray((max(numbers) >> 3) + 1)
    for number in numbers:
        octets[number >> 3] |= 1 << (number & 7)
    return int.from_bytes(octets, "little")
