"""``kubectl netverify``: the real kubectl finds the program by its name, and asks for completions."""

import os
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from netverify.cli.kubectl_completing import completed
from netverify.cli.program import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
KUBECTL = shutil.which("kubectl")
needs_kubectl = pytest.mark.skipif(KUBECTL is None, reason="needs kubectl on PATH")


def candidates(*words):
    """The candidates with their descriptions, and the directive."""
    *lines, directive = completed(words).splitlines()
    return dict(line.partition("\t")[::2] for line in lines), directive


def test_commands_are_completed_with_what_they_do():
    found, directive = candidates("")
    assert set(found) == set(COMMANDS)
    assert found["check"].startswith("Prove the assertions of intent files")
    assert directive == ":4"
    assert list(candidates("che")[0]) == ["check"]
    assert list(candidates()[0]) == list(found)


def test_flags_and_their_values_are_completed():
    assert "--baseline" in candidates("check", "--ba")[0]
    assert list(candidates("check", "--cni", "cal")[0]) == ["calico"]
    assert list(candidates("check", "--severity", "m")[0]) == ["medium"]


@pytest.mark.parametrize(
    ("words", "directive"),
    [
        (["check", "-f", ""], ":0"),
        (["check", "--spec", "net"], ":0"),
        (["check", "--emit-smt2", ""], ":16"),
        (["check", "--fail-on", ""], ":4"),
        (["nothing", "like", "it"], ":4"),
    ],
)
def test_the_shell_completes_files_and_folders_where_they_are_wanted(words, directive):
    assert candidates(*words)[1] == directive


def launcher(path, entry):
    module, function = entry.split(":")
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); from {module} import {function}; {function}()"
    # As pip's launchers: the program goes by the name of the file.
    named = f"import sys; sys.argv[0] = {str(path)!r}; {code}"
    path.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -c {shlex.quote(named)} "$@"\n')
    path.chmod(0o755)


@pytest.fixture
def kubectl(tmp_path):
    """The real kubectl, which finds the scripts that installing the package puts on PATH."""
    scripts = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["scripts"]
    for name in ("kubectl-netverify", "kubectl_complete-netverify"):
        launcher(tmp_path / name, scripts[name])

    def run(*arguments):
        path = f"{tmp_path}{os.pathsep}{os.environ['PATH']}"
        return subprocess.run(
            [KUBECTL, *arguments],
            cwd=ROOT,
            env={**os.environ, "PATH": path},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


@needs_kubectl
def test_kubectl_runs_the_gate_as_its_plugin(kubectl):
    done = kubectl("netverify", "check", "--spec", "examples/backdoor.intent.yaml", "--only", "no-such-assertion")
    assert done.returncode == 2
    assert "error[NV420]" in done.stderr
    helped = kubectl("netverify", "check", "--help")
    assert (helped.returncode, helped.stdout.splitlines()[0]) == (
        0,
        "Usage: kubectl netverify check [OPTIONS] [PATH]...",
    )


@needs_kubectl
def test_kubectl_gets_its_completions_from_the_program(kubectl):
    done = kubectl("__complete", "netverify", "che")
    assert done.stdout.splitlines() == [*completed(["che"]).splitlines()]
    assert done.stdout.endswith("\n:4\n")
    assert kubectl("__complete", "netverify", "check", "--cni", "cal").stdout.splitlines() == ["calico", ":4"]
    assert kubectl("__complete", "netverify", "check", "--spec", "").stdout.splitlines() == [":0"]
