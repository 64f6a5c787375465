"""The checker of evidence as a program: it says what follows, and never passes a folder that it could not check."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from gates import GUARDED, Gates

from netverify.gate.evidence.second_solvers import installed

CHECKER = Path(__file__).resolve().parents[1] / "oracles" / "derivation_checker.py"
INTENT = """
assertions:
- {id: closed, isolated: namespace data}
- {id: web-alone, only: {to: data/db, flows: [{from: "pods app=web in namespaces team=shop", ports: 5432}]}}
- {id: leaves-nothing, deny: {from: data/db}}
"""
pytestmark = pytest.mark.skipif(not installed(), reason="no second solver is installed")


@pytest.fixture
def emitted(capsys, monkeypatch, tmp_path) -> Path:
    """The evidence of one run of the gate."""
    monkeypatch.chdir(tmp_path)
    Path("netverify.yaml").write_text(INTENT)
    Path("manifests.yaml").write_text(GUARDED)
    assert Gates(capsys).run("-f", "manifests.yaml", "--emit-smt2", "goals").status == 1
    return Path("goals")


def document(folder: Path) -> Any:
    return json.loads((folder / "goals.json").read_text())


def ran(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
    """The checker as a program, without the package on its path."""
    variables = {key: text for key, text in os.environ.items() if key != "PYTHONPATH"}
    command = [sys.executable, "-P", CHECKER, *arguments]
    return subprocess.run(command, env=variables, capture_output=True, text=True, check=False)


class TestTheCheckerAsAProgram:
    """`python tests/oracles/derivation_checker.py FOLDER` says what follows, and fails where something does not."""

    def test_it_says_how_many_proofs_follow(self, emitted: Path) -> None:
        texts = len(document(emitted)["goals"])
        done = ran("--assertion", "web-alone", emitted)
        first = done.stdout.splitlines()[0]
        assert (done.returncode, first) == (0, f"2 proofs follow from {texts} texts, checked with {checked_with()}")

    def test_each_failure_is_a_line(self, emitted: Path) -> None:
        changed, gone = sorted(emitted.glob("*.unsat.smt2"))[:2]
        changed.write_text(changed.read_text() + "\n")
        gone.unlink()
        done = ran(emitted)
        assert done.returncode == 1
        assert done.stdout.splitlines() == [
            "other files are there than are listed",
            f"{changed.name} is not the text that is listed",
            f"{gone.name} is missing",
        ]

    def test_an_assertion_that_is_not_there_fails(self, emitted: Path) -> None:
        done = ran("--assertion", "other", emitted)
        assert (done.returncode, done.stdout) == (1, "there is nothing about ['other']\n")

    def test_a_folder_without_a_proof_fails(self, emitted: Path) -> None:
        value = document(emitted)
        value["assertions"] = [one for one in value["assertions"] if one["id"] == "closed"]
        (emitted / "goals.json").write_text(json.dumps(value))
        done = ran(emitted)
        assert (done.returncode, done.stdout) == (1, "goals holds no proof\n")

    def test_a_document_of_another_shape_fails(self, emitted: Path) -> None:
        (emitted / "goals.json").write_text("[]")
        done = ran(emitted)
        assert (done.returncode, done.stderr) == (1, "")
        assert done.stdout.startswith("goals.json is not as docs/evidence.md says")

    @pytest.mark.parametrize("arguments", [[], ["nowhere"], ["."]])
    def test_where_no_evidence_is_named_nothing_is_checked(self, arguments, tmp_path, monkeypatch) -> None:
        monkeypatch.chdir(tmp_path)
        done = ran(*arguments)
        assert (done.returncode, done.stdout) == (2, "")
        assert "FOLDER" in done.stderr or "holds no goals.json" in done.stderr

    def test_a_solver_that_is_not_here_checks_nothing(self, emitted: Path) -> None:
        done = ran("--solver", "z4", emitted)
        assert (done.returncode, done.stdout) == (2, "")
        assert done.stderr.startswith("there is no solver `z4`")

    def test_help_says_what_it_wants(self) -> None:
        done = ran("--help")
        assert (done.returncode, "FOLDER" in done.stdout) == (0, True)

    def test_it_imports_nothing_of_the_package(self) -> None:
        assert "netverify" not in [
            line.split()[1].partition(".")[0]
            for line in CHECKER.read_text().splitlines()
            if line.lstrip().startswith(("import ", "from "))
        ]


def checked_with() -> str:
    """The solver that the checker takes where none is named."""
    return "cvc5" if "cvc5" in installed() else installed()[0]
