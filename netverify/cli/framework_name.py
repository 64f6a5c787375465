"""The name of a framework as an argument, with completion of those that are shipped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from netverify.cli.parameter import Parameter
from netverify.late import late

if TYPE_CHECKING:
    from click import shell_completion

    from netverify.evidence import reading
else:
    (shell_completion,) = late("click", "shell_completion")
    (reading,) = late("netverify.evidence", "reading")


class FrameworkName(Parameter):
    """The id of a framework, or a file; whether there is one is found out when it is read."""

    name = "framework"

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[shell_completion.CompletionItem]:
        """The ids of the shipped frameworks, and files."""
        del ctx, param
        names = sorted(reading.shipped())
        found = [shell_completion.CompletionItem(one) for one in names if one.startswith(incomplete)]
        return found or [shell_completion.CompletionItem(incomplete, type="file")]
