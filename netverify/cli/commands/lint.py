"""``netverify lint``: its arguments and flags."""

from __future__ import annotations

from typing import Any

import click
from click.shell_completion import CompletionItem

from netverify.cli.common_flags import common_flags, paths_argument, routing_flags
from netverify.cli.lazy_group import carried_out
from netverify.cli.parameter import Parameter
from netverify.cli.refusal import Refusal
from netverify.codes import CODES
from netverify.diagnostics import Severity
from netverify.query.suggestions import did_you_mean, nearest
from netverify.report.formats import OF_FINDINGS

_EPILOG = """\b
Examples:
  netverify lint -f manifests/
  netverify lint -f . --fail-on error -o text -o json=lint.json
  netverify lint -f . --select NV62,NV607 --ignore NV630
  netverify lint -f . --diff | git apply

\b
Exit status: 0 nothing of that severity; 1 something; 2 misuse;
  3 a limit of effort, time or memory was met; 4 an input could not be
  read; 5 internal error.
"""
LEVELS = {"note": Severity.NOTE, "warning": Severity.WARNING, "error": Severity.ERROR, "never": None}


class Codes(Parameter):
    """``CODE[,CODE]``: codes of findings, or how they begin, in any case."""

    name = "codes"

    def convert(
        self, value: str | frozenset[str], param: click.Parameter | None, ctx: click.Context | None
    ) -> frozenset[str]:
        """The codes that are meant. Raises :class:`Refusal` for what no code begins with."""
        del param, ctx
        if isinstance(value, frozenset):
            return value
        known = [code for code in CODES if code.startswith("NV6")]
        wanted: set[str] = set()
        for written in value.split(","):
            start = written.strip().upper()
            meant = [code for code in known if start and code.startswith(start)]
            if not meant:
                advice = did_you_mean(nearest(start, known)) or "`netverify explain` lists the codes; lint finds NV6xx"
                raise Refusal("NV420", f"no finding has a code that begins with `{written.strip()}`", advice)
            wanted.update(meant)
        return frozenset(wanted)

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The codes that begin like the last one, with their titles."""
        del ctx, param
        before, comma, last = incomplete.rpartition(",")
        codes = [code for code in CODES if code.startswith("NV6") and code.startswith(last.upper())]
        return [CompletionItem(f"{before}{comma}{code}", help=CODES[code]) for code in codes]


@click.command("lint", epilog=_EPILOG)
@paths_argument
@click.option(
    "--fail-on",
    type=click.Choice(list(LEVELS)),
    default="warning",
    show_default=True,
    help="Lowest severity that ends with status 1.",
)
@click.option(
    "--select",
    "selected",
    metavar="CODES",
    multiple=True,
    type=Codes(),
    help="Only codes that begin with these, such as NV62,NV607; repeatable.",
)
@click.option(
    "--ignore",
    "ignored",
    metavar="CODES",
    multiple=True,
    type=Codes(),
    help="Skip codes that begin with these; repeatable.",
)
@click.option("--diff", is_flag=True, help="Print a patch that fixes the findings, instead of the text.")
@common_flags(OF_FINDINGS, solving=True)
@routing_flags
def lint_command(**given: Any) -> int:
    """Find likely mistakes in policies, Services and ways in.

    Examples are policies without effect, labels with typing errors, and redundant rules.
    """
    return carried_out("lint", given)
