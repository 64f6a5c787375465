"""How a run is interrupted: a signal becomes an exception, and what was made for the run is given back.

Signals belong to the process, so there is one :data:`INTERRUPTS`. The program installs it; a library does not.
"""

from __future__ import annotations

import os
import signal
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import ExitStack, _GeneratorContextManager, suppress
from pathlib import Path
from threading import Thread
from types import FrameType, TracebackType
from typing import Final, Self, TypeVar

T = TypeVar("T")

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
_WORDS: Final = {signal.SIGINT: "interrupted", signal.SIGTERM: "terminated", signal.SIGHUP: "hung up"}
_SOON_S: Final = 0.01
_OURS: Final = str(Path(__file__).parent)
_PATIENCE_S: Final = 5.0


class Interruption(BaseException):
    """The run is to end, because of the signal ``number``. No fault, and nothing for those who handle faults."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number

    @property
    def status(self) -> int:
        """The exit status that shells give a program that such a signal ended."""
        return 128 + self.number

    @property
    def words(self) -> str:
        """What happened, for the user."""
        return _WORDS.get(signal.Signals(self.number), "interrupted")


class Interrupts:
    """A handler of signals that raises :class:`Interruption` in the main thread.

    Not while a :class:`Resource` is made or given back, and not where an exception would be lost: then it tries again
    soon. What is raised but does not reach the end of the program is raised again after a while.
    """

    def __init__(self) -> None:
        self.are_installed = False
        self._number: int | None = None
        self._is_over = False
        self._stop: Callable[[], object] | None = None
        self._held: list[Resource] = []

    def hold(self, resource: Resource) -> None:
        """Remember that ``resource`` is to be given back."""
        self._held.append(resource)

    def let_go(self, resource: Resource) -> None:
        """Remember that ``resource`` was given back."""
        with suppress(ValueError):
            self._held.remove(resource)

    def abandon_all(self) -> None:
        """Give back all that is held, the last one first, where the main thread cannot: the process ends after it."""
        for resource in reversed(tuple(self._held)):
            with suppress(Exception):
                resource.abandon()

    def install(self) -> None:
        """Handle signals from now on, but for those that whoever started the program has it ignore."""
        self.are_installed = True
        reading, writing = os.pipe()
        os.set_blocking(writing, False)
        signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
        for number in _SIGNALS:
            if signal.getsignal(number) is not signal.SIG_IGN:
                signal.signal(number, self)
        signal.signal(signal.SIGALRM, self)
        Thread(target=self._watch, args=(reading,), daemon=True).start()

    def during(self, call: Callable[[], T], stop: Callable[[], object]) -> T:
        """What ``call`` gives. It may be long in code that signals do not get through to: then ``stop`` has it end."""
        self._stop = stop
        try:
            return call()
        finally:
            self._stop = None

    def stop(self) -> None:
        """Stop what the main thread is in the middle of, if it said how; what it calls is not over by then."""
        if (stop := self._stop) is not None:
            stop()

    def _watch(self, signals: int) -> None:
        """Stop what the main thread is in the middle of, at each signal, until it is there to take it."""
        while os.read(signals, 1):
            while (stop := self._stop) is not None and not self._is_over:
                stop()
                time.sleep(_SOON_S)

    def __call__(self, number: int, frame: FrameType | None) -> None:
        """Raise, or have it tried again. Between two tries the timer of the process stands for the signal."""
        if self._number is None and number != signal.SIGALRM:
            self._number = number
        if self._is_over or self._number is None:
            return
        if is_held(frame):
            signal.setitimer(signal.ITIMER_REAL, _SOON_S)
            return
        signal.setitimer(signal.ITIMER_REAL, _PATIENCE_S)
        raise Interruption(self._number)

    def catch_up(self) -> None:
        """Raise for a signal that had to wait: the run would end before the next try."""
        if self._number is not None and not self._is_over:
            raise Interruption(self._number)

    def finish(self) -> None:
        """Nothing is to be given back any more: from now on a signal ends the program at once, as any other."""
        self._is_over = True
        signal.setitimer(signal.ITIMER_REAL, 0)
        for number in (*_SIGNALS, signal.SIGALRM):
            if signal.getsignal(number) is self:
                signal.signal(number, signal.SIG_DFL)


INTERRUPTS: Final = Interrupts()


class Resource(ABC):
    """What has to be given back: a folder, a process, a file that is not whole yet. For a ``with`` statement.

    No signal comes between its making and its release, nor in the middle of either.
    """

    @abstractmethod
    def acquire(self) -> None:
        """Make it."""

    @abstractmethod
    def release(self) -> None:
        """Give back what was made, even if that is a part, or nothing."""

    def abandon(self) -> None:
        """As :meth:`release`, from another thread, while this process comes to its end. Nothing is waited for."""
        self.release()

    def __enter__(self) -> Self:
        INTERRUPTS.hold(self)
        try:
            self.acquire()
        except BaseException:
            self._give_back()
            raise
        return self

    def _give_back(self) -> None:
        try:
            self.release()
        finally:
            INTERRUPTS.let_go(self)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._give_back()


_HOLDING: Final = tuple(
    method.__code__
    for method in (
        *(Resource.__enter__, Resource.__exit__, ExitStack.enter_context, ExitStack.__exit__),
        _GeneratorContextManager.__exit__,
    )
)


def is_held(frame: FrameType | None) -> bool:
    """Whether an exception at ``frame`` would leave something behind, or would be lost, as in ``__del__``.

    What another package makes could be given back by half only, and complain of it.
    """
    while frame is not None:
        code = frame.f_code
        if code.co_name == "__del__" or any(code is one for one in _HOLDING):
            return True
        if code.co_name == "__init__" and not code.co_filename.startswith(_OURS):
            return True
        frame = frame.f_back
    return False
