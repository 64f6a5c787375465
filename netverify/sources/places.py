"""Policies looked up again in their files, for the place of any part of them.

Reading keeps the places of policies and rules alone, since all of them would cost a lot; a finding may ask for more.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import replace
from pathlib import Path

from netverify.diagnostics import Origin
from netverify.documents.characters import checked_text
from netverify.documents.chunks import Chunk, split
from netverify.documents.document import Document, FieldPath, Positions
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.loader import load
from netverify.documents.refusal import Refusal
from netverify.model.network_policy import NetworkPolicy
from netverify.records import dataclass
from netverify.sources.editing import Sheet
from netverify.sources.lists import objects_in
from netverify.sources.reading import UnreadableError, read_regular


@dataclass(frozen=True, slots=True)
class _Lowered:
    """Positions in a text that begins ``lines`` lines below the start of its file."""

    whole: Positions
    lines: int

    def at(self, path: FieldPath) -> tuple[int, int]:
        """As :meth:`Positions.at`."""
        line, column = self.whole.at(path)
        return line + self.lines, column

    def key_at(self, path: FieldPath) -> tuple[int, int]:
        """As :meth:`Positions.key_at`."""
        line, column = self.whole.key_at(path)
        return line + self.lines, column


class Places:
    """Looks policies up in the files that they were read from; each file is read when it is first asked for."""

    def __init__(self) -> None:
        """Nothing is read yet."""
        self._files: dict[str, tuple[bytes, tuple[Chunk, ...]]] = {}
        self._documents: dict[tuple[Origin, str], Document | None] = {}
        self._sheets: dict[tuple[Origin, str], Sheet | None] = {}

    def text(self, policy: NetworkPolicy) -> bytes:
        """The text of the document that holds ``policy``; empty where it is in no file, or is there no more."""
        chunk = self._chunk(policy.origin)
        return chunk.data if chunk else b""

    def document(self, policy: NetworkPolicy) -> Document | None:
        """``policy`` as it is written; None where it is in no file, or another object is in its place by now."""
        key = policy.origin, policy.name
        if key not in self._documents:
            self._documents[key] = self._look_up(policy)
        return self._documents[key]

    def origin(self, policy: NetworkPolicy, path: FieldPath, otherwise: Origin | None = None) -> Origin:
        """The place of the value at ``path`` of ``policy``; where it is in no file, ``otherwise``, or its own."""
        document = self.document(policy)
        return document.origin(path) if document is not None else otherwise or policy.origin

    def sheet(self, policy: NetworkPolicy) -> Sheet | None:
        """The file that holds ``policy``, to edit its document; None where that holds another object as well."""
        key = policy.origin, policy.name
        if key not in self._sheets:
            self._sheets[key] = self._sheet(policy)
        return self._sheets[key]

    def _sheet(self, policy: NetworkPolicy) -> Sheet | None:
        document, number = self.document(policy), self._number(policy.origin)
        if document is None or number is None:
            return None
        data, chunks = self._files[policy.origin.path]
        return Sheet(data, number) if data == checked_text(data) and _holds(chunks[number], document) else None

    def _look_up(self, policy: NetworkPolicy) -> Document | None:
        chunk = self._chunk(policy.origin)
        if chunk is None:
            return None
        for document in load(policy.origin.path, chunk.data).documents:
            for found in objects_in(document):
                placed = replace(
                    found, index=policy.origin.document, positions=_Lowered(found.positions, chunk.first_line)
                )
                if placed.origin() == policy.origin and _is(placed, policy):
                    return placed
        return None

    def _chunk(self, origin: Origin) -> Chunk | None:
        number = self._number(origin)
        return None if number is None else self._files[origin.path][1][number]

    def _number(self, origin: Origin) -> int | None:
        if origin.path not in self._files:
            self._files[origin.path] = _read(origin.path)
        starts = [chunk.first_line for chunk in self._files[origin.path][1]]
        number = bisect_left(starts, origin.line) - 1
        return number if number >= 0 else None


def _read(path: str) -> tuple[bytes, tuple[Chunk, ...]]:
    try:
        data = read_regular(Path(path), DEFAULT_LIMITS.file_bytes)
        checked = checked_text(data)
    except (UnreadableError, Refusal, ValueError):
        return b"", ()
    return data, tuple(chunk for chunk in split(checked) if isinstance(chunk, Chunk))


def _is(document: Document, policy: NetworkPolicy) -> bool:
    value = document.value
    metadata = value.get("metadata") if isinstance(value, dict) else None
    return isinstance(metadata, dict) and value.get("kind") == "NetworkPolicy" and metadata.get("name") == policy.name


def _holds(chunk: Chunk, document: Document) -> bool:
    """Whether ``document`` is all that is in ``chunk``."""
    return [one.value for one in load("", chunk.data).documents] == [document.value]
