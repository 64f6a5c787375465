"""Temporary folders and files that are not whole yet: gone afterwards, also when a signal ends the run."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from netverify.interruption import Resource
from netverify.late import late

if TYPE_CHECKING:
    import tempfile
else:
    (tempfile,) = late("", "tempfile")


class Scratch(Resource):
    """A private folder at ``path``, links resolved. Raises ``OSError`` that says where none can be made."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    @property
    def path(self) -> Path:
        """The folder, while it is there."""
        assert self._folder is not None
        return Path(self._folder.name).resolve()

    def acquire(self) -> None:
        """As :meth:`Resource.acquire`."""
        # What a program left there with odd permissions must not keep the run from its answer.
        self._folder = tempfile.TemporaryDirectory(prefix="netverify-", ignore_cleanup_errors=True)

    def release(self) -> None:
        """As :meth:`Resource.release`."""
        if self._folder is not None:
            self._folder.cleanup()


class Replacement(Resource):
    """A private file beside ``target`` that takes its place once it is whole, and is gone otherwise.

    Raises ``OSError``.
    """

    def __init__(self, target: Path) -> None:
        self._target = target
        self._temporary: Path | None = None
        self._stream: IO[bytes] | None = None

    @property
    def stream(self) -> IO[bytes]:
        """What is to be in it is written here."""
        assert self._stream is not None
        return self._stream

    def acquire(self) -> None:
        """As :meth:`Resource.acquire`."""
        prefix = f".{self._target.name[:_LONGEST_PREFIX]}."
        descriptor, name = tempfile.mkstemp(dir=self._target.parent, prefix=prefix)
        self._temporary = Path(name)
        self._stream = os.fdopen(descriptor, "wb")

    def take_place(self, mode: int) -> None:
        """Become ``target``, with the permissions ``mode``."""
        assert self._temporary is not None
        self.stream.close()
        self._temporary.chmod(mode)
        self._temporary.replace(self._target)

    def release(self) -> None:
        """As :meth:`Resource.release`; where it has taken its place, nothing is left of it."""
        if self._stream is not None:
            with suppress(OSError):  # what is still to be written there is of no use
                self._stream.close()
        if self._temporary is not None:
            self._temporary.unlink(missing_ok=True)


_LONGEST_PREFIX: Final = 40
"""Of the name of a file, so that the one beside it has no name that is too long."""


def no_room(error: OSError) -> str:
    """Why ``error`` keeps something from being written to a temporary folder, with the place of all of them."""
    reason = (error.strerror or "unknown reason").lower()
    return reason if reason.startswith("no usable temporary directory") else f"{reason} in `{tempfile.gettempdir()}`"


HOW_TO_GET_ROOM = "make room there, or name another folder with the environment variable `TMPDIR`"
