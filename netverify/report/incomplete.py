"""That a run met a limit of effort, time or memory: said first, so that no report of it looks complete."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from netverify.budget import limits_met
from netverify.report.document import Headline
from netverify.report.terminal import Ink


def limits_text(reasons: Iterable[str]) -> str:
    """The limits that ``reasons`` name, in a line; empty where they name none."""
    return "; ".join(limits_met(reasons))


def incomplete(reasons: Iterable[str], lacking: str) -> Iterator[Headline]:
    """The headline before all others of a report that ``lacking`` describes, where ``reasons`` name a limit."""
    if limits := limits_text(reasons):
        yield Headline("INCOMPLETE", f": {limits}: {lacking}", Ink.RED)


def and_limits(reasons: Iterable[str]) -> str:
    """The end of a headline that says *unknown*: the limits that ``reasons`` name, after a colon."""
    limits = limits_text(reasons)
    return f": {limits}" if limits else ""
