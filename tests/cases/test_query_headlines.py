"""What the first line of an answer says: on which plugins it holds, and nothing that nobody looked up."""

from __future__ import annotations

from pathlib import Path

import pytest

from netverify.cli.main import main

NAMED = """
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: a, labels: {app: web}}
spec: {containers: [{name: c, image: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: pg, namespace: b, labels: {app: pg}}
spec: {containers: [{name: c, image: c, ports: [{containerPort: 5432, name: pg}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p, namespace: b}
spec: {podSelector: {}, ingress: [{ports: [{port: pg}]}]}
"""
DEPENDS = "REACHABLE, but that depends on the CNI plugin"


@pytest.mark.parametrize(
    ("arguments", "headline"),
    [
        (["can a/web reach b/pg:5433"], f"{DEPENDS}: it is so with weave"),
        (["can a/web reach b/pg:5432"], DEPENDS),
        (["who can reach b/pg:5433"], f"{DEPENDS}: it is so with weave"),
        (["can a/web reach b/pg:5433", "--cni", "weave"], "REACHABLE"),
        (["can a/web reach b/pg:5433", "--cni", "calico"], "UNREACHABLE (proved for every pod in these manifests and"),
        (["can b/pg reach a/web"], "REACHABLE"),
        (["who can reach a/web"], "REACHABLE"),
    ],
)
def test_the_headline_says_that_an_answer_depends_on_the_plugin(
    arguments: list[str], headline: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "m.yaml").write_text(NAMED)
    assert main(["query", *arguments, "-f", str(tmp_path)], "netverify") == 0
    first = capsys.readouterr().out.splitlines()[0]
    assert first == headline or (headline.endswith("and") and first.startswith(headline))


def test_no_address_is_made_up_for_a_name_outside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "m.yaml").write_text(NAMED)
    assert main(["query", "can a/web reach db.example.com:5432", "-f", str(tmp_path)], "netverify") == 0
    out = capsys.readouterr().out
    assert "outside the cluster -> whatever address it has :5432" in out
    assert "to        an address outside the cluster on TCP 5432" in out
    assert "198.51.100" not in out
