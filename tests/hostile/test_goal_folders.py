"""Folders for `--emit-smt2`: only an earlier run's own files are ever replaced, and runs are never mixed up."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from netverify.cli import goals
from netverify.cli.main import main
from netverify.gate.evidence.document import Shown, evidence_of
from netverify.gate.evidence.inputs import Inputs

MANIFESTS = """
apiVersion: v1
kind: Namespace
metadata: {name: a}
---
apiVersion: v1
kind: Pod
metadata: {name: p, namespace: a, labels: {app: p}}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: a}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
"""
COMMANDS = [
    ["check", "-f", "m.yaml"],
    ["query", "can any pod reach a/p", "-f", "m.yaml"],
    ["exposed", "-f", "m.yaml"],
    ["resolve", "p.a", "--from", "a/p", "-f", "m.yaml"],
    ["lint", "-f", "m.yaml"],
    ["diff", "m.yaml", "m.yaml"],
]


@pytest.fixture(autouse=True)
def here(monkeypatch, tmp_path) -> None:
    monkeypatch.chdir(tmp_path)
    Path("m.yaml").write_text(MANIFESTS)
    Path("netverify.yaml").write_text("assertions: [{id: closed, isolated: namespace a}]\n")


def emit(capsys, command=tuple(COMMANDS[0]), folder="goals"):
    """Status and standard error of one run."""
    capsys.readouterr()
    status = main([*command, "--emit-smt2", folder], "netverify")
    return status, capsys.readouterr().err


def held(folder="goals"):
    return sorted(path.name for path in Path(folder).iterdir())


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command[0])
def test_a_folder_with_a_foreign_file_is_refused_and_left_as_it_is(command, capsys):
    Path("goals").mkdir()
    Path("goals/mine.txt").write_text("keep me")
    status, said = emit(capsys, command)
    assert status == 2
    assert "cannot write goals to `goals`: it holds `mine.txt`, which no earlier run wrote there" in said
    assert "name a new folder, an empty one, or one that `--emit-smt2` wrote" in said
    assert held() == ["mine.txt"]


def test_a_foreign_file_among_those_of_an_earlier_run_is_refused_and_nothing_is_removed(capsys):
    assert emit(capsys)[0] == 0
    Path("goals/closed.999.other.unsat.smt2").write_text("not listed")
    before = held()
    assert emit(capsys)[0] == 2
    assert held() == before


def test_files_of_an_earlier_run_are_gone_after_the_next(capsys):
    assert emit(capsys)[0] == 0
    first = set(held())
    Path("netverify.yaml").write_text("assertions: [{id: other, default-deny: {namespaces: [a]}}]\n")
    assert emit(capsys)[0] == 0
    assert {name for name in held() if name.startswith("closed.")} == set()
    assert set(held()) & first == {"goals.json"}
    listed = json.loads(Path("goals/goals.json").read_text())
    assert held() == sorted(["goals.json", *(goal["name"] for goal in listed["goals"])])


@pytest.mark.parametrize(
    "intent", ["assertions: [{id: closed, isolated: namespace nowhere}]\n", "assertions: 7\n", "{"]
)
def test_a_run_that_judges_nothing_leaves_nothing_of_an_earlier_one(intent, capsys):
    assert emit(capsys)[0] == 0
    Path("netverify.yaml").write_text(intent)
    assert emit(capsys)[0] == 2
    assert held() == []


def test_texts_that_are_missing_or_altered_are_replaced(capsys):
    assert emit(capsys)[0] == 0
    before = {name: Path("goals", name).read_bytes() for name in held()}
    first, second, *_ = [name for name in before if name != "goals.json"]
    Path("goals", first).unlink()
    Path("goals", second).write_text("something else")
    assert emit(capsys)[0] == 0
    assert {name: Path("goals", name).read_bytes() for name in held()} == before


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "null",
        "{}",
        '{"schema": "netverify/goals/v1"}',
        '{"schema": "other/v1", "goals": []}',
        "[" * 5000,
        '{"schema": "netverify/goals/v1", "goals": [{"name": 7}, {"name": null}, 3]}',
        "\udcff",
    ],
)
def test_a_document_that_no_run_wrote_is_foreign(text, capsys):
    Path("goals").mkdir()
    Path("goals/goals.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    assert emit(capsys)[0] == 2
    assert held() == ["goals.json"]


@pytest.mark.parametrize(
    "name", ["../m.yaml", "m.yaml", "/etc/hostname", "..", "goals.json/x", "A.001.b.sat.smt2", "a.1.b.sat.smt2\n"]
)
def test_a_document_cannot_name_what_is_to_be_removed(name, capsys):
    Path("goals").mkdir()
    document = {"schema": "netverify/goals/v1", "goals": [{"name": name}]}
    Path("goals/goals.json").write_text(json.dumps(document))
    assert emit(capsys)[0] == 0
    assert Path("m.yaml").read_text() == MANIFESTS


def test_a_link_among_the_files_is_foreign_even_if_it_is_listed(capsys):
    assert emit(capsys)[0] == 0
    name = next(one for one in held() if one.endswith(".smt2"))
    Path("goals", name).unlink()
    Path("goals", name).symlink_to(Path("m.yaml").absolute())
    status, said = emit(capsys)
    assert status == 2
    assert name in said
    assert Path("m.yaml").read_text() == MANIFESTS


@pytest.mark.parametrize("target", ["elsewhere", "nowhere"])
def test_a_folder_that_is_a_link_is_refused(target, capsys):
    Path("elsewhere").mkdir()
    Path("goals").symlink_to(target)
    status, said = emit(capsys)
    assert status == 2
    assert "cannot write goals to `goals`: it is a link" in said
    assert held("elsewhere") == []


def test_what_a_run_leaves_that_is_cut_short_is_known_as_its_own(capsys, monkeypatch):
    written = []

    def fails(path, pieces):
        if len(written) == 2:
            raise KeyboardInterrupt
        written.append(path)
        path.write_text("".join(pieces))

    with monkeypatch.context() as patch:
        patch.setattr(goals, "write_whole", fails)
        with pytest.raises(KeyboardInterrupt):
            goals.write_goals(_evidence, Path("goals"))
    assert len(held()) == 2
    assert emit(capsys)[0] == 0


def _evidence():
    texts = tuple((f"; unsat iff x: {number}\n(check-sat)\n", "unsat") for number in range(5))
    return evidence_of((Shown("a", "a holds", "unknown", texts),), Inputs(), {}, "test")


def test_names_do_not_meet_whatever_assertions_are_called(capsys):
    names = ["Closed", "closed", "closed!", "../closed", "ünïcode", "x" * 300]
    listed = "".join(f"- {{id: {json.dumps(name)}, isolated: namespace a}}\n" for name in names)
    Path("netverify.yaml").write_text(f"assertions:\n{listed}")
    status, said = emit(capsys)
    if status == 0:
        assert all(len(name) < 200 and name == name.lower() and "/" not in name for name in held())
    else:
        assert status == 2
        assert "NV70" in said
