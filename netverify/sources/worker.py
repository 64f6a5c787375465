"""A process that reads sources for another one: contents come in on standard input, what they give goes out packed.

A message is a line of JSON with the number of bytes that follow, and these bytes.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from subprocess import DEVNULL, PIPE, Popen
from typing import IO, Any

from netverify.documents.limits import Limits
from netverify.sources.cache.packing import pack
from netverify.sources.gathering import Content, Terms, gather

_START = """\
import gc, sys
sys.path[:] = {path!r}
gc.disable()
from netverify.sources.worker import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""


class WorkerDiedError(RuntimeError):
    """A worker ended before it answered."""


class Worker:
    """One such process, as its owner sees it. Not for two threads at once."""

    def __init__(self, terms: Terms) -> None:
        program = _START.format(path=_search_path())
        command = [sys.executable, "-P", "-c", program]
        errors = None if os.environ.get("NETVERIFY_DEBUG") else DEVNULL
        # In a group of its own: an interrupt of the terminal is for its owner alone, who then ends it.
        self._process = Popen(command, stdin=PIPE, stdout=PIPE, stderr=errors, process_group=0)  # noqa: S603 this very program
        self._terms = asdict(terms)

    def ask(self, content: Content) -> bytes:
        """What ``content`` gives, packed. Raises :class:`WorkerDiedError`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            _send(self._process.stdin, [asdict(replace(content, data=b"")) | {"data": ""}, self._terms], content.data)
            _, packed = _receive(self._process.stdout)
        except (OSError, ValueError, EOFError) as error:
            raise WorkerDiedError("a process that reads manifests ended early") from error
        return packed

    def kill(self) -> None:
        """End the process, whatever it does; who waits for its answer gets none."""
        self._process.kill()

    def close(self) -> None:
        """Wait for the end of a process that was killed."""
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Answer until there are no more requests; an interrupt ends the process without a word."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    while True:
        try:
            (content, fields), data = _receive(requests)
        except EOFError:
            return
        terms = Terms(**(fields | {"limits": Limits(**fields["limits"])}))
        asked = Content(**(content | {"data": data, "labels": tuple(map(tuple, content["labels"]))}))
        _send(answers, None, pack(gather(asked, terms), asked.path))


def _send(stream: IO[bytes], head: object, data: bytes) -> None:
    stream.write(json.dumps([head, len(data)]).encode("ascii") + b"\n")
    stream.write(data)
    stream.flush()


def _receive(stream: IO[bytes]) -> tuple[Any, bytes]:
    """The next message. Raises ``EOFError`` where there is none, or only a part of one."""
    line = stream.readline()
    if not line:
        raise EOFError
    head, size = json.loads(line)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return head, data


def _search_path() -> list[str]:
    """Where this process finds modules, so that a worker finds the same ones, wherever it starts."""
    return [entry or str(Path.cwd()) for entry in sys.path]
