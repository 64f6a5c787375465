"""How much of an input is read before it is refused."""

from __future__ import annotations

from typing import Final

from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Limits:
    """Budgets against inputs that are built to exhaust the reader.

    ``nodes`` counts scalars, keys, mappings and sequences of one document; in a ``List`` each entry of ``items`` has
    a budget of its own, so that a dump of a whole cluster loads although it is one document. ``alias_nodes`` counts
    what aliases expand to in one document, entries of ``items`` included, so the size of a value is bounded by the
    bytes it was read from. ``scalar_bytes`` does not apply to objects of irrelevant kinds, whose scalars are not
    kept.
    """

    depth: int = 64
    nodes: int = 200_000
    alias_nodes: int = 200_000
    scalar_bytes: int = 256 * 1024
    file_bytes: int = 64 * 1024 * 1024
    total_bytes: int = 256 * 1024 * 1024
    documents: int = 100_000
    refusals: int = 50


DEFAULT_LIMITS: Final = Limits()
