"""The end of every run: reports for standard output, then files, which appear whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from netverify.cli.exit_status import gravest
from netverify.cli.outputs import Output, write_whole
from netverify.cli.refusal import Refusal
from netverify.cli.request import Reporting
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain_of, print_out

Rendered: TypeAlias = Callable[[Output], Iterable[str]]
"""A report in the format of an output, in pieces."""


Write: TypeAlias = Callable[[], None]
"""Writes what belongs to a run besides its reports. Raises :class:`~netverify.cli.refusal.Refusal`."""


def reported(request: Reporting, rendered: Rendered, status: ExitStatus, *further: Write) -> ExitStatus:
    """Print the reports, write those that go to files and what is ``further`` to be written, and say what to end with.

    That is ``status``, or a graver one where a file cannot be written: then the reason is told. Raises as
    :func:`~netverify.cli.streams.print_out` does where standard output cannot be written.
    """
    _print_reports(request.outputs, rendered)
    try:
        _write_reports(request.outputs, rendered)
        for write in further:
            write()
    except Refusal as refusal:
        complain_of(refusal, request.color)
        return gravest((status, refusal.status))
    return status


def _print_reports(outputs: Sequence[Output], rendered: Rendered) -> None:
    for output in outputs:
        if output.path is None:
            print_out(rendered(output))


def _write_reports(outputs: Sequence[Output], rendered: Rendered) -> None:
    """Write those that go to files. Raises :class:`~netverify.cli.refusal.Refusal` for all that cannot be written.

    The others are written all the same.
    """
    refusals: list[Refusal] = []
    for output in outputs:
        if output.path is not None:
            try:
                write_whole(Path(output.path), rendered(output))
            except Refusal as refusal:
                refusals.append(refusal)
    if refusals:
        raise replace(refusals[0], message="; ".join(one.message for one in refusals))
