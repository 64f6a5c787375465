"""The commands of the program, put together."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.check import check
from netverify.cli.completing import completion
from netverify.cli.diff import diff
from netverify.cli.explaining import explain
from netverify.cli.exposed import exposed
from netverify.cli.init import init
from netverify.cli.lint import lint
from netverify.cli.map import map_command
from netverify.cli.query import query
from netverify.cli.resolve import resolve
from netverify.cli.schema import schema
from netverify.cli.statuses import ExitStatus
from netverify.cli.versioning import version_command, version_of


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"netverify {version_of('netverify')}")
        ctx.exit()


class ReaderLeftError(Exception):
    """Nobody reads standard output any more."""


class _Program(click.Group):
    """A group that tells a broken pipe from other ends; click makes it an exit with 1, which means another thing."""

    def make_context(self, *arguments: Any, **extra: Any) -> click.Context:
        """As click does, but a broken pipe under help raises :class:`ReaderLeftError`."""
        try:
            return super().make_context(*arguments, **extra)
        except BrokenPipeError:
            raise ReaderLeftError from None

    def invoke(self, ctx: click.Context) -> Any:
        """As click does, but a broken pipe under a command raises :class:`ReaderLeftError`."""
        try:
            return super().invoke(ctx)
        except BrokenPipeError:
            raise ReaderLeftError from None


@click.group(
    cls=_Program,
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  netverify check --spec netverify.yaml -f manifests/
  netverify query "can namespace a reach b/pg:5432" -f manifests/
  netverify map -f manifests/
  netverify diff --base origin/main -f manifests/
  netverify exposed -f manifests/
  netverify resolve db.shop --from shop/web -f manifests/
  netverify lint -f manifests/
""",
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the version and exit.",
)
@click.pass_context
def program(ctx: click.Context) -> int:
    """Prove what Kubernetes network policy lets through, for every pod that is and every pod that could be."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return ExitStatus.USAGE
    return ExitStatus.ANSWERED


for command in (
    init,
    check,
    diff,
    lint,
    query,
    map_command,
    exposed,
    resolve,
    schema,
    explain,
    completion,
    version_command,
):
    program.add_command(command)
