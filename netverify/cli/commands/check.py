"""``netverify check``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.common_flags import Command, common_flags, paths_argument, routing_flags
from netverify.cli.lazy_group import carried_out
from netverify.report.formats import OF_FINDINGS

_EPILOG = """\b
An intent file says what must hold; `netverify init` writes a first one.
Each assertion is
  proved     passed: no flow of any pod that could be created violates it
  refuted    failed: a flow violates it; the report shows which rules allow it
  vacuous    failed: no flow matches it, so it proves nothing
  unknown    neither proved nor refuted
  excepted   passed: only flows that an exception accepts violate it
  baselined  passed: the baseline contains all its violations

\b
Examples:
  netverify check
  netverify check --spec netverify.yaml -f manifests/
  netverify check -o text -o sarif=out.sarif -o junit=junit.xml
  netverify check --write-baseline .netverify-baseline.json
  netverify check --baseline .netverify-baseline.json
  netverify check --changed-since origin/main
  netverify check --max-time 2m --max-memory 1g -o sarif=out.sarif

\b
Exit status: 0 all proved; 1 something refuted or vacuous, or an exception
  expired; 2 misuse, or intent that cannot be read; 3 unknown; 4 an input
  could not be read; 5 internal error.
"""
FAILING = ("refuted", "vacuous", "unknown")

SPEC = click.option(
    "--spec",
    "specs",
    metavar="FILE",
    multiple=True,
    type=click.Path(),
    help="Intent file; repeatable.  [default: netverify.yaml or .netverify.yaml]",
)
FAIL_ON = click.option(
    "--fail-on",
    metavar="VERDICTS",
    default=",".join(FAILING),
    show_default=True,
    help="The verdicts that fail the gate, with commas between; or `never`.",
)
_JUDGING = (
    SPEC,
    FAIL_ON,
    click.option(
        "--severity",
        type=click.Choice(["critical", "high", "medium", "low", "info"]),
        help="Only assertions of at least this severity.",
    ),
    click.option("--only", "ids", metavar="ID", multiple=True, help="Only the assertion with that id; repeatable."),
    click.option("--no-exceptions", is_flag=True, help="Ignore exceptions and baselines."),
    click.option(
        "--reproducible/--no-reproducible",
        default=None,
        help="Omit durations: same input, same bytes.  [default: except on a terminal]",
    ),
)


def judging_flags(command: Command) -> Command:
    """Gives a command the flags that say which assertions are judged, and what fails."""
    for option in reversed(_JUDGING):
        command = option(command)
    return command


@click.command("check", epilog=_EPILOG)
@paths_argument
@judging_flags
@click.option("--baseline", metavar="FILE", type=click.Path(), help="Violations in this file do not fail.")
@click.option("--write-baseline", metavar="FILE", type=click.Path(), help="Write today's violations as a baseline.")
@click.option(
    "--changed-since",
    metavar="REV",
    help="Check only if sources or intent changed since this git revision.",
)
@click.option("--watch", is_flag=True, help="Check again whenever a file changes, until interrupted.")
@common_flags(OF_FINDINGS, solving=True)
@routing_flags
def check_command(**given: Any) -> int:
    """Prove the assertions of intent files, or show violations."""
    return carried_out("check", given)
