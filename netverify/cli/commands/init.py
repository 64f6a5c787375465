"""``netverify init``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.common_flags import paths_argument, reading_flags
from netverify.cli.lazy_group import carried_out

_EPILOG = """\b
The file says what the manifests allow today: for each namespace who reaches
it, to be confirmed, and what else holds. What does not hold yet is in it as a
comment, with what is against it. `netverify check` accepts the file as it is.

\b
Examples:
  netverify init
  netverify init -f manifests/ --cni calico --ci github
  netverify init -k overlays/prod --output prod.netverify.yaml

\b
Exit status: 0 written; 2 misuse, or a file is there already; 3 a limit of
  effort, time or memory was met, so that something was not decided; 4 an
  input could not be read; 5 internal error.
"""
CI = ("github", "gitlab", "pre-commit", "none")


@click.command("init", epilog=_EPILOG)
@paths_argument
@reading_flags
@click.option(
    "--output",
    metavar="FILE",
    type=click.Path(dir_okay=False, allow_dash=True),
    default="netverify.yaml",
    show_default=True,
    help="Where to write it; - for standard output.",
)
@click.option(
    "--ci",
    type=click.Choice(CI),
    help="Write what runs the gate there, too; none: say nothing of it.  [default: say what to add]",
)
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def init_command(**given: Any) -> int:
    """Write an intent file to begin with, from what manifests allow today."""
    return carried_out("init", given)
