"""What ends the program with a message: a misuse of the command line, or a fault of its own."""

from __future__ import annotations

import re
from collections.abc import Sequence

import click

from netverify.cli.statuses import ExitStatus
from netverify.query.suggestions import did_you_mean, nearest
from netverify.records import dataclass


@dataclass(eq=False)
class Refusal(Exception):  # noqa: N818 a refusal is an answer to the user, not a fault of the program
    """``code`` is ``NV4xx``; ``help`` says what to do and may be empty."""

    code: str
    message: str
    help: str = ""
    status: ExitStatus = ExitStatus.USAGE

    def __str__(self) -> str:
        return self.message


def refusal_of(error: click.ClickException, command: str) -> Refusal:
    """What click found wrong, in this program's words. ``command`` is what its help is printed by."""
    context = getattr(error, "ctx", None)
    path = context.command_path if context else command
    # Each release of click ends such messages with guesses in words of its own; here they are guessed below.
    found = " ".join(error.format_message().split())
    if isinstance(error, click.NoSuchOption):
        found = f"No such option '{error.option_name}'"
    message = re.sub(r"'([^']*)'", r"`\1`", re.sub(r" \(?Did you mean .*", "", found)).rstrip(".")
    advice = f"`{path} --help` lists the {'commands' if message.startswith('No such command') else 'flags'}"
    if guess := did_you_mean(nearest(*_mistyped(error, message))):
        advice = f"{guess} {advice}"
    return Refusal("NV420", message[:1].lower() + message[1:], advice)


def _mistyped(error: click.ClickException, message: str) -> tuple[str, Sequence[str]]:
    """What was written for a flag, a value or a command that there is not, and those that there are."""
    context = getattr(error, "ctx", None)
    if isinstance(error, click.NoSuchOption):
        return error.option_name, error.possibilities or ()
    choice = error.param.type if isinstance(error, click.BadParameter) and error.param is not None else None
    if isinstance(choice, click.Choice) and (wrong := re.search(r"`([^`]*)` is not one of", message)):
        return wrong[1], tuple(map(str, choice.choices))
    missing = re.match(r"No such command `(.*)`", message)
    if missing and context is not None and isinstance(context.command, click.Group):
        return missing[1], context.command.list_commands(context)
    return "", ()
