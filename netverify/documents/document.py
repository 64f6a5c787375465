"""A parsed document: a JSON value with the position of every node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol, TypeAlias

from netverify.diagnostics import Origin
from netverify.records import dataclass

Value: TypeAlias = Any
"""A JSON value as Kubernetes reads it: dict with string keys, list, str, int, float, bool, None."""

FieldPath: TypeAlias = tuple[str | int, ...]
"""Where a node is in a document: ``("spec", "ingress", 0, "from")``."""


class Positions(Protocol):
    """Finds the position of any node of one document."""

    def at(self, path: FieldPath) -> tuple[int, int]:
        """Line and column (from 1) of the value at ``path``; of its nearest existing ancestor if there is none."""
        ...

    def key_at(self, path: FieldPath) -> tuple[int, int]:
        """Line and column of the key that the value at ``path`` stands under (of the value itself in a list)."""
        ...


@dataclass(frozen=True, slots=True)
class Document:
    """One document of one source. ``index`` counts from 0 within the source.

    ``namespace`` is where an overlay puts every namespaced object of it, and what it calls a Namespace, whatever is
    written; None leaves them as written.
    """

    path: str
    index: int
    value: Value
    positions: Positions
    namespace: str | None = None

    def origin(self, path: FieldPath = ()) -> Origin:
        """The place of the value at ``path``."""
        line, column = self.positions.at(path)
        return Origin(self.path, self.index, line, column)

    def key_origin(self, path: FieldPath) -> Origin:
        """The place of the key of the value at ``path``."""
        line, column = self.positions.key_at(path)
        return Origin(self.path, self.index, line, column)


def render_path(path: Sequence[str | int]) -> str:
    """A field path the way the API server writes it: ``spec.ingress[0].from``."""
    text = ""
    for part in path:
        text += f"[{part}]" if isinstance(part, int) else (f".{part}" if text else part)
    return text
