"""``netverify init``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.common_flags import paths_argument, quiet_flag, reading_flags
from netverify.cli.framework_name import FrameworkName
from netverify.cli.lazy_group import carried_out

_EPILOG = """\b
The file lists what the manifests allow today: the flows into each namespace,
for you to confirm, and other assertions that hold. Assertions that do not
hold yet are comments, with the reason. `netverify check` passes with it.

\b
Examples:
  netverify init
  netverify init manifests/ --cni calico --ci github
  netverify init -k overlays/prod -o prod.netverify.yaml
  netverify init --framework pci-dss-4.0.1 manifests/

\b
Exit status: 0 written; 2 misuse, or a file is there already; 3 a limit of
  effort, time or memory was met, so that something was not decided; 4 an
  input could not be read; 5 internal error.
"""
CI = ("github", "gitlab", "pre-commit", "none")


@click.command("init", epilog=_EPILOG)
@paths_argument
@click.option(
    "-o",
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
    help="Also write the CI file that runs the gate.  [default: print what to add]",
)
@click.option(
    "--framework",
    "frameworks",
    metavar="FRAMEWORK",
    type=FrameworkName(),
    multiple=True,
    help="Write what this framework needs proved instead, for you to bind its zones; repeatable.",
)
@click.option("--force", is_flag=True, help="Overwrite existing files.")
@quiet_flag
@reading_flags
def init_command(**given: Any) -> int:
    """Write a first intent file from what the manifests allow today."""
    return carried_out("init", given)
