"""``netverify diff``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.common_flags import common_flags
from netverify.cli.lazy_group import carried_out
from netverify.report.formats import OF_FINDINGS

_EPILOG = """\b
Verdicts, each of them a proof over every pod that is or could be created:
  equivalent       the same connections are allowed
  more permissive  some are new, and none are lost
  less permissive  some are lost, and none are new
  incomparable     some are new, and some are lost
  unknown          neither proved nor refuted

\b
Examples:
  netverify diff old/ new/
  netverify diff old/ new/ -f shared/
  netverify diff --base origin/main -f manifests/ --fail-on new-access
  netverify diff --base HEAD~1 -k overlays/prod -o markdown=comment.md
  netverify diff -k overlays/staging -k overlays/prod

\b
Exit status: 0 compared; 1 what --fail-on names; 2 misuse; 3 unknown;
  4 an input could not be read; 5 internal error.
"""


@click.command("diff", epilog=_EPILOG)
@click.argument("sides", metavar="[OLD NEW]", nargs=-1, type=click.Path())
@click.option("--base", metavar="REV", help="Compare with a git revision: REV is OLD, the current files are NEW.")
@click.option(
    "--fail-on",
    type=click.Choice(["new-access", "lost-access", "any", "never"]),
    default="never",
    show_default=True,
    help="End with status 1 if there is such a difference.",
)
@common_flags(OF_FINDINGS, solving=True)
def diff_command(**given: Any) -> int:
    """Compare which connections two sets of manifests allow.

    Lists the connections that appear and disappear, or proves that there are none. Inputs named by flags beside OLD
    and NEW belong to both sides.
    """
    return carried_out("diff", given)
