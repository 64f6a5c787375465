"""The entry of the program. It handles signals before anything else is imported, which takes most of a short run."""

from __future__ import annotations

import contextlib
import gc
import io
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

from netverify.cli.version import version_of
from netverify.interruption import INTERRUPTS, Interruption


def main(arguments: Sequence[str], program_name: str, since: float | None = None) -> int:
    """Runs one command line and gives its exit status; every way to end has one message and never a traceback.

    It began at ``since``, on the monotonic clock, or now.
    """
    try:
        if list(arguments) == ["--version"] and _wrote_version():
            return 0
        from netverify.cli.ending import ended  # noqa: PLC0415 see above

        return ended(arguments, program_name, since)
    except (Interruption, KeyboardInterrupt) as error:
        return _interrupted(error if isinstance(error, Interruption) else Interruption(signal.SIGINT))


def run() -> NoReturn:
    """The console entry. The cyclic garbage collector stays off: a run is short, and it would cost most of the time."""
    since = time.monotonic()
    gc.disable()
    try:
        INTERRUPTS.install()
        _stand_in_for_closed_streams()
        _escape_what_a_stream_cannot_encode()
        status = main(sys.argv[1:], _program_name(sys.argv[0]), since)
        silence_broken_pipes()
        INTERRUPTS.catch_up()
        INTERRUPTS.finish()
    except Interruption as interruption:
        status = _interrupted(interruption)
        silence_broken_pipes()
    gc.freeze()  # the interpreter would look for garbage once more before it ends
    sys.exit(status)


def _interrupted(interruption: Interruption) -> int:
    """Says that a signal ended the run, and gives its status. Nothing is imported: what was may be half there."""
    # The frames that it remembers may hold what is to be given back before the end.
    interruption.with_traceback(None)
    INTERRUPTS.finish()
    with contextlib.suppress(OSError, ValueError):
        # A terminal shows a `^C` in front.
        begin = "\n" if interruption.number == signal.SIGINT and sys.stderr.isatty() else ""
        sys.stderr.write(f"{begin}error: {interruption.words}\n")
        sys.stderr.flush()
    return interruption.status


def _wrote_version() -> bool:
    """Whether the version could be written, without what reads flags; otherwise that will find out and say why."""
    try:
        sys.stdout.write(f"netverify {version_of('netverify')}\n")
        sys.stdout.flush()
    except (OSError, ValueError):
        return False
    return True


def _program_name(argument: str) -> str:
    """What help calls the program: kubectl runs its plugins as ``kubectl netverify``."""
    name = Path(argument).name
    if name.startswith(("kubectl-", "kubectl_")):
        return "kubectl netverify"
    return "python -m netverify" if name == "__main__.py" else "netverify"


def silence_broken_pipes() -> None:
    """Keeps the interpreter from complaining when it flushes streams that nobody reads any more."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            with contextlib.suppress(OSError, ValueError):
                os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def _escape_what_a_stream_cannot_encode() -> None:
    """Makes letters that the encoding of a stream lacks escapes in its text, as in a terminal that is not UTF-8."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def _stand_in_for_closed_streams() -> None:
    """Puts streams that cannot be written in the place of those that were closed before the start.

    What goes to standard output then fails as it does on a full disk: an answer that nobody gets is none.
    """
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w")
