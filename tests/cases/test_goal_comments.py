"""A comment over a saved formula says what it proves that no solver can satisfy it."""

import json
from pathlib import Path

import pytest

from netverify.cli.main import main

ROOT = Path(__file__).resolve().parents[2]
POLICY = """apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: %s, namespace: shop}
spec: {podSelector: {}, ingress: [{ports: [{port: 80}]}]}
"""
HEAD = "; netverify: unsatisfiable iff "
CASES = {
    "query": "no such flow is allowed: can namespace a reach b/pg:5432",
    "allow": "every such flow is allowed: can a/client[Deployment] reach b/api[Deployment]:8080/tcp",
    "diff": "there is no such flow: allowed by the old manifests and denied by the new ones, ingress of shop",
    "lint": "it is not so that: NetworkPolicy `shop/one` makes a difference (ingress)",
}


def proofs(folder):
    lines = {line for path in folder.glob("*.smt2") for line in path.read_text().split("\n")}
    return {line.removeprefix(HEAD) for line in lines if line.startswith(HEAD)}


@pytest.mark.parametrize("name", CASES)
def test_a_saved_formula_says_what_it_proves(name, tmp_path, capsys):
    backdoor, goals = str(ROOT / "examples/backdoor"), tmp_path / "goals"
    (tmp_path / "two").mkdir()
    (tmp_path / "two" / "two.yaml").write_text(f"{POLICY % 'one'}---\n{POLICY % 'two'}")
    intent = {"assertions": [{"id": "a", "allow": {"from": "a/client", "to": "b/api", "ports": 8080}}]}
    (tmp_path / "intent.yaml").write_text(json.dumps({"sources": [{"manifests": backdoor}], **intent}))
    change = [str(ROOT / f"examples/change/{side}") for side in ("before", "after")]
    commands = {
        "query": ["query", "can namespace a reach b/pg:5432", "-f", backdoor],
        "allow": ["check", "--spec", str(tmp_path / "intent.yaml"), "--allow-outside", backdoor],
        "diff": ["diff", *change],
        "lint": ["lint", "-f", str(tmp_path / "two")],
    }
    main([*commands[name], "--emit-smt2", str(goals)], "netverify")
    assert CASES[name] in proofs(goals), (sorted(proofs(goals)), capsys.readouterr())
