"""Several workers at once: contents go in one by one, what they give comes out in any order."""

from __future__ import annotations

from queue import Queue
from threading import Thread
from types import TracebackType
from typing import Self

from netverify.manifests.gathering import Content, Terms
from netverify.manifests.worker import Worker


class Workers:
    """``count`` processes. Leaving the context ends them all. Raises ``OSError`` where they cannot be started."""

    def __init__(self, count: int, terms: Terms) -> None:
        self._workers: list[Worker] = []
        try:
            for _ in range(count):
                self._workers.append(Worker(terms))
        except OSError:
            self._end()
            raise
        self._tasks: Queue[tuple[int, Content] | None] = Queue(maxsize=count)
        self._answers: Queue[tuple[int, bytes | Exception]] = Queue()
        self._open = 0
        self._threads = [Thread(target=self._run, args=(worker,), daemon=True) for worker in self._workers]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for worker in self._workers:
            worker.kill()
        for _ in self._threads:
            self._tasks.put(None)
        for thread in self._threads:
            thread.join()
        self._end()

    def _end(self) -> None:
        for worker in self._workers:
            worker.kill()
            worker.close()

    def submit(self, number: int, content: Content) -> None:
        """Have ``content`` read; waits while all workers are busy, so that few contents are held."""
        self._open += 1
        self._tasks.put((number, content))

    def answers(self) -> dict[int, bytes]:
        """What each content gave, packed, by its number.

        Raises :class:`~netverify.manifests.worker.WorkerDiedError` if one ended before its time.
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
