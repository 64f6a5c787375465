"""``netverify init``: the flags, and their way into a request."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from netverify.cli.budget_flags import budget_of
from netverify.cli.common_flags import assumptions_of, reading_flags, sources_of
from netverify.cli.refusal import Refusal

CI = ("github", "gitlab", "pre-commit", "none")
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


@click.command("init", epilog=_EPILOG)
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
def init(**flags: Any) -> int:
    """Write an intent file to begin with, from what manifests allow today."""
    from netverify.cli.request import InitRequest, RoutingGiven  # noqa: PLC0415 help does not need it

    if "-" in flags["filenames"]:
        raise Refusal("NV420", "an intent file cannot name standard input as a source", "name files or folders")
    from netverify.cli.assumed import assumed  # noqa: PLC0415 as above

    request = InitRequest(
        sources=sources_of(flags),
        assumed=assumed(flags["cni"], assumptions_of(flags)),
        routing=RoutingGiven(),
        color=flags["color"],
        budget=budget_of(flags),
        given=assumptions_of(flags),
        output=None if flags["output"] == "-" else Path(flags["output"]),
        ci=flags["ci"],
        force=flags["force"],
    )
    from netverify.cli.initialising import init_request  # noqa: PLC0415 it imports the solver

    return init_request(request)
