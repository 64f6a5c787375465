"""The reports of one run: first those for standard output, then files, which appear whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

from netverify.cli.outputs import Output, write_whole
from netverify.cli.refusal import Refusal
from netverify.cli.streams import print_out

Rendered: TypeAlias = Callable[[Output], Iterable[str]]
"""A report in the format of an output, in pieces."""


def print_reports(outputs: Sequence[Output], rendered: Rendered) -> None:
    """Print those that go to standard output. Raises as :func:`~netverify.cli.streams.print_out` does."""
    for output in outputs:
        if output.path is None:
            print_out(rendered(output))


def write_reports(outputs: Sequence[Output], rendered: Rendered) -> None:
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
