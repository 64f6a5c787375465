"""A folder of entries: written whole or not at all, private, bounded; what is odd is no entry, and nothing raises."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat
import time
from pathlib import Path
from typing import Final

from netverify.records import dataclass
from netverify.sources.scratch import Replacement

_MAGIC: Final = b"netverify reading 1\n"
_DIGEST_BYTES: Final = 32
_WRITABLE_BY_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
_TOUCH_AFTER_S: Final = 3600.0
_LEFT_BEHIND_AFTER_S: Final = 3600.0
_BLOCK: Final = 4096
_LARGEST_ENTRY: Final = 64 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Store:
    """The entries in ``folder``, together no more than ``most_bytes`` after :meth:`prune`; those used last stay."""

    folder: Path
    most_bytes: int = 512 * 1024 * 1024

    def get(self, key: str) -> bytes | None:
        """What was put under ``key``; None unless it is there whole, ours, and not for others to write."""
        try:
            descriptor = os.open(self.folder / key, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
        except (OSError, ValueError):
            return None
        try:
            with os.fdopen(descriptor, "rb") as stream:
                status = os.fstat(descriptor)
                if not stat.S_ISREG(status.st_mode) or not _is_ours(status) or status.st_size > _LARGEST_ENTRY:
                    return None
                data = stream.read(status.st_size + 1)
                if time.time() - status.st_mtime > _TOUCH_AFTER_S:
                    os.utime(descriptor)
        except OSError:
            return None
        return _body(key, data)

    def put(self, key: str, body: bytes) -> bool:
        """Keep ``body`` under ``key``; false where the folder cannot be written or is not ours alone."""
        try:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            if not _is_ours(self.folder.stat()):
                return False
            with Replacement(self.folder / key) as replacement:
                replacement.stream.write(_MAGIC + _digest(key, body) + body)
                replacement.take_place(0o600)
        except (OSError, ValueError):
            return False
        return True

    def prune(self) -> None:
        """Delete entries, those first that were not used for longest, until a quarter of the room is free again.

        Nothing is deleted while all of them fit, but for what interrupted runs left behind.
        """
        entries: list[tuple[float, int, str]] = []
        with contextlib.suppress(OSError), os.scandir(self.folder) as scan:
            for entry in scan:
                with contextlib.suppress(OSError):
                    status = entry.stat(follow_symlinks=False)
                    if not entry.name.startswith("."):
                        entries.append((status.st_mtime, -(-status.st_size // _BLOCK) * _BLOCK, entry.path))
                    elif time.time() - status.st_mtime > _LEFT_BEHIND_AFTER_S:
                        Path(entry.path).unlink()
        total = sum(size for _, size, _ in entries)
        if total <= self.most_bytes:
            return
        for _, size, path in sorted(entries):
            with contextlib.suppress(OSError):
                Path(path).unlink()
            total -= size
            if total <= self.most_bytes * 3 // 4:
                return


def _body(key: str, data: bytes) -> bytes | None:
    """What stands in an entry; None if it was cut off, changed, or made for another key."""
    start = len(_MAGIC) + _DIGEST_BYTES
    body = data[start:]
    if data[: len(_MAGIC)] != _MAGIC or data[len(_MAGIC) : start] != _digest(key, body):
        return None
    return body


def _digest(key: str, body: bytes) -> bytes:
    digest = hashlib.blake2b(key.encode(), digest_size=_DIGEST_BYTES)
    digest.update(body)
    return digest.digest()


def _is_ours(status: os.stat_result) -> bool:
    """Whether nobody but the user, or the superuser, can have written it."""
    return status.st_uid in {os.geteuid(), 0} and not status.st_mode & _WRITABLE_BY_OTHERS
