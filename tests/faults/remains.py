"""What a run may have left behind."""

from __future__ import annotations

import os
import time
from pathlib import Path


def left_of(folder: Path, patience_s: float = 5.0) -> list[str]:
    """The command lines of processes that have to do with ``folder``; those that were killed get a moment to end."""
    until = time.monotonic() + patience_s
    while (found := list(_running(str(folder).encode()))) and time.monotonic() < until:
        time.sleep(0.02)
    return found


def _running(sign: bytes):
    """A zombie has no command line and no environment any more."""
    for one in Path("/proc").iterdir():
        if one.name.isdecimal():
            try:
                line, environment = (one / "cmdline").read_bytes(), (one / "environ").read_bytes()
            except OSError:
                continue
            if sign in line or (sign in environment and one.name != str(os.getpid())):
                yield f"{one.name}: {line.decode(errors='replace')}"
