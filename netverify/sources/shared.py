"""What sources gave, for other readings of the same run: equal bytes give the same, whatever they are called."""

from __future__ import annotations

from collections.abc import Hashable
from contextlib import suppress
from typing import TYPE_CHECKING

from netverify.late import late
from netverify.sources.gathered import Gathered
from netverify.sources.gathering import Content, Terms

if TYPE_CHECKING:
    from netverify.sources.cache import forms, packing
else:
    forms, packing = late("netverify.sources.cache", "forms", "packing")


class Shared:
    """What was gathered so far, by all that decides it, each with the path that it came from."""

    def __init__(self) -> None:
        self._gathered: dict[Hashable, tuple[str, Gathered]] = {}

    def find(self, content: Content, digest: str, terms: Terms) -> Gathered | None:
        """What was gathered from bytes with that SHA-256, as if it came from the path of ``content``."""
        known = self._gathered.get(_key(content, digest, terms))
        if known is None or known[0] == content.path:
            return None if known is None else known[1]
        with suppress(forms.NotPackableError, ValueError):
            return packing.unpack(packing.pack(known[1], known[0]), content.path)
        return None

    def keep(self, content: Content, digest: str, terms: Terms, gathered: Gathered) -> None:
        """Remember what ``content`` gave."""
        self._gathered[_key(content, digest, terms)] = content.path, gathered


def _key(content: Content, digest: str, terms: Terms) -> Hashable:
    told = content.namespace, content.home, content.labels, content.follower, content.in_chart
    return digest, told, terms
