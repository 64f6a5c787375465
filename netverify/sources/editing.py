"""Edits of a file that take a part of one document away, or write another value in its place; nothing else changes.

An edit is found by the places of nodes and then checked: the text is read again, and must give exactly the value that
was wanted. Where it does not (a flow style, an anchor, an odd indentation), there is no edit.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import lru_cache

from netverify.diagnostics import Edit
from netverify.documents.chunks import Chunk, split
from netverify.documents.document import FieldPath, Value
from netverify.documents.loader import load
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Sheet:
    """The text of a file, and the one of its documents that is to be edited: number ``number`` of its chunks."""

    data: bytes
    number: int

    @property
    def lines(self) -> list[bytes]:
        """The lines of the file, each with its end."""
        return self.data.splitlines(keepends=True) if b"\r" not in self.data else []

    @property
    def chunks(self) -> list[Chunk]:
        """The documents of the file; none where it cannot be told how they are separated."""
        return _known_chunks(self.data)

    @property
    def values(self) -> list[Value]:
        """What the document reads as; they are shared, and never changed."""
        return _known_values(self.chunks[self.number].data)


def removal(sheet: Sheet) -> Edit | None:
    """The edit that takes the document away, with a separator beside it; all of the file, if it holds no other."""
    chunks, lines = sheet.chunks, sheet.lines
    if not chunks or not lines or len(sheet.values) != 1:
        return None
    chunk = chunks[sheet.number]
    first = chunk.first_line
    last = first + len(chunk.data.splitlines())
    if last < len(lines):
        last += 1
    elif first:
        first -= 1
    edit = Edit(first, last) if len(chunks) > 1 else Edit(0, len(lines))
    others = [one.data for number, one in enumerate(chunks) if number != sheet.number]
    left = [one.data for one in _chunks(edited(sheet.data, [edit]))]
    return edit if [one.rstrip() for one in left] == [one.rstrip() for one in others] else None


def item_removal(sheet: Sheet, path: FieldPath, place: tuple[int, int], key_place: tuple[int, int]) -> Edit | None:
    """The edit that takes away the item at ``path``, which is at ``place``, of a list whose key is at ``key_place``.

    Places are lines and columns of the file, from 1. An only item leaves an empty list.
    """
    lines, (line, column) = sheet.lines, place
    if not lines:
        return None
    start = lines[line - 1][: column - 1]
    dash = len(start) - len(start.lstrip(b" "))
    if start.strip() != b"-":
        return None
    last = line
    for number in range(line, len(lines)):
        text = lines[number].strip()
        indent = len(lines[number]) - len(lines[number].lstrip(b" "))
        if text and not text.startswith(b"#"):
            if indent <= dash:
                break
            last = number + 1
    edit = Edit(line - 1, last)
    if _is_only_item(sheet, path):
        key_line = lines[key_place[0] - 1]
        if key_place[0] != line - 1 or not key_line.rstrip().endswith(b":"):
            return None
        edit = Edit(key_place[0] - 1, last, f"{key_line.rstrip().decode()} []\n")
    return edit if _reads_as(sheet, edit, lambda value: _without(value, path)) else None


def replacement(sheet: Sheet, path: FieldPath, place: tuple[int, int], written: str, wanted: str) -> Edit | None:
    """The edit that writes ``wanted`` for the text ``written`` at ``path``, which is at ``place``."""
    lines, (line, column) = sheet.lines, place
    if not lines:
        return None
    before, after = lines[line - 1][: column - 1], lines[line - 1][column - 1 :]
    for quote in (b"", b'"', b"'"):
        old = quote + written.encode() + quote
        if after.startswith(old):
            text = (before + quote + wanted.encode() + quote + after[len(old) :]).decode()
            edit = Edit(line - 1, line, text)
            return edit if _reads_as(sheet, edit, lambda value: _with(value, path, wanted)) else None
    return None


def edited(data: bytes, edits: Sequence[Edit]) -> bytes:
    """``data`` after ``edits``, none of which touch the same line."""
    lines = data.splitlines(keepends=True)
    for edit in sorted(edits, reverse=True):
        lines[edit.first : edit.last] = [edit.text.encode()] if edit.text else []
    return b"".join(lines)


def _reads_as(sheet: Sheet, edit: Edit, wanted: Callable[[Value], Value]) -> bool:
    """Whether after ``edit`` the document reads as ``wanted`` makes of it, and every other one has its old text."""
    before, after = sheet.chunks, _chunks(edited(sheet.data, [edit]))
    if len(before) != len(after):
        return False
    pairs = enumerate(zip(before, after, strict=True))
    if any(one.data != other.data for number, (one, other) in pairs if number != sheet.number):
        return False
    old, new = sheet.values, _values(after[sheet.number].data)
    return len(old) == 1 and new == [wanted(old[0])]


def _chunks(data: bytes) -> list[Chunk]:
    found = list(split(data))
    chunks = [one for one in found if isinstance(one, Chunk)]
    return chunks if len(chunks) == len(found) else []


def _values(data: bytes) -> list[Value]:
    loaded = load("", data)
    return [] if loaded.diagnostics or loaded.templated else [document.value for document in loaded.documents]


_known_chunks = lru_cache(maxsize=4)(_chunks)
_known_values = lru_cache(maxsize=4)(_values)


def _at(value: Value, path: FieldPath) -> Value:
    for part in path:
        value = value[part]
    return value


def _is_only_item(sheet: Sheet, path: FieldPath) -> bool:
    values = sheet.values
    return bool(values) and len(_at(values[0], path[:-1])) == 1


def _without(value: Value, path: FieldPath) -> Value:
    """A copy of ``value`` without what is at ``path``; what does not change is shared."""
    key, *rest = path
    changed: Value = value.copy()
    if rest:
        changed[key] = _without(value[key], tuple(rest))
    else:
        del changed[key]
    return changed


def _with(value: Value, path: FieldPath, wanted: str) -> Value:
    """A copy of ``value`` with ``wanted`` at ``path``; what does not change is shared."""
    key, *rest = path
    changed: Value = value.copy()
    changed[key] = _with(value[key], tuple(rest), wanted) if rest else wanted
    return changed
