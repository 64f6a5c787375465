"""Other programs, from start to end: what they print is bounded while it is read, and none outlives the run."""

from __future__ import annotations

import os
import secrets
import selectors
import signal
import subprocess
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import IO, Final

from netverify.documents.limits import DEFAULT_LIMITS
from netverify.interruption import Resource
from netverify.records import dataclass

_BLOCK: Final = 64 * 1024
_SAID_BYTES: Final = 64 * 1024
_BETWEEN_S: Final = 0.05
GRACE_S: Final = 1.0
"""How long what a program printed may take to arrive after its end."""


class UnfinishedError(Exception):
    """A program did not come to its end; the message is what it did, as in `it took longer than 2 seconds`."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How a program ended: ``status`` as :class:`subprocess.Popen` has it, and what it printed.

    ``output`` is whole; of what it complained of, ``said`` is the end.
    """

    status: int
    output: bytes
    said: bytes

    @property
    def ending(self) -> str:
        """What its end was, for a sentence about it."""
        if self.status >= 0:
            return f"failed with exit status {self.status}"
        with suppress(ValueError):
            return f"was ended by the signal {signal.Signals(-self.status).name}"
        return f"was ended by the signal {-self.status}"


_MARK: Final = "NETVERIFY_STARTED"
_PROCESSES: Final = Path("/proc")
_ROUNDS: Final = 20
"""So often it is looked for what was started meanwhile."""


class Process(Resource):
    """A program in a group of its own, which is killed as a whole in the end: what it started ends with it.

    What has left the group (``setsid``, a daemon) is found by a mark in its environment, where the system shows
    environments (Linux), unless it was started with another one on purpose. Its standard input is ``names`` or nothing;
    without a terminal it asks nobody anything. Raises ``OSError`` where it cannot be started, ``ValueError`` for an
    argument that no program can have.
    """

    def __init__(
        self,
        command: Sequence[str],
        environment: Mapping[str, str],
        folder: Path | None = None,
        names: IO[bytes] | None = None,
    ) -> None:
        self._command = command
        self._environment = environment
        self._folder = folder
        self._names = names
        self._mark = secrets.token_hex(16)
        self._process: subprocess.Popen[bytes] | None = None

    def acquire(self) -> None:
        """As :meth:`Resource.acquire`."""
        self._process = subprocess.Popen(  # noqa: S603 - no shell; the program is the user's own
            self._command,
            stdin=subprocess.DEVNULL if self._names is None else self._names,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE if self._names is None else subprocess.DEVNULL,
            cwd=self._folder,
            env={**self._environment, _MARK: self._mark},
            start_new_session=True,
        )

    def release(self) -> None:
        """As :meth:`Resource.release`. The group is killed first: its number is another's, once its leader is gone."""
        if self._process is None:
            return
        self.abandon()
        self._process.wait()
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def abandon(self) -> None:
        """As :meth:`Resource.abandon`."""
        if self._process is None:
            return
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        for _ in range(_ROUNDS):
            if not _killed(f"{_MARK}={self._mark}".encode()):
                return

    @property
    def output(self) -> IO[bytes]:
        """What it prints, to be read as it comes."""
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout

    def finish(self, timeout_s: float, most_bytes: int) -> Finished:
        """Wait for the end. Raises :class:`UnfinishedError` where it takes too long or prints too much."""
        process = self._process
        assert process is not None
        output, said = bytearray(), bytearray()
        until = time.monotonic() + timeout_s
        ended_at: float | None = None
        with selectors.DefaultSelector() as selector:
            for pipe, kept in ((process.stdout, output), (process.stderr, said)):
                assert pipe is not None
                selector.register(pipe, selectors.EVENT_READ, kept)
            while True:
                now = time.monotonic()
                if now > until:
                    raise UnfinishedError(f"took longer than {timeout_s:g} seconds")
                if ended_at is None and _has_ended(process.pid):
                    ended_at = now
                open_pipes = [key.fileobj for key in selector.get_map().values()]
                if ended_at is not None and process.stdout not in open_pipes:
                    break
                if ended_at is not None and now - ended_at > GRACE_S:
                    raise UnfinishedError("left a process behind that may still print: what it printed may not be all")
                if not open_pipes:
                    time.sleep(_BETWEEN_S)
                for key, _ in selector.select(_BETWEEN_S):
                    _take(key, selector)
                del said[:-_SAID_BYTES]
                if len(output) > most_bytes:
                    raise UnfinishedError(f"printed more than the {most_bytes:,} bytes that netverify reads")
        return Finished(process.wait(), bytes(output), bytes(said))


def _take(key: selectors.SelectorKey, selector: selectors.BaseSelector) -> None:
    data = os.read(key.fd, _BLOCK)
    key.data.extend(data)
    if not data:
        selector.unregister(key.fileobj)


def _killed(mark: bytes) -> bool:
    """Kill every process with ``mark`` in its environment; whether there was any. One that has ended shows none."""
    found = False
    with suppress(OSError):
        for folder in _PROCESSES.iterdir():
            with suppress(OSError):
                if folder.name.isdecimal() and mark in (folder / "environ").read_bytes().split(b"\0"):
                    os.kill(int(folder.name), signal.SIGKILL)
                    found = True
    return found


def _has_ended(pid: int) -> bool:
    """Whether the program has, without taking leave of it."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


def finished(
    command: Sequence[str],
    environment: Mapping[str, str],
    timeout_s: float,
    *,
    folder: Path | None = None,
    most_bytes: int = DEFAULT_LIMITS.file_bytes,
) -> Finished:
    """Run ``command`` to its end. Raises :class:`UnfinishedError`, and as :class:`Process` does."""
    with Process(command, environment, folder) as process:
        return process.finish(timeout_s, most_bytes)
