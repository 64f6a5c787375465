"""The commands of the program, put together."""

from __future__ import annotations

from typing import Any

import click

from netverify.cli.lazy_group import LazyGroup
from netverify.cli.statuses import ExitStatus
from netverify.cli.version import version_of

COMMANDS = {
    "init": "Write a first intent file from what the manifests allow today.",
    "check": "Prove the assertions of intent files, or show violations.",
    "fleet": "Check many clusters against one intent, with one report.",
    "diff": "Compare which connections two sets of manifests allow.",
    "lint": "Find likely mistakes in policies, Services and ways in.",
    "query": "Ask who can reach what; get a proof or a counterexample.",
    "map": "List all connections that policy allows.",
    "scope": "List what is connected with a zone, directly or by others.",
    "exposed": "List every way in from outside the cluster.",
    "resolve": "Look up a DNS name as a pod does, step by step.",
    "report": "Write an audit report: what is proved for each control.",
    "frameworks": "List frameworks of controls, or show one of them.",
    "schema": "Print the JSON Schema of intent files and other files.",
    "explain": "Explain a diagnostic and what to do about it.",
    "completion": "Print the completion script for SHELL.",
    "version": "Print the versions of netverify and its libraries.",
}
"""Each command with the first sentence of its help: its flags are in a file of `commands`."""

COMPLETE_VARIABLE = "_NETVERIFY_COMPLETE"
"""The environment variable by which a shell asks the program for completions."""


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if wanted and not ctx.resilient_parsing:
        click.echo(f"netverify {version_of('netverify')}")
        ctx.exit()


class ReaderLeftError(Exception):
    """Nobody reads standard output any more."""


class _Program(LazyGroup):
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
    lazy=COMMANDS,
    home=f"{__package__}.commands",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="""\b
Examples:
  netverify check --spec netverify.yaml manifests/
  netverify query "can namespace a reach b/pg:5432" manifests/
  netverify map manifests/
  netverify fleet clusters.yaml
  netverify diff --base origin/main -f manifests/
  netverify scope --zone cde manifests/
  netverify exposed manifests/
  netverify resolve db.shop --from shop/web manifests/
  netverify lint manifests/

\b
Defaults come from NETVERIFY_MAX_TIME, NETVERIFY_MAX_MEMORY, NETVERIFY_JOBS
and NETVERIFY_COLOR; the plugin and other assumptions from netverify.yaml.
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
    """Prove what Kubernetes network policies allow, for all existing pods and all pods that could be created."""
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help(), err=True)
        return ExitStatus.USAGE
    return ExitStatus.ANSWERED
