"""The cache as the reading of sources sees it: what was gathered from a content before, if the same would come out."""

from __future__ import annotations

import hashlib
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from netverify.documents.plain_lines import COMPILED
from netverify.sources.cache.packing import unpack
from netverify.sources.cache.store import Store
from netverify.sources.gathered import Gathered
from netverify.sources.gathering import Content, Terms

_ROOT = Path(__file__).resolve().parents[2]
_PARTS = (
    "diagnostics.py",
    "documents",
    "interruption.py",
    "kinds",
    "late.py",
    "model",
    "patterns.py",
    "query",
    "records.py",
    "sources",
    "visible.py",
)
"""What sources are read with; facts do not depend on the rest of the package."""


WHOLE: Final = ("",)
"""The whole package, where facts depend on all of it."""


def fingerprint(loaded: float, parts: Iterable[str] = _PARTS) -> bytes:
    """Changes with every change to ``parts`` of the package, to what is compiled, Python and the YAML library.

    Raises ``OSError`` where nothing tells which program this is: the text of the modules is not there, or is not what
    was ``loaded``, in seconds since the epoch, because it was changed afterwards.
    """
    import yaml  # noqa: PLC0415 small runs keep nothing and need none
    from yaml._yaml import get_version_string  # noqa: PLC0415 as above

    versions = (
        *(sys.version, sys.get_int_max_str_digits(), yaml.__version__, get_version_string()),
        COMPILED is not None,
    )
    digest = hashlib.blake2b(repr(versions).encode())
    modules = [path for part in parts for path in _modules(_ROOT / part)]
    for path in modules:
        if path.stat().st_ctime >= loaded:
            raise FileNotFoundError(path)
        text = path.read_bytes()
        digest.update(repr((path.relative_to(_ROOT).as_posix(), len(text))).encode())
        digest.update(text)
    return digest.digest()


def _modules(path: Path) -> list[Path]:
    found = sorted((*path.rglob("*.py"), *path.rglob("*.so"))) if path.is_dir() else [path]
    if not found:
        raise FileNotFoundError(path)
    return found


class Readings:
    """What was gathered under ``terms`` before, by the program that was ``loaded`` at that time.

    Raises ``OSError`` as :func:`~netverify.sources.cache.readings.fingerprint` does.
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
