"""What the program offers besides answers: help, versions, completion, pages, and how fast it gets there."""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import pty
import re
import struct
import subprocess
import sys
import termios
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from netverify.cli.assumed import assumed
from netverify.cli.commands.explain import PAGE_FOLDERS
from netverify.cli.main import _program_name, main
from netverify.cli.refusal import Refusal
from netverify.codes import CODES
from netverify.model.behaviours import CNI_PROFILES, Behaviour

ROOT = Path(__file__).resolve().parents[2]
HEAVY = {"z3", "pydantic", "pydantic_core", "yaml", "hypothesis"}


RUNNING = """
import json, os, sys
from netverify.cli.main import main
for arguments, environment in json.loads(sys.argv[1]):
    os.environ.update(environment)
    try:
        status = main(arguments, "netverify")
    except SystemExit as end:
        status = end.code
    modules = sorted({name.split(".")[0] for name in sys.modules})
    print("\\n" + json.dumps([status, modules]), file=sys.stderr)
    for name in environment:
        del os.environ[name]
"""


def modules_after(*runs: tuple[list[str], dict[str, str]]) -> Iterator[tuple[list[str], set[str]]]:
    """The top-level modules that a process has imported after each of ``runs``, which it makes one after the other."""
    done = subprocess.run(
        [sys.executable, "-c", RUNNING, json.dumps(runs)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    told = [json.loads(line) for line in done.stderr.splitlines() if line.startswith("[")]
    for (arguments, _), (status, modules) in zip(runs, told, strict=True):
        assert status == 0, done.stderr
        yield arguments, set(modules)


COMPLETING = {"_NETVERIFY_COMPLETE": "bash_complete", "COMP_CWORD": "3", "COMP_WORDS": "netverify query --cni c"}


def test_help_version_and_completion_import_neither_solver_nor_parser() -> None:
    lines = (["--help"], ["--version"], ["version"], ["completion", "bash"], ["explain"], ["explain", "NV401"])
    completing = {**COMPLETING, "COMP_CWORD": "1", "COMP_WORDS": "netverify q"}
    for arguments, modules in modules_after(*((line, {}) for line in lines), ([], completing)):
        assert not modules & HEAVY, arguments


def test_help_and_flags_of_a_command_and_a_map_do_without_the_solver() -> None:
    helps = [([command, "--help"], {}) for command in ("query", "check", "diff", "lint", "exposed", "map")]
    forms = ("text", "json", "csv", "dot", "mermaid")
    maps = [(["map", "-f", "examples/backdoor", "-o", f"{form}=/dev/null"], {}) for form in forms]
    for arguments, modules in modules_after(*helps, ([], COMPLETING), *maps):
        assert "z3" not in modules, arguments


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_completion_scripts_ask_the_program(capsys, shell) -> None:
    assert main(["completion", shell], "netverify") == 0
    script = capsys.readouterr().out
    assert f"_NETVERIFY_COMPLETE={shell}_complete" in script
    assert "netverify" in script


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("netverify ", {"query", "explain", "completion", "version"}),
        ("netverify query --cni c", {"calico", "cilium"}),
        ("netverify query --assume endport", {"endport-supported=true", "endport-supported=false"}),
        ("netverify query --assume named-ports=", {"named-ports=declared", "named-ports=free"}),
        ("netverify query --assume pod", {"policy-enforced", "pod-cidr=", "pod-to-local-node-allowed=true"}),
        ("netverify query -o j", {"json"}),
        ("netverify query --expect u", {"unreachable"}),
        ("netverify map -o ", {"text", "json", "csv", "dot", "mermaid"}),
        ("netverify map --by n", {"namespace"}),
        ("netverify map --f", {"--focus", "--from", "--filename"}),
        ("netverify explain NV40", {"NV401", "NV409"}),
        ("netverify report --framework pci", {"pci-dss-4.0.1"}),
        ("netverify frameworks h", {"hipaa"}),
        ("netverify query --count", {"--counterexample"}),
    ],
)
def test_values_of_flags_are_completed(words, expected, monkeypatch, capsys) -> None:
    asked = {"_NETVERIFY_COMPLETE": "bash_complete", "COMP_WORDS": words, "COMP_CWORD": str(words.count(" "))}
    for name, value in asked.items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit, match=r"^0$"):
        main([], "netverify")
    offered = {line.partition(",")[2] for line in capsys.readouterr().out.splitlines()}
    prefix = words.rpartition(" ")[2]
    assert {word for word in expected if word.startswith(prefix)} <= offered
    assert all(word.startswith(prefix) for word in offered)


def test_files_are_completed_by_the_shell() -> None:
    environment = {"_NETVERIFY_COMPLETE": "bash_complete", "COMP_WORDS": "netverify query -f x", "COMP_CWORD": "3"}
    done = subprocess.run(
        [sys.executable, "-m", "netverify"],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines() == ["file,x"]


@pytest.mark.parametrize(
    ("argument", "name"),
    [
        ("/usr/bin/netverify", "netverify"),
        ("/usr/bin/kubectl-netverify", "kubectl netverify"),
        ("kubectl_netverify", "kubectl netverify"),
        ("/x/netverify/__main__.py", "python -m netverify"),
    ],
)
def test_the_program_is_called_as_the_user_called_it(argument, name) -> None:
    assert _program_name(argument) == name


def test_every_question_form_and_status_is_in_the_help(capsys) -> None:
    assert main(["query", "--help"], "netverify") == 0
    text = capsys.readouterr().out
    for phrase in ("can SOURCE reach TARGET", "who can reach TARGET", "what can SOURCE reach", "Exit status: 0"):
        assert phrase in text
    assert text.isascii()


@pytest.mark.parametrize("command", [[], ["query"], ["explain"], ["completion"], ["version"]])
def test_every_help_has_an_example(capsys, command) -> None:
    assert main([*command, "--help"], "netverify") == 0
    assert re.search(r"Examples?:\n +(?:source <\()?netverify ", capsys.readouterr().out)


def test_versions_are_told(capsys) -> None:
    assert main(["--version"], "netverify") == 0
    first = capsys.readouterr().out
    assert main(["version"], "netverify") == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0] == first.strip()
    assert [line.split()[0] for line in lines] == ["netverify", "python", "z3-solver", "pyyaml", "pydantic", "click"]


def test_every_code_of_questions_and_flags_has_its_page(capsys) -> None:
    for code in (code for code in CODES if code.startswith("NV4")):
        assert main(["explain", code.lower()], "netverify") == 0
        text = capsys.readouterr().out
        assert text.startswith(f"# {code}: {CODES[code]}\n")
        headings = [line for line in text.splitlines() if line.startswith("## ")]
        assert headings == ["## What it means", "## Example", "## What to do"]


def test_the_pages_are_shipped_where_the_program_looks_for_them() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shipped = settings["tool"]["hatch"]["build"]["targets"]["wheel"]["force-include"]
    assert shipped["docs/diagnostics"] == "netverify/pages"
    assert PAGE_FOLDERS == (ROOT / "netverify" / "pages", ROOT / "docs" / "diagnostics")


def test_the_list_of_codes_is_whole(capsys) -> None:
    assert main(["explain"], "netverify") == 0
    assert capsys.readouterr().out.splitlines() == [f"{code}  {CODES[code]}" for code in sorted(CODES)]


def test_nothing_is_assumed_unasked() -> None:
    nothing = assumed(None, ())
    assert (nothing.behaviours, nothing.pod_cidrs, nothing.free_named_ports) == ({}, (), False)


@pytest.mark.parametrize("name", CNI_PROFILES)
def test_a_profile_is_assumed_whole(name) -> None:
    assert assumed(name, ()).behaviours == CNI_PROFILES[name]


def test_a_single_assumption_goes_before_a_profile() -> None:
    taken = assumed("cilium", ("ipblock-matches-pods=true", "pod-cidr=10.0.0.0/8", "named-ports=free"))
    assert taken.behaviours == {**CNI_PROFILES["cilium"], Behaviour.IPBLOCK_MATCHES_PODS: True}
    assert (taken.pod_cidrs, taken.free_named_ports) == (("10.0.0.0/8",), True)


def test_pod_cidrs_add_up_and_repeats_do_not() -> None:
    texts = ("pod-cidr=10.0.0.0/8", "pod-cidr=fd00::/8", "pod-cidr=10.0.0.0/8")
    assert assumed(None, texts).pod_cidrs == ("10.0.0.0/8", "fd00::/8")
    with pytest.raises(Refusal):
        assumed(None, ("named-ports=free", "named-ports=declared"))


@pytest.mark.parametrize(("encoding", "shown"), [("utf-8", "außen"), ("ascii", "au\\xdfen")])
def test_letters_that_a_terminal_cannot_show_are_escaped(tmp_path, encoding, shown) -> None:
    (tmp_path / "außen.yaml").write_text("kind: [\n")
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "1"}
    command = [sys.executable, "-m", "netverify", "lint", "-f", str(tmp_path)]
    ended = subprocess.run(command, env=environment, capture_output=True, check=False)
    assert ended.returncode == 4
    assert f"{shown}.yaml:" in ended.stderr.decode(encoding)


def shown_at(width: int, *arguments: str) -> list[str]:
    """What a terminal of ``width`` columns gets of one run of the program."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, width, 0, 0))
    environment = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "FORCE_COLOR")}
    command = [sys.executable, "-m", "netverify", *arguments]
    environment |= {"NO_COLOR": "1"}
    with subprocess.Popen(command, stdout=theirs, stderr=subprocess.DEVNULL, cwd=ROOT, env=environment):
        os.close(theirs)
        pieces = []
        with contextlib.suppress(OSError):  # that nobody writes to the terminal any more
            while piece := os.read(ours, 65536):
                pieces.append(piece)
    os.close(ours)
    return b"".join(pieces).decode().replace("\r", "").splitlines()


def test_text_is_broken_at_the_width_of_a_terminal_and_only_there() -> None:
    arguments = ("check", "--spec", "examples/storefront.intent.yaml", "-f", "examples/storefront", "--reproducible")
    at_80 = shown_at(80, *arguments)
    assert max(map(len, at_80)) <= 80
    assert max(map(len, shown_at(300, *arguments))) > 80
    piped = subprocess.run([sys.executable, "-m", "netverify", *arguments], cwd=ROOT, capture_output=True, check=False)
    # The table of exceptions does not fit: its cells are below each other, each with its head but the first.
    assert sorted(" ".join(at_80).split()) == sorted(piped.stdout.decode().replace("exception ", "", 1).split())
    assert at_80[at_80.index("Exceptions") :][1:4] == ["  audit-2026", "    state   used", "    until   2099-12-31"]
