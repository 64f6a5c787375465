"""Schedules of CronJobs. Source: robfig/cron v3 ``parser.go`` (``ParseStandard``), ``pkg/apis/batch/validation``."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from netverify.patterns import pattern

_MONTHS: Final = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS: Final = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS: Final[Sequence[tuple[str, int, int, Mapping[str, int]]]] = (
    ("minute", 0, 59, {}),
    ("hour", 0, 23, {}),
    ("day of the month", 1, 31, {}),
    ("month", 1, 12, {name: number for number, name in enumerate(_MONTHS, 1)}),
    ("day of the week", 0, 6, {name: number for number, name in enumerate(_DAYS)}),
)
_DESCRIPTORS: Final = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_DURATION: Final = pattern(r"[+-]?(?:0|(?:(?:\d+\.?\d*|\.\d+)(?:ns|us|\u00b5s|\u03bcs|ms|s|m|h))+)")


def schedule_problem(schedule: str) -> str | None:
    """Why a server refuses ``schedule``; None where it takes it."""
    if "TZ" in schedule:
        return "cannot hold a time zone, which goes to `timeZone`"
    if schedule.startswith("@"):
        return None if _is_descriptor(schedule) else "is no schedule that a server knows, such as `@daily`"
    parts = schedule.split()
    if len(parts) != len(_FIELDS):
        return f"must have {len(_FIELDS)} fields, but has {len(parts)}"
    for part, (name, least, most, names) in zip(parts, _FIELDS, strict=True):
        if not all(_is_range(one, least, most, names) for one in part.split(",") if one):
            return f"must have a {name} from {least} to {most}"
    return None


def _is_descriptor(schedule: str) -> bool:
    if schedule.startswith("@every "):
        return _DURATION.fullmatch(schedule.removeprefix("@every ")) is not None
    return schedule in _DESCRIPTORS


def _is_range(text: str, least: int, most: int, names: Mapping[str, int]) -> bool:
    """Whether ``text`` is ``*``, a value, or ``FIRST-LAST``, each perhaps with ``/STEP``, within the bounds."""
    bounds, slash, step = text.partition("/")
    first, hyphen, last = bounds.partition("-")
    if slash and (not step.isdecimal() or int(step) == 0):
        return False
    if first in ("*", "?"):
        return True
    start = _number(first, names)
    end = _number(last, names) if hyphen else most if slash else start
    return start is not None and end is not None and least <= start <= end <= most


def _number(text: str, names: Mapping[str, int]) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() else names.get(text.lower())
