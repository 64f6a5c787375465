"""``netverify explain``: the page of a diagnostic."""

from __future__ import annotations

from pathlib import Path

import click
from click.shell_completion import CompletionItem

from netverify.cli.parameter import Parameter
from netverify.cli.refusal import Refusal
from netverify.codes import CODES
from netverify.query.suggestions import did_you_mean, nearest

_PACKAGE = Path(__file__).resolve().parents[2]
PAGE_FOLDERS = (_PACKAGE / "pages", _PACKAGE.parent / "docs" / "diagnostics")
"""Where pages are: in an installed package, and in a checkout."""


class Code(Parameter):
    """The code of a diagnostic, in any case."""

    name = "code"

    def convert(self, value: str, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """``value`` in capitals. Raises :class:`Refusal` when no diagnostic has it."""
        del param, ctx
        code = value.upper()
        if code not in CODES:
            otherwise = (
                "`netverify explain` lists the codes; to see why an assertion fails: `netverify check --only ID`"
            )
            advice = did_you_mean(nearest(code, CODES)) or otherwise
            raise Refusal("NV420", f"no diagnostic has the code `{value}`", advice)
        return code

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        """The codes that begin like ``incomplete``, with their titles."""
        del ctx, param
        return [CompletionItem(code, help=CODES[code]) for code in sorted(CODES) if code.startswith(incomplete.upper())]


def page(code: str) -> str:
    """The page of ``code``: in the installed package, or in the checkout that the package lies in."""
    found = next((folder / f"{code}.md" for folder in PAGE_FOLDERS if (folder / f"{code}.md").is_file()), None)
    return found.read_text(encoding="utf-8") if found else f"# {code}: {CODES[code]}\n"


@click.command(
    "explain",
    epilog="""\b
Examples:
  netverify explain NV301
  netverify explain
""",
)
@click.argument("code", required=False, type=Code())
def explain_command(code: str | None) -> int:
    """Explain a diagnostic and what to do about it.

    Without CODE, list all codes.
    """
    if code is None:
        click.echo("".join(f"{one}  {CODES[one]}\n" for one in sorted(CODES)), nl=False)
    else:
        click.echo(page(code), nl=False)
    return 0
