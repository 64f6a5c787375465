"""``kubectl_complete-netverify``: what kubectl runs when a shell completes ``kubectl netverify ...``.

It gets the words after ``netverify``, the last of them incomplete, and prints a candidate a line, with a tab before its
description, then what the shell is to do besides.

Source: "kubectl plugin list" and k8s.io/kubectl/pkg/cmd/plugin/plugin_completion.go for the name and the words,
github.com/spf13/cobra ``ShellCompDirective`` for the last line.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from enum import IntEnum

from click.shell_completion import CompletionItem, ShellComplete

from netverify.cli.ending import BROKEN_PIPE
from netverify.cli.main import silence_broken_pipes
from netverify.cli.program import COMPLETE_VARIABLE, program
from netverify.cli.refusal import Refusal
from netverify.cli.streams import complain_of, print_out


class Directive(IntEnum):
    """What the shell does besides offering the candidates: complete names of files, nothing, or names of folders."""

    FILES = 0
    NOTHING = 4
    FOLDERS = 16


def completed(words: Sequence[str]) -> str:
    """What is printed for ``words``, of which the last is incomplete."""
    *arguments, incomplete = words or ("",)
    items = ShellComplete(program, {}, "kubectl netverify", COMPLETE_VARIABLE).get_completions(arguments, incomplete)
    lines = [_line(item) for item in items if item.type == "plain"]
    return "".join(f"{line}\n" for line in (*lines, f":{_directive(items):d}"))


def _line(item: CompletionItem) -> str:
    help_text = " ".join((item.help or "").split())
    return f"{item.value}\t{help_text}" if help_text else str(item.value)


def _directive(items: Sequence[CompletionItem]) -> Directive:
    kinds = {item.type for item in items}
    if "file" in kinds:
        return Directive.FILES
    return Directive.FOLDERS if "dir" in kinds else Directive.NOTHING


def run() -> None:
    """The console entry. A shell that does not wait for candidates is left in peace."""
    status = 0
    try:
        print_out((completed(sys.argv[1:]),))
    except BrokenPipeError:
        status = BROKEN_PIPE
    except Refusal as refusal:
        complain_of(refusal, "never")
        status = refusal.status
    silence_broken_pipes()
    sys.exit(status)
