"""The exit statuses. They stand apart from what decides among them, which imports more than help should wait for."""

from __future__ import annotations

from enum import IntEnum


class ExitStatus(IntEnum):
    """What the program ends with. Source: the command line's contract."""

    ANSWERED = 0
    VIOLATED = 1
    USAGE = 2
    UNKNOWN = 3
    INPUT = 4
    INTERNAL = 5
