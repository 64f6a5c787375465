"""Several workers at once: contents go in one by one, what they give comes out in any order."""

from __future__ import annotations

from queue import Queue
from threading import Thread

from netverify.interruption import Resource
from netverify.sources.gathering import Content, Terms
from netverify.sources.worker import Worker


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

        Raises :class:`~netverify.sources.worker.WorkerDiedError` if one ended before its time.
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
