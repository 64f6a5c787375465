"""How a gate was run, as far as reports for other programs tell it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Run:
    """The run that a report is of.

    ``directory`` is where it ran, absolute: paths below it are told relative to it. ``command`` repeats the run in a
    shell. ``revision`` and ``repository`` say what was checked out there, where that is known; ``repository`` is a URL.
    """

    version: str
    directory: str
    arguments: tuple[str, ...] = ()
    command: str = "netverify check"
    exit_code: int = 0
    revision: str = ""
    repository: str = ""
