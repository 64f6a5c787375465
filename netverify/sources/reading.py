"""Bytes of one regular file, never more than asked for, and never waiting for a pipe."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.sources.tree import kind_of


class UnreadableError(Exception):
    """A file is not read; ``code`` is that of the diagnostic."""

    def __init__(self, code: str, message: str, advice: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.advice = advice

    def diagnostic(self, shown: str) -> Diagnostic:
        """The error about the file that the user calls ``shown``."""
        return Diagnostic(self.code, Severity.ERROR, self.message, Origin(shown), self.advice)


def read_regular(file: Path, limit: int) -> bytes:
    """The bytes of ``file``.

    Raises ``UnreadableError``: NV132 if it is no regular file, NV119 if it has more than ``limit`` bytes, NV133 if the
    system refuses.
    """
    try:
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        with os.fdopen(descriptor, "rb") as stream:
            status = os.fstat(descriptor)
            if not stat.S_ISREG(status.st_mode):
                raise not_regular(kind_of(status.st_mode) or "a folder")
            if status.st_size > limit:
                raise too_large(status.st_size, limit)
            data = stream.read(status.st_size + 1)
            if len(data) > status.st_size:
                data += stream.read(limit + 1 - len(data))
    except OSError as error:
        raise unreadable(error) from None
    if len(data) > limit:
        raise too_large(len(data), limit)
    return data


def not_regular(kind: str) -> UnreadableError:
    """The path is a pipe, a device or the like."""
    return UnreadableError("NV132", f"{kind}, not a file", "give a file or a folder; pipe text in with `-f -`")


def too_large(size: int, limit: int) -> UnreadableError:
    """The file, or all files together, have more bytes than are read."""
    return UnreadableError(
        "NV119",
        f"{size:,} bytes are more than the {limit:,} that netverify reads",
        "split the input, or leave out what holds no manifests",
    )


def unreadable(error: OSError) -> UnreadableError:
    """The system refuses to read the path."""
    return UnreadableError(
        "NV133", f"cannot be read: {(error.strerror or 'unknown reason').lower()}", "check its permissions"
    )
