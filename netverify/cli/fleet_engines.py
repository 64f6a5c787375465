"""What judges the clusters of a fleet: processes of this machine, or the actors of a Ray cluster."""

from __future__ import annotations

import gc
import os
import pickle
import signal
import sys
import traceback
from collections.abc import Iterator, Sequence
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from queue import Empty, Queue
from subprocess import DEVNULL, PIPE, Popen, TimeoutExpired
from threading import Thread
from typing import IO, Any, Final, NoReturn

from netverify.cli.fleet_judging import Task, failed, judge
from netverify.cli.fleet_kept import packed, unpacked
from netverify.cli.refusal import Refusal
from netverify.cli.watchdog import family
from netverify.interruption import INTERRUPTS, Resource
from netverify.report.fleet_outcome import ClusterReport
from netverify.sources.workers import WorkerDiedError, receive, search_path, send

_START: Final = """\
import gc, sys
sys.path[:] = {path!r}
gc.disable()
from netverify.cli.fleet_engines import serve
serve(sys.stdin.buffer, sys.stdout.buffer)
"""
_LOADED_AHEAD: Final = ("answers.context", "gate.checking", "gate.router", "pairs.reading", "symbolic.solver")
"""What every cluster needs, and is otherwise imported late."""
_PATIENCE_S: Final = 3.0
"""So long a process has to give back what it made, once it is asked to end."""


class _Judge:
    """A process that forks one for each cluster, which then ends with all that it took. Not for two threads at once."""

    def __init__(self) -> None:
        program = _START.format(path=search_path())
        errors = None if os.environ.get("NETVERIFY_DEBUG") else DEVNULL
        # In a group of its own: an interrupt of the terminal is for its owner alone, who then ends it.
        self._process = Popen(  # noqa: S603 this very program
            [sys.executable, "-P", "-c", program], stdin=PIPE, stdout=PIPE, stderr=errors, process_group=0
        )

    def ask(self, task: Task) -> ClusterReport:
        """What became of a cluster. Raises :class:`WorkerDiedError` where its process ended early."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            send(self._process.stdin, None, pickle.dumps(task))
            _, answer = receive(self._process.stdout)
            return unpacked(ClusterReport, answer)
        except (OSError, ValueError, EOFError) as error:
            raise WorkerDiedError("a process that judges a cluster ended early") from error

    def end(self) -> None:
        """Ask its group to end. What is in the middle of a cluster gives back what it made."""
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGTERM)

    def close(self) -> None:
        """Wait for the end, and kill what does not come to it."""
        try:
            self._process.wait(_PATIENCE_S)
        except TimeoutExpired:
            for process in (*family(self._process.pid), self._process.pid):
                with suppress(OSError):
                    os.kill(process, signal.SIGKILL)
            self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()


def serve(requests: IO[bytes], answers: IO[bytes]) -> None:
    """Judge one cluster after the other, each in a process of its own, until there are no more requests."""
    for name in _LOADED_AHEAD:
        import_module(f"netverify.{name}")
    gc.freeze()
    while True:
        try:
            _, task = receive(requests)
        except EOFError:
            return
        # Who asks for the end asks the whole group: the process of the cluster takes it, and this one waits for that.
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        process = os.fork()
        if process == 0:
            _answer(task, answers)
        _, status = os.waitpid(process, 0)
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        if status:
            sys.exit(1)  # its owner starts another one, and knows which cluster it was


def _answer(task: bytes, answers: IO[bytes]) -> NoReturn:
    status = 1
    try:
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        INTERRUPTS.install()
        send(answers, None, packed(judge(pickle.loads(task))))  # noqa: S301 from this very program
        status = 0
    except BaseException:  # noqa: BLE001 an interrupt, above all; there is nobody else to take it
        if os.environ.get("NETVERIFY_DEBUG"):
            traceback.print_exc()
    finally:
        os._exit(status)


class Processes(Resource):
    """``count`` of such processes, while in their context. Raises ``OSError`` where they cannot be started."""

    def __init__(self, count: int) -> None:
        self._count = count
        self._judges: list[_Judge] = []
        self._tasks: Queue[Task] = Queue()
        self._reports: Queue[ClusterReport] = Queue()
        self._threads: list[Thread] = []
        self._is_over = False

    def acquire(self) -> None:
        """As :meth:`Resource.acquire`."""
        for _ in range(self._count):
            self._judges.append(_Judge())

    def release(self) -> None:
        """As :meth:`Resource.release`: all processes end, whatever they do."""
        self.abandon()
        for one in self._judges:
            one.close()
        for thread in self._threads:
            thread.join()

    def abandon(self) -> None:
        """As :meth:`Resource.abandon`."""
        self._is_over = True
        for one in self._judges:
            one.end()

    def reports(self, tasks: Sequence[Task]) -> Iterator[ClusterReport]:
        """What became of each cluster, in any order. One whose process ends early is an internal error, as a report."""
        for task in tasks:
            self._tasks.put(task)
        for number in range(self._count):
            thread = Thread(target=self._run, args=(number,), daemon=True)
            thread.start()
            self._threads.append(thread)
        for _ in tasks:
            yield self._reports.get()

    def _run(self, number: int) -> None:
        while not self._is_over:
            try:
                task = self._tasks.get_nowait()
            except Empty:
                return
            try:
                report = self._judges[number].ask(task)
            except Exception as error:  # noqa: BLE001 whatever it is, someone waits for a report
                if self._is_over:
                    return
                report = failed(task, error)
                self._restart(number)
            self._reports.put(report)

    def _restart(self, number: int) -> None:
        self._judges[number].end()
        self._judges[number].close()
        with suppress(OSError):
            self._judges[number] = _Judge()


def _judged_there(task: bytes, folder: str) -> bytes:
    """As a process of this machine does, for a worker of Ray: it has to find the same files in the same ``folder``."""
    if Path.cwd() != Path(folder):
        os.chdir(folder)
    return packed(judge(pickle.loads(task)))  # noqa: S301 from this very program


class RayActors(Resource):
    """An actor for each cluster on the Ray cluster that is there. Ray places them, waits, and tries again.

    Raises :class:`Refusal` where Ray is not installed, or no cluster of it can be reached.
    """

    def __init__(self) -> None:
        self._ray: Any = None
        self._actors: dict[Any, tuple[Any, Task]] = {}

    def acquire(self) -> None:
        """As :meth:`Resource.acquire`."""
        try:
            self._ray = import_module("ray")
        except ImportError:
            raise Refusal("NV420", "`--engine ray` needs Ray", "install `netverify[ray]`") from None
        try:
            self._ray.init(address="auto", log_to_driver=False, logging_level="ERROR")
        except (ConnectionError, RuntimeError):
            self._ray.shutdown()
            advice = "start one with `ray start --head`, or name it in RAY_ADDRESS, with its token where it wants one"
            raise Refusal("NV420", "`--engine ray` finds no Ray cluster", advice) from None

    def release(self) -> None:
        """As :meth:`Resource.release`: no actor outlives the run."""
        if self._ray is None or not self._ray.is_initialized():
            return
        for actor, _ in self._actors.values():
            self._ray.kill(actor)
        self._ray.shutdown()

    def reports(self, tasks: Sequence[Task]) -> Iterator[ClusterReport]:
        """As :meth:`Processes.reports`."""
        ray = self._ray
        kind = ray.remote(max_restarts=1, max_task_retries=1, num_cpus=1)(_Actor)
        for task in tasks:
            actor = kind.remote()
            self._actors[actor.judge.remote(pickle.dumps(task), str(Path.cwd()))] = (actor, task)
        while self._actors:
            (done,), _ = ray.wait([*self._actors])
            _, task = self._actors.pop(done)
            try:
                yield unpacked(ClusterReport, ray.get(done))
            except (ray.exceptions.RayError, ValueError) as error:
                yield failed(task, error)


class _Actor:
    """What Ray runs in a process of its own, for one cluster."""

    def judge(self, task: bytes, folder: str) -> bytes:
        """What became of the cluster, packed."""
        return _judged_there(task, folder)
