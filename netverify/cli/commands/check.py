"""``netverify check``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.common_flags import common_flags, paths_argument, routing_flags
from netverify.cli.lazy_group import carried_out

_EPILOG = """\b
An intent file says what must hold; `netverify init` writes one to begin with.
Each assertion is
  proved     no flow is against it, for every pod that there could be
  refuted    some flow is, which is shown with the rules that allow it
  vacuous    it is about nobody
  unknown    neither proved nor refuted
  excepted   proved but for flows that an exception leaves aside
  baselined  nothing is against it but what the baseline knows

\b
Examples:
  netverify check
  netverify check --spec netverify.yaml -f manifests/
  netverify check -o text -o sarif=out.sarif -o junit=junit.xml
  netverify check --write-baseline .netverify-baseline.json
  netverify check --baseline .netverify-baseline.json --changed-since origin/main
  netverify check --max-time 2m --max-memory 1g -o sarif=out.sarif

\b
Exit status: 0 all proved; 1 something refuted or vacuous, or an exception
  expired; 2 misuse, or intent that cannot be read; 3 unknown; 4 an input
  could not be read; 5 internal error.
"""
FORMATS = ("text", "json", "sarif", "junit", "github", "gitlab", "markdown", "html")
FAILING = ("refuted", "vacuous", "unknown")


@click.command("check", epilog=_EPILOG)
@paths_argument
@common_flags(FORMATS, solving=True)
@routing_flags
@click.option(
    "--spec",
    "specs",
    metavar="FILE",
    multiple=True,
    type=click.Path(),
    help="Intent file; repeatable.  [default: netverify.yaml or .netverify.yaml]",
)
@click.option(
    "--fail-on",
    metavar="VERDICTS",
    default=",".join(FAILING),
    show_default=True,
    help="The verdicts that fail the gate, with commas between; none: `nothing`.",
)
@click.option(
    "--severity",
    type=click.Choice(["critical", "high", "medium", "low", "info"]),
    help="Only assertions that are at least so severe.",
)
@click.option("--only", "ids", metavar="ID", multiple=True, help="Only the assertion with that id; repeatable.")
@click.option("--no-exceptions", is_flag=True, help="Judge as if there were no exceptions, and no baseline.")
@click.option("--baseline", metavar="FILE", type=click.Path(), help="What is known to be violated does not fail.")
@click.option("--write-baseline", metavar="FILE", type=click.Path(), help="Write what is violated now as a baseline.")
@click.option(
    "--changed-since",
    metavar="REV",
    help="Judge only where files of the sources or the intent changed since that git revision.",
)
@click.option(
    "--reproducible/--no-reproducible",
    default=None,
    help="Leave out how long it took: same input, same bytes.  [default: but on a terminal]",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until interrupted.")
def check_command(**given: Any) -> int:
    """Prove the assertions of intent files, or show what is against them."""
    return carried_out("check", given)
