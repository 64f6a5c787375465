"""The cache as the reading of sources sees it: what was gathered from a content before, if the same would come out."""

from __future__ import annotations

import hashlib

from netverify.sources.cache.fingerprint import fingerprint
from netverify.sources.cache.packing import unpack
from netverify.sources.cache.store import Store
from netverify.sources.gathered import Gathered
from netverify.sources.gathering import Content, Terms


class Readings:
    """What was gathered under ``terms`` before, by the program that was ``loaded`` at that time.

    Raises ``OSError`` as :func:`~netverify.sources.cache.fingerprint.fingerprint` does.
    """

    def __init__(self, store: Store, terms: Terms, loaded: float) -> None:
        self._store = store
        self._is_writable = True
        self._has_written = False
        self._terms = hashlib.blake2b(fingerprint(loaded), digest_size=32)
        self._terms.update(repr(terms).encode())

    def key_of(self, content: Content) -> str:
        """What ``content`` is kept under."""
        digest = self._terms.copy()
        told = (content.namespace, content.home, content.labels, content.follower, content.in_chart)
        digest.update(repr(told).encode())
        digest.update(content.data)
        return digest.hexdigest()

    def find(self, key: str, path: str) -> Gathered | None:
        """What was kept under ``key``, as if it came from ``path``."""
        packed = self._store.get(key)
        if packed is None:
            return None
        try:
            return unpack(packed, path)
        except ValueError:
            return None

    def keep(self, key: str, packed: bytes) -> None:
        """Remember what a content gave, packed; after one failure nothing further is kept."""
        if self._is_writable:
            self._is_writable = self._store.put(key, packed)
            self._has_written |= self._is_writable

    def close(self) -> None:
        """Make room, if anything was added."""
        if self._has_written:
            self._store.prune()
