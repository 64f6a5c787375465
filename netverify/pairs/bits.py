"""Sets of small numbers as the bits of an integer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

_SHORT = 64
_WORD = 8
"""In bytes."""


def ones(bits: int) -> Iterator[int]:
    """The numbers in ``bits``, ascending; linear in the largest, since it takes them from words of their own."""
    if bits >> _SHORT == 0:
        yield from _ones_of_word(bits)
        return
    octets = bits.to_bytes((bits.bit_length() + 7) >> 3, "little")
    for start in range(0, len(octets), _WORD):
        for one in _ones_of_word(int.from_bytes(octets[start : start + _WORD], "little")):
            yield (start << 3) + one


def _ones_of_word(word: int) -> Iterator[int]:
    while word:
        low = word & -word
        yield low.bit_length() - 1
        word ^= low


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
