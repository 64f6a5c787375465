"""The shipped example, from its files to the bytes of every report."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
import yaml

from netverify.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
QUESTIONS = {
    "admin": ["can namespace a reach b/pg:5432"],
    "client": ["can a/client reach b/pg"],
    "api": ["can b/api reach b/pg:postgres", "--cni", "calico"],
    "api-any-cni": ["can b/api reach b/pg:postgres"],
    "api-weave": ["can b/api reach b/pg:postgres", "--cni", "weave"],
    "outside": ["can any pod outside namespaces team in (a, b) reach b/pg"],
    "internet": ["can internet reach pods app in namespace b"],
    "who": ["who can reach b/pg:5432", "--cni", "calico"],
    "what": ["what can a/client reach", "--cni", "calico"],
}


@pytest.fixture(autouse=True)
def in_the_root(monkeypatch) -> None:
    monkeypatch.chdir(ROOT)


@pytest.mark.parametrize("name", QUESTIONS)
@pytest.mark.parametrize("form", ["text", "json"])
def test_the_answer_reads_as_reviewed(name, form, golden, capsys) -> None:
    assert main(["query", *QUESTIONS[name], "-f", "examples/backdoor", "-o", form], "netverify") == 0
    captured = capsys.readouterr()
    assert captured.err == ""
    golden(f"backdoor/{name}.{'txt' if form == 'text' else 'json'}", captured.out)


def test_the_counterexample_makes_the_claim_come_true(tmp_path, capsys) -> None:
    """With the pod that was written, the same question is answered by an existing pod."""
    pod = tmp_path / "pod.yaml"
    arguments = ["query", QUESTIONS["admin"][0], "-f", "examples/backdoor"]
    assert main([*arguments, "--counterexample", str(pod)], "netverify") == 0
    assert "only by a pod that is not in these manifests" in capsys.readouterr().out
    assert [one["kind"] for one in yaml.safe_load_all(pod.read_text())] == ["Pod"]
    assert main([*arguments, "-f", str(pod)], "netverify") == 0
    out = capsys.readouterr().out
    assert out.startswith("REACHABLE\n")
    assert "pod a/netverify-source" in out


def test_the_order_and_the_splitting_of_files_change_nothing(tmp_path, capsys) -> None:
    files = sorted((ROOT / "examples" / "backdoor").glob("*.yaml"))
    documents = [text for file in files for text in file.read_text().split("\n---\n")]
    for number, text in enumerate(reversed(documents)):
        (tmp_path / f"{number:02}.yaml").write_text(text)
    seen = []
    for folder in ("examples/backdoor", os.fspath(tmp_path)):
        assert main(["query", QUESTIONS["admin"][0], "-f", folder, "-o", "json"], "netverify") == 0
        answer = json.loads(capsys.readouterr().out)
        for reason in answer["because"]:
            del reason["file"], reason["line"]
        del answer["coverage"]["files"]
        seen.append(answer)
    assert seen[0] == seen[1]
