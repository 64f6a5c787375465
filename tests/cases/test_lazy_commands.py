"""Commands are imported one by one, when they run or are asked about; help and completion know them all the same."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.shell_completion import ShellComplete

from netverify.cli.program import COMMANDS, COMPLETE_VARIABLE, program

CONTEXT = click.Context(program)


@pytest.mark.parametrize("name", COMMANDS)
def test_the_help_of_the_program_says_of_a_command_what_its_own_help_does(name: str) -> None:
    command = program.get_command(CONTEXT, name)
    assert command is not None
    assert command.name == name
    assert command.get_short_help_str(1000) == COMMANDS[name]


@pytest.mark.parametrize(
    ("arguments", "incomplete", "found"),
    [
        ([], "", set(COMMANDS)),
        ([], "ma", {"map"}),
        ([], "--v", {"--version"}),
        (["map"], "--foc", {"--focus"}),
        (["query", "x", "--expect"], "un", {"unreachable"}),
        (["check", "-o"], "mark", {"markdown"}),
        (["diff"], "--base", {"--base"}),
        (["lint", "--select"], "NV625", {"NV625"}),
        (["no-such-command"], "", set()),
    ],
)
def test_shells_complete_names_flags_and_values(arguments: list[str], incomplete: str, found: set[str]) -> None:
    items = ShellComplete(program, {}, "netverify", COMPLETE_VARIABLE).get_completions(arguments, incomplete)
    assert {item.value for item in items if item.type == "plain"} >= found
    if arguments != ["no-such-command"]:
        assert all(item.value.startswith(incomplete) for item in items)


IMPORTED = """
import sys
from netverify.cli.main import main
main({arguments!r}, "netverify")
print(*sorted(name for name in sys.modules if name.startswith(("netverify.", "z3", "yaml", "pydantic"))))
"""


def imported(*arguments: str) -> set[str]:
    code = IMPORTED.format(arguments=list(arguments))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(done.stdout.splitlines()[-1].split())


@pytest.mark.parametrize("arguments", [("--help",), (), ("--version",)])
def test_what_runs_no_command_imports_none(arguments: tuple[str, ...]) -> None:
    found = imported(*arguments)
    assert not found & {f"netverify.cli.commands.{name}" for name in set(COMMANDS) - {"completion"}}
    assert not found & {f"netverify.cli.{name}" for name in set(COMMANDS) - {"version"}}
    assert ("netverify.cli.program" in found) == (arguments != ("--version",))
    assert not found & {"z3", "yaml", "pydantic", "netverify.cli.common_flags"}


def test_the_help_of_a_command_imports_no_other_one_and_no_solver() -> None:
    found = imported("map", "--help")
    assert "netverify.cli.commands.map" in found
    assert not found & {f"netverify.cli.commands.{name}" for name in set(COMMANDS) - {"map", "completion"}}
    assert not found & {"z3", "yaml", "pydantic"}


@pytest.mark.parametrize("name", COMMANDS)
def test_the_flags_of_a_command_import_nothing_that_runs_it(name: str) -> None:
    program = (
        f"import sys, netverify.cli.commands.{name}; print(*(one for one in sys.modules if one[:9] == 'netverify'))"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    names_of_formats = {"netverify.report", "netverify.report.formats"}
    rooms = {one.split(".")[1] for one in done.stdout.split() if "." in one and one not in names_of_formats}
    assert rooms <= {
        "budget",
        "cli",
        "codes",
        "diagnostics",
        "interruption",
        "late",
        "model",
        "patterns",
        "query",
        "records",
        "sources",
    }
    assert f"netverify.cli.{name}" not in done.stdout.split() or name == "version"
    assert len(done.stdout.split()) < 34


def test_a_question_brings_neither_gate_nor_comparison() -> None:
    found = imported("query", "can 10.0.0.1 reach 10.0.0.2", "-f", "examples/backdoor")
    rooms = {name.split(".")[1] for name in found if name.startswith("netverify.")}
    assert not rooms & {"diff", "lint"}
    assert {name.split(".")[2] for name in found if name.startswith("netverify.gate.")} <= {"intent"}


def test_a_small_question_loads_no_more_than_it_needs() -> None:
    found = imported("query", "can namespace a reach b/pg:5432", "-f", "examples/backdoor", "--no-cache")
    assert not found & {"z3", "yaml", "pydantic"}
    assert not {name for name in found if name.startswith("netverify.sources.delivery.")}
    assert "netverify.kinds.service" not in found
    assert not found & {"netverify.routes.ingresses", "netverify.routes.records", "netverify.gate.intent.spec"}
    assert len(found) < 260
