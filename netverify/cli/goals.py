"""The formulas that were solved, as files."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from netverify.cli.outputs import unwritable, write_whole


def write_goals(goals: Iterable[tuple[str, str]], folder: Path) -> None:
    """``01-unsat.smt2`` and so on: the very text that was solved, in order, with the result in the name.

    Raises :class:`Refusal` (``NV421``) when they cannot be written.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise unwritable(f"make the folder `{folder}`", error) from None
    for number, (text, result) in enumerate(goals, 1):
        write_whole(folder / f"{number:02}-{result}.smt2", (text,))
