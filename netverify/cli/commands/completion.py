"""``netverify completion``: scripts that make shells complete commands, flags and their values."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from netverify.cli.program import COMPLETE_VARIABLE


@click.command(
    "completion",
    epilog="""\b
Examples:
  source <(netverify completion bash)
  netverify completion zsh > "${fpath[1]}/_netverify"
  netverify completion fish > ~/.config/fish/completions/netverify.fish
""",
)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion_command(ctx: click.Context, shell: str) -> int:
    """Print the completion script for SHELL."""
    kind = get_completion_class(shell)
    assert kind is not None
    script = kind(ctx.find_root().command, {}, "netverify", COMPLETE_VARIABLE)
    click.echo(script.source_template % script.source_vars())
    return 0
