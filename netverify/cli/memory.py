"""How much memory this process uses, with the processes that it started."""

from __future__ import annotations

import os
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

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


def family() -> Iterator[int]:
    """The processes that this one started, and those that they did; none where the system does not tell."""
    waiting = [os.getpid()]
    while waiting:
        for process in _children(waiting.pop()):
            waiting.append(process)
            yield process


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
