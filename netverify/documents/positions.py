"""Where each node of a document was read: one number per node while loading, lines and columns only when asked for."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Callable, Iterator
from itertools import accumulate
from typing import TypeAlias

from netverify.documents.document import FieldPath, Value
from netverify.documents.refusal import Mark

Offsets: TypeAlias = "array[int]"
"""Of every key and value, in the order of the text, how many characters of the chunk come before it."""

_SHORT = 1 << 15
"""Below so many bytes, one byte for each character, a place is found faster than the starts of all lines."""


class NodePositions:
    """The positions of one document; implements ``Positions``.

    ``offsets`` has one entry per key and value of ``value`` in the order of the text, which is the order of ``value``
    itself: ``value`` must not be changed after loading. ``first_line`` is the line of the file that the chunk starts
    in, from 0.
    """

    __slots__ = (
        "_children",
        "_chunk",
        "_first_line",
        "_line_starts",
        "_offsets",
        "_read_offsets",
        "_short",
        "_value",
    )

    def __init__(self, value: Value, chunk: bytes, first_line: int, read_offsets: Callable[[], Offsets]) -> None:
        self._value = value
        self._chunk = chunk
        self._first_line = first_line
        self._read_offsets = read_offsets
        self._offsets: Offsets | None = None
        self._line_starts: list[int] | None = None
        self._children: dict[int, tuple[list[int], Iterator[Value]]] = {}
        self._short = len(chunk) < _SHORT and chunk.isascii()

    def at(self, path: FieldPath) -> tuple[int, int]:
        """Line and column of the value at ``path``, of its nearest existing ancestor if there is none."""
        return self._place(self._walk(path)[1] if path else 0)

    def key_at(self, path: FieldPath) -> tuple[int, int]:
        """Line and column of the key that the value at ``path`` stands under; of the value itself in a list."""
        return self._place(self._walk(path)[0])

    def _walk(self, path: FieldPath) -> tuple[int, int]:
        """The numbers of the nodes that are the key and the value at ``path``."""
        key, node, value = 0, 0, self._value
        for part in path:
            if value.__class__ is dict and part in value:
                node = self._start(node, value, list(value).index(part))
                key = node - 1
            elif value.__class__ is list and isinstance(part, int) and 0 <= part < len(value):
                key = node = self._start(node, value, part)
            else:
                break
            value = value[part]
        return key, node

    def _start(self, node: int, container: Value, ordinal: int) -> int:
        """The number of the node that is the value with ``ordinal`` in ``container``, which is node number ``node``.

        What comes after it is not counted.
        """
        key = 1 if isinstance(container, dict) else 0
        if (known := self._children.get(node)) is None:
            known = self._children[node] = ([node + 1 + key], _values(container))
        starts, rest = known
        while len(starts) <= ordinal:
            starts.append(starts[-1] + count_nodes(next(rest)) + key)
        return starts[ordinal]

    def _place(self, node: int) -> tuple[int, int]:
        if self._offsets is None:
            self._offsets = self._read_offsets()
        offset = self._offsets[node]
        if self._short:
            line = self._chunk.count(b"\n", 0, offset)
            return self._first_line + line + 1, offset - self._chunk.rfind(b"\n", 0, offset)
        if self._line_starts is None:
            self._line_starts = _line_starts(self._chunk)
        line = bisect_right(self._line_starts, offset) - 1
        return self._first_line + line + 1, offset - self._line_starts[line] + 1


def count_nodes(value: Value) -> int:
    """How many keys and values ``value`` consists of, itself included."""
    count, children = 1, value
    if value.__class__ is dict:
        count, children = 1 + len(value), value.values()
    elif value.__class__ is not list:
        return 1
    for child in children:
        count += count_nodes(child) if child.__class__ is dict or child.__class__ is list else 1
    return count


def _values(container: Value) -> Iterator[Value]:
    return iter(container.values() if isinstance(container, dict) else container)


def _line_starts(chunk: bytes) -> list[int]:
    """How many characters come before each line."""
    lengths = (len(line) + 1 for line in chunk.decode("utf-8").split("\n"))
    return list(accumulate(lengths, initial=0))


def node_of_key(mapping: dict[str, Value], first_node: int, key: str) -> int:
    """The number of the node that is ``key`` itself in ``mapping``, which is node number ``first_node``."""
    node = first_node + 1
    for name, value in mapping.items():
        if name == key:
            break
        node += 1 + count_nodes(value)
    return node


def mark_of_offset(chunk: bytes, offset: int) -> Mark:
    """The place in ``chunk`` that ``offset`` characters come before."""
    before = chunk.decode("utf-8")[:offset]
    return Mark(before.count("\n"), offset - before.rfind("\n") - 1)
