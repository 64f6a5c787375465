"""Temporary folders: gone afterwards, also when a signal ends the run."""

from __future__ import annotations

import tempfile
from pathlib import Path

from netverify.interruption import Resource


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


def no_room(error: OSError) -> str:
    """Why ``error`` keeps something from being written to a temporary folder, with the place of all of them."""
    reason = (error.strerror or "unknown reason").lower()
    return reason if reason.startswith("no usable temporary directory") else f"{reason} in `{tempfile.gettempdir()}`"


HOW_TO_GET_ROOM = "make room there, or name another folder with the environment variable `TMPDIR`"
