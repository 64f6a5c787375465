"""The flags that bound what a run may use."""

from __future__ import annotations

import math
import re
from typing import Any, Final

import click

from netverify.budget import RLIMIT, Budget
from netverify.cli.parameter import Parameter
from netverify.cli.refusal import Refusal

_TIME: Final = re.compile(r"([0-9]*\.?[0-9]+)([smh]?)", re.ASCII)
_SECONDS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}
_LONGEST_S: Final = 366 * 24 * 3600


class Seconds(Parameter):
    """A time, such as ``30``, ``0.5`` or ``10m``: more than none, and less than a year."""

    name = "seconds"

    def convert(self, value: str | float, param: click.Parameter | None, ctx: click.Context | None) -> float:
        """Raises :class:`Refusal` for what is no such time."""
        del param, ctx
        found = _TIME.fullmatch(str(value))
        seconds = float(found[1]) * _SECONDS[found[2]] if found else math.nan
        if not 0 < seconds < _LONGEST_S:
            advice = "write a number of seconds, such as `30` or `0.5`, or a time such as `10m` or `1h`"
            raise Refusal("NV420", f"`{value}` is no time to wait", advice)
        return seconds


SOLVER_BUDGET: Final = (
    click.option(
        "--rlimit",
        metavar="N",
        type=click.IntRange(1, 2**32 - 1),
        default=RLIMIT,
        show_default=True,
        help="Most effort of one run of the solver, in its own units: the same on every machine. Beyond it the answer "
        "is unknown.",
    ),
    click.option(
        "--timeout",
        metavar="TIME",
        type=Seconds(),
        help="Longest time for one run of the solver, such as 30 or 2m. An answer may then depend on the load.  "
        "[default: none]",
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


def budget_of(flags: dict[str, Any]) -> Budget:
    """What ``flags`` allow a run of the solver to use."""
    return Budget(flags["rlimit"], flags["timeout"], flags["seed"])
