"""The flags that bound what a run may use: the solver, and the whole command."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from typing import Any, Final

import click

from netverify.budget import MAX_MEMORY, MAX_TIME_S, RLIMIT, Budget
from netverify.cli.parameter import Parameter
from netverify.cli.refusal import Refusal
from netverify.patterns import pattern

_TIME: Final = pattern(r"([0-9]*\.?[0-9]+)([smh]?)", re.ASCII)
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}
_LONGEST_S: Final = 366 * 24 * 3600
_MEMORY: Final = pattern(r"([0-9]{1,15})(?:([kmgt])(?:i?b)?)?", re.ASCII | re.IGNORECASE)
_POWERS: Final = {"": 0, "k": 1, "m": 2, "g": 3, "t": 4}
_LEAST_MEMORY: Final = 1024**2


class Seconds(Parameter):
    """A time, such as ``30``, ``0.5`` or ``10m``: more than none, and less than a year."""

    name = "seconds"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Raises :class:`Refusal` for what is no such time."""
        del param, ctx
        found = _TIME.fullmatch(str(value))
        seconds = float(found[1]) * _SECONDS[found[2]] if found else math.nan
        if not 0 < seconds < _LONGEST_S:
            advice = "write seconds, such as `30` or `0.5`, or a time such as `10m` or `1h`"
            raise Refusal("NV420", f"`{value}` is not a time", advice)
        return seconds


class Memory(Parameter):
    """An amount of memory, such as ``512m`` or ``4g``: at least a megabyte; without a unit in bytes."""

    name = "size"

    def convert(self, value: str | int, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Raises :class:`Refusal` for what is no such amount."""
        del param, ctx
        found = _MEMORY.fullmatch(str(value))
        size = int(found[1]) * 1024 ** _POWERS[(found[2] or "").lower()] if found else 0
        if size < _LEAST_MEMORY:
            raise Refusal("NV420", f"`{value}` is not an amount of memory", "write one such as `512m` or `4g`")
        return size


SOLVER_BUDGET: Final = (
    click.option(
        "--rlimit",
        metavar="N",
        type=click.IntRange(1, 2**32 - 1),
        default=RLIMIT,
        show_default=True,
        help="Maximum effort of one solver run, the same on every machine. Beyond it the answer is unknown.",
    ),
    click.option(
        "--timeout",
        metavar="TIME",
        type=Seconds(),
        help="Maximum time for one solver run, such as 30 or 2m. Answers may depend on the load.  [default: none]",
    ),
    click.option(
        "--seed",
        metavar="N",
        type=click.IntRange(0, 2**31 - 1),
        default=0,
        show_default=True,
        help="Seed of the solver.",
    ),
)
COMMAND_BUDGET: Final = (
    click.option(
        "--max-time",
        metavar="TIME",
        type=Seconds(),
        default=MAX_TIME_S,
        envvar="NETVERIFY_MAX_TIME",
        help=f"Maximum time for the whole command, such as 90 or 30m. What is undecided then is unknown.  "
        f"[default: {MAX_TIME_S / 60:g}m]",
    ),
    click.option(
        "--max-memory",
        metavar="SIZE",
        type=Memory(),
        default=MAX_MEMORY,
        envvar="NETVERIFY_MAX_MEMORY",
        help="Maximum memory for the whole command, such as 512m or 8g. What is undecided then is unknown.  "
        f"[default: {MAX_MEMORY // 1024**3}g]",
    ),
)


def budget_of(flags: dict[str, Any]) -> Budget:
    """What ``flags`` allow a run to use."""
    since = click.get_current_context().find_root().obj
    whole = Budget(max_time_s=flags["max_time"], max_memory=flags["max_memory"], since=since)
    if "rlimit" not in flags:
        return whole
    return replace(whole, rlimit=flags["rlimit"], timeout_s=flags["timeout"], seed=flags["seed"])
