"""How a command line ends: every way to end has one status, one message and never a traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence

import click

from netverify.cli.program import COMPLETE_VARIABLE, ReaderLeftError, program

BROKEN_PIPE = 141


def ended(arguments: Sequence[str], program_name: str, since: float | None = None) -> int:
    """Runs one command line, which began at ``since``, and gives its exit status. Raises what interrupts it."""
    try:
        status = program.main(
            list(arguments), prog_name=program_name, complete_var=COMPLETE_VARIABLE, standalone_mode=False, obj=since
        )
        sys.stdout.flush()
    except (BrokenPipeError, ReaderLeftError):
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 whatever it is, it must not look like an answer
        if isinstance(error, click.Abort) and not isinstance(error.__cause__, EOFError):
            raise KeyboardInterrupt from None
        from netverify.cli.last_words import last_words  # noqa: PLC0415 help, and most answers, end without any

        return last_words(error, program_name)
    return int(status or 0)
