"""A group of commands that imports the flags of a command when they are asked for, and what runs when it runs."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Any

import click

from netverify.late import late

if TYPE_CHECKING:
    from click import shell_completion
else:
    (shell_completion,) = late("click", "shell_completion")


def carried_out(name: str, given: Mapping[str, Any]) -> int:
    """Runs the command with what it is ``given``: the function ``run`` of its module, which is imported now."""
    status: int = import_module(f"netverify.cli.{name}").run(**given)
    return status


class LazyGroup(click.Group):
    """``lazy`` has, by the name of each command, the first sentence of its help.

    The command ``NAME`` is ``NAME_command`` of the module ``NAME`` in the package ``home``, which has its flags alone.
    The help of the group and the completion of names show the sentences, and import none of them.
    """

    def __init__(self, name: str | None = None, *, lazy: Mapping[str, str], home: str, **further: Any) -> None:
        super().__init__(name, **further)
        self._home = home
        self._stubs = {name: click.Command(name, help=sentence) for name, sentence in lazy.items()}

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of all commands, sorted."""
        return sorted({*self._stubs, *super().list_commands(ctx)})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command, imported; None where there is none of that name."""
        if cmd_name not in self._stubs:
            return super().get_command(ctx, cmd_name)
        command = getattr(import_module(f"{self._home}.{cmd_name}"), f"{cmd_name}_command")
        assert isinstance(command, click.Command)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """As click does, without the commands themselves."""
        names = self.list_commands(ctx)
        limit = formatter.width - 6 - max(map(len, names))
        with formatter.section("Commands"):
            formatter.write_dl([(name, self._stubs[name].get_short_help_str(limit)) for name in names])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[shell_completion.CompletionItem]:
        """As click does, without the commands themselves."""
        found = [
            shell_completion.CompletionItem(name, help=self._stubs[name].get_short_help_str())
            for name in self.list_commands(ctx)
            if name.startswith(incomplete)
        ]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]
