"""Several workers at once: contents go in one by one, what they give comes out in any order."""

from __future__ import annotations

import json
import os
import signal
import sys
from contextlib import suppress
from dataclasses import asdict, replace
from pathlib import Path
from queue import Queue
from subprocess import DEVNULL, PIPE, Popen
from threading import Thread
from typing import IO, Any

from netverify.documents.limits import Limits
from netverify.interruption import Resource
from netverify.sources.cache.packing import pack
from netverify.sources.gathering import Content, Terms, gather

# A process that reads sources for another one: contents come in on standard input, what they give goes out packed.
# A message is a line of JSON with the number of bytes that follow, and these bytes.

_START = """\
import gc, sys
sys.path[:] = {path!r}
gc.disable()
from netverify.sources.workers import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""


class WorkerDiedError(RuntimeError):
    """A worker ended before it answered."""


class Worker:
    """One such process, as its owner sees it. Not for two threads at once."""

    def __init__(self, terms: Terms) -> None:
        program = _START.format(path=search_path())
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
            send(self._process.stdin, [asdict(replace(content, data=b"")) | {"data": ""}, self._terms], content.data)
            _, packed = receive(self._process.stdout)
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
            (content, fields), data = receive(requests)
        except EOFError:
            return
        terms = Terms(**(fields | {"limits": Limits(**fields["limits"])}))
        asked = Content(**(content | {"data": data, "labels": tuple(map(tuple, content["labels"]))}))
        send(answers, None, pack(gather(asked, terms), asked.path))


def send(stream: IO[bytes], head: object, data: bytes) -> None:
    """Write a message."""
    stream.write(json.dumps([head, len(data)]).encode("ascii") + b"\n")
    stream.write(data)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[Any, bytes]:
    """The next message. Raises ``EOFError`` where there is none, or only a part of one."""
    line = stream.readline()
    if not line:
        raise EOFError
    head, size = json.loads(line)
    data = stream.read(size)
    if len(data) < size:
        raise EOFError
    return head, data


def search_path() -> list[str]:
    """Where this process finds modules, so that a worker finds the same ones, wherever it starts."""
    return [entry or str(Path.cwd()) for entry in sys.path]


class Workers(Resource):
    """``count`` processes, while in their context. Raises ``OSError`` where they cannot be started."""

    def __init__(self, count: int, terms: Terms) -> None:
        self._count = count
        self._terms = terms
        self._workers: list[Worker] = []
        self._tasks: Queue[tuple[int, Content] | None] = Queue(maxsize=count)
        self._answers: Queue[tuple[int, bytes | Exception]] = Queue()
        self._open = 0
        self._threads: list[Thread] = []

    def acquire(self) -> None:
        """As :meth:`Resource.acquire`."""
        for _ in range(self._count):
            self._workers.append(Worker(self._terms))
        for worker in self._workers:
            thread = Thread(target=self._run, args=(worker,), daemon=True)
            thread.start()
            self._threads.append(thread)

    def release(self) -> None:
        """As :meth:`Resource.release`: all processes end, whatever they do."""
        for worker in self._workers:
            worker.kill()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        for worker in self._workers:
            worker.close()

    def submit(self, number: int, content: Content) -> None:
        """Have ``content`` read; waits while all workers are busy, so that few contents are held."""
        self._open += 1
        self._tasks.put((number, content))

    def answers(self) -> dict[int, bytes]:
        """What each content gave, packed, by its number.

        Raises :class:`~netverify.sources.workers.WorkerDiedError` if one ended before its time.
        """
        found = {}
        while self._open:
            number, answer = self._answers.get()
            if isinstance(answer, Exception):
                raise answer
            found[number] = answer
            self._open -= 1
        return found

    def _run(self, worker: Worker) -> None:
        while (task := self._tasks.get()) is not None:
            number, content = task
            try:
                self._answers.put((number, worker.ask(content)))
            except Exception as error:  # noqa: BLE001 whatever it is, someone waits for an answer
                self._answers.put((number, error))
