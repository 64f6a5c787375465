"""Inputs made from others: pieces, lines and numbers are taken out, doubled, moved, and put in from elsewhere."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

_PIECES = re.compile(rb"\w+|\s+|[^\w\s]", re.ASCII)
_MOST_BYTES = 16 * 1024


def mutated(data: bytes, dice: random.Random, seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
    """``data`` with one to eight changes."""
    for _ in range(1 << dice.randrange(4)):
        data = dice.choice(_CHANGES)(data, dice, seeds, words)[:_MOST_BYTES]
    return data


Change = Callable[[bytes, random.Random, Sequence[bytes], Sequence[bytes]], bytes]


def _with_pieces(change: Callable[[list[bytes], int, random.Random, Sequence[bytes]], None], by_line: bool) -> Change:
    def changed(data: bytes, dice: random.Random, _seeds: Sequence[bytes], words: Sequence[bytes]) -> bytes:
        pieces = data.splitlines(keepends=True) if by_line else _PIECES.findall(data)
        if pieces:
            change(pieces, dice.randrange(len(pieces)), dice, words)
        return b"".join(pieces)

    return changed


def _taken_out(pieces: list[bytes], at: int, dice: random.Random, _words: Sequence[bytes]) -> None:
    del pieces[at : at + dice.randint(1, 5)]


def _doubled(pieces: list[bytes], at: int, dice: random.Random, _words: Sequence[bytes]) -> None:
    end = at + dice.randint(1, 5)
    pieces[at:at] = pieces[at:end] * dice.choice((1, 1, 1, 2, 2, 20))


def _moved(pieces: list[bytes], at: int, dice: random.Random, _words: Sequence[bytes]) -> None:
    pieces.insert(dice.randrange(len(pieces)), pieces.pop(at))


def _replaced(pieces: list[bytes], at: int, dice: random.Random, words: Sequence[bytes]) -> None:
    pieces[at] = dice.choice(words)


def _put_in(pieces: list[bytes], at: int, dice: random.Random, words: Sequence[bytes]) -> None:
    pieces.insert(at, dice.choice(words) * dice.choice((1, 1, 1, 2, 100)))


def _exchanged(pieces: list[bytes], at: int, dice: random.Random, _words: Sequence[bytes]) -> None:
    other = dice.randrange(len(pieces))
    pieces[at], pieces[other] = pieces[other], pieces[at]


def _flipped(data: bytes, dice: random.Random, _seeds: Sequence[bytes], _words: Sequence[bytes]) -> bytes:
    if not data:
        return bytes([dice.randrange(256)])
    at = dice.randrange(len(data))
    return data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]


def _cut(data: bytes, dice: random.Random, _seeds: Sequence[bytes], _words: Sequence[bytes]) -> bytes:
    at = dice.randint(0, len(data))
    return data[:at] if dice.random() < 0.5 else data[at:]


def _joined(data: bytes, dice: random.Random, seeds: Sequence[bytes], _words: Sequence[bytes]) -> bytes:
    other = dice.choice(seeds)
    start, end = sorted((dice.randint(0, len(other)), dice.randint(0, len(other))))
    at = dice.randint(0, len(data))
    return data[:at] + other[start:end] + data[at:]


def _begun_anew(_data: bytes, dice: random.Random, seeds: Sequence[bytes], _words: Sequence[bytes]) -> bytes:
    return dice.choice(seeds)


_CHANGES: tuple[Change, ...] = (
    *(
        _with_pieces(change, by_line)
        for change in (_taken_out, _doubled, _moved, _replaced, _put_in, _exchanged)
        for by_line in (True, False, False)
    ),
    _flipped,
    _cut,
    _joined,
    _begun_anew,
)
