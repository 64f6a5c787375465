"""A word on the terminal while something takes long."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from netverify.cli.streams import is_quiet

PATIENCE_S = 0.5
_BETWEEN_S = 0.2
_CLEAR = "\r\x1b[K"


def _speaks(stream: TextIO) -> bool:
    """Whether somebody looks at ``stream`` who wants to know."""
    return stream.isatty() and not is_quiet()


@contextmanager
def counted(what: str) -> Iterator[Callable[[int, int], None]]:
    """As :func:`progress`, with how many of how many are done: what it gives is told so, and says it now and then."""
    stream = sys.stderr
    started = said = time.monotonic()

    def tell(done: int, of: int) -> None:
        nonlocal said
        now = time.monotonic()
        if _speaks(stream) and now - started > PATIENCE_S and now - said > _BETWEEN_S:
            said = now
            stream.write(f"{_CLEAR}{what}: {done} of {of} ...")
            stream.flush()

    try:
        yield tell
    finally:
        if said > started:
            stream.write(_CLEAR)
            stream.flush()


@contextmanager
def progress(what: str) -> Iterator[None]:
    """Says ``what`` on standard error once it takes longer than :data:`PATIENCE_S`, and takes it back at the end.

    Only when standard error is a terminal.
    """
    stream = sys.stderr
    if not _speaks(stream):
        yield
        return
    shown = threading.Event()

    def show() -> None:
        shown.set()
        stream.write(what)
        stream.flush()

    timer = threading.Timer(PATIENCE_S, show)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
        timer.join()
        if shown.is_set():
            stream.write(_CLEAR)
            stream.flush()
