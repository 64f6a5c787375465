"""What ends a command that has used up its budget.

A thread looks at the clock and at the memory. Where a budget has ended, it has a signal raise
:class:`~netverify.budget.OutOfBudgetError` in the main thread, and stops the solver, whose code no signal reaches.
"""

from __future__ import annotations

import os
import resource
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Final, NoReturn

from netverify.budget import Budget, OutOfBudgetError, Resource, out_of, out_of_memory
from netverify.cli.refusal import Refusal
from netverify.cli.statuses import ExitStatus
from netverify.interruption import INTERRUPTS, is_held

if TYPE_CHECKING:
    from sys import UnraisableHookArgs

_SIGNAL: Final = signal.SIGUSR1
_EVERY_S: Final = 0.05
_AGAIN_S: Final = 0.01
_GRACE_S: Final = 0.8
"""So long the main thread may stay in code that nothing interrupts; then the program ends where it is."""

_LONGEST_S: Final = 5.0
"""So long it may take for what must not be interrupted."""


@contextmanager
def watchdog(budget: Budget, least_s: float = 0.0) -> Iterator[Watchdog]:
    """Within this context, the command may use what ``budget`` says, but for ``least_s`` seconds in any case.

    Raises :class:`OutOfBudgetError`, once, wherever the main thread is by then. What catches it within the context goes
    on without a bound, to say what was found. Nothing is watched from another thread than the main one.
    """
    dog = Watchdog(budget, least_s)
    if threading.current_thread() is not threading.main_thread():
        yield dog
        return
    try:
        dog.start()
        yield dog
    except MemoryError:
        raise out_of_memory() from None
    finally:
        try:
            dog.end()
        finally:
            dog.end()  # it may strike in the first one, but only once


@contextmanager
def within(budget: Budget, what: str, least_s: float = 0.0) -> Iterator[Watchdog]:
    """As :func:`watchdog`, but raises :class:`Refusal` (``NV424``): ``what`` had not come about by then, in words."""
    try:
        with watchdog(budget, least_s) as dog:
            yield dog
    except OutOfBudgetError as spent:
        raise refusal_of(spent, what) from None


def refusal_of(spent: OutOfBudgetError, what: str) -> Refusal:
    """That a budget ended before ``what``."""
    return Refusal("NV424", f"{spent.reason} before {what}", _ADVICE, ExitStatus.UNKNOWN)


_ADVICE: Final = "read or ask less, or allow more with `--max-time` or `--max-memory`"


class Watchdog:
    """Watches over one command. ``spent`` is what it ran out of, once that was raised."""

    def __init__(self, budget: Budget, least_s: float) -> None:
        self.spent: OutOfBudgetError | None = None
        self._budget = budget
        self._found: Resource | None = None
        now = time.monotonic()
        self._end = max(now + least_s, (now if budget.since is None else budget.since) + budget.max_time_s)
        self._heard = 0.0
        self._over = threading.Event()
        self._main = threading.main_thread().ident
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self._handler = signal.getsignal(_SIGNAL)
        self._hook = sys.unraisablehook

    def start(self) -> None:
        """Begin to watch."""
        self._budget.checkpoint.watch = self.check
        self._look()
        signal.signal(_SIGNAL, self._strike)
        sys.unraisablehook = self._swallowed
        self._thread.start()

    def end(self) -> None:
        """Watch no longer; to be called once more changes nothing."""
        self._over.set()
        self._budget.checkpoint.watch = None
        if self._thread.is_alive():
            self._thread.join()
        signal.signal(_SIGNAL, self._handler)
        sys.unraisablehook = self._hook

    def check(self) -> None:
        """Raises :class:`OutOfBudgetError` where the time has ended, whether the thread has noticed it or not."""
        if self.spent is None and not self._over.is_set() and (self._found is not None or self._is_late()):
            self._raise(self._found or Resource.TIME)

    def _watch(self) -> None:
        while self._found is None:
            if self._over.wait(max(0.0, min(_EVERY_S, self._end - time.monotonic()))):
                return
            self._look()
        self._stop(self._found)

    def _look(self) -> None:
        if self._is_late():
            self._found = Resource.TIME
        elif memory_in_use() > self._budget.max_memory:
            self._found = Resource.MEMORY

    def _stop(self, found: Resource) -> None:
        """Have the main thread raise; again and again where it cannot do so at once."""
        assert self._main is not None
        began = time.monotonic()
        while not self._over.is_set():
            now = time.monotonic()
            if self.spent is None:
                if now - max(began, self._heard) > _GRACE_S or now - began > _LONGEST_S:
                    self._end_here(found)
                signal.pthread_kill(self._main, _SIGNAL)
                INTERRUPTS.stop()
            self._over.wait(_AGAIN_S)

    def _is_late(self) -> bool:
        return time.monotonic() >= self._end

    def _strike(self, _number: int, frame: FrameType | None) -> None:
        """Raise, unless that would be lost or leave something behind; the thread then tries again."""
        if self._found is None or self.spent is not None or self._over.is_set():
            return
        if _is_untimely(frame):
            self._heard = time.monotonic()
        else:
            self._raise(self._found)

    def _raise(self, found: Resource) -> NoReturn:
        self.spent = out_of(found, self._budget)
        raise self.spent

    def _swallowed(self, unraisable: UnraisableHookArgs) -> None:
        """What was raised where nothing can be is raised once more."""
        if isinstance(unraisable.exc_value, OutOfBudgetError):
            self.spent = None
        else:
            self._hook(unraisable)

    def _end_here(self, found: Resource) -> None:
        """End the program without the main thread, with the programs that it started, and what it left on the disk."""
        message = (
            f"error[NV424]: {out_of(found, self._budget).reason} before anything was decided\n  = help: {_ADVICE}\n"
        )
        for process in family():
            try:
                os.kill(process, signal.SIGKILL)
            except OSError:
                continue
        os.write(2, message.encode())
        INTERRUPTS.abandon_all()
        os._exit(ExitStatus.UNKNOWN)


def _is_untimely(frame: FrameType | None) -> bool:
    """Whether an exception at ``frame`` would be lost, leave something behind, or break an import."""
    if is_held(frame):
        return True
    while frame is not None:
        code = frame.f_code
        if code.co_name == "__exit__" or code.co_filename.startswith("<frozen importlib"):
            return True
        frame = frame.f_back
    return False


_PAGE: Final = os.sysconf("SC_PAGE_SIZE")
_PROCESSES: Final = Path("/proc")


def memory_in_use() -> int:
    """The resident memory of this process and of its descendants, in bytes.

    Where the system does not tell, what this process alone has used at most.
    """
    try:
        return sum(map(_resident, (os.getpid(), *family())))
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


def family(process: int | None = None) -> Iterator[int]:
    """The processes that this one, or ``process``, started, and those that they did.

    None where the system does not tell.
    """
    waiting = [os.getpid() if process is None else process]
    while waiting:
        for one in _children(waiting.pop()):
            waiting.append(one)
            yield one


def _children(process: int) -> list[int]:
    found: list[int] = []
    try:
        for task in (_PROCESSES / str(process) / "task").iterdir():
            found += map(int, (task / "children").read_bytes().split())
    except OSError:
        return found
    return found


def _resident(process: int) -> int:
    """Raises ``OSError`` where this process's own cannot be told; another one may have ended."""
    try:
        return int((_PROCESSES / str(process) / "statm").read_bytes().split()[1]) * _PAGE
    except (OSError, IndexError):
        if process == os.getpid():
            raise OSError from None
        return 0
