"""The versions of what is installed."""

from __future__ import annotations

import os
import sys
from contextlib import suppress

_ENDING = ".dist-info"


def version_of(distribution: str) -> str:
    """The installed version of ``distribution``; ``unknown`` when it runs without being installed.

    The name of the folder about it says so, which is found faster than ``importlib.metadata`` is loaded. Source:
    "Recording installed projects".
    """
    begin = f"{distribution.lower().replace('-', '_')}-"
    for folder in sys.path:
        with suppress(OSError):
            for name in sorted(os.listdir(folder or ".")):  # noqa: PTH208 -- of many names, without a path for each
                if name.lower().startswith(begin) and name.endswith(_ENDING):
                    return name[len(begin) : -len(_ENDING)]
    return "unknown"
