"""Small clusters and intent files for the cases of `netverify check`, and the command itself, run in one folder."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netverify.cli.main import main

SHOP = """
apiVersion: v1
kind: Namespace
metadata: {name: shop, labels: {team: shop}}
---
apiVersion: v1
kind: Namespace
metadata: {name: data, labels: {team: data}}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, image: web, ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: data, labels: {app: db}}
spec: {containers: [{name: db, image: db, ports: [{name: pg, containerPort: 5432}]}]}
---
"""
CLOSED = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: data}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
"""
FROM_WEB = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: from-web, namespace: data}
spec:
  podSelector: {matchLabels: {app: db}}
  policyTypes: [Ingress]
  ingress:
  - from: [{namespaceSelector: {matchLabels: {team: shop}}, podSelector: {matchLabels: {app: web}}}]
    ports: [{port: 5432}]
---
"""
GUARDED = SHOP + CLOSED + FROM_WEB
"""Nothing gets into or out of namespace `data`, but pods `app=web` of namespaces `team=shop` to `data/db` on 5432."""


@dataclass(frozen=True)
class Gate:
    """What one run of `netverify check` printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        """The JSON that was printed."""
        return json.loads(self.out)

    @property
    def verdicts(self) -> dict[str, str]:
        """The verdict on each assertion, from the JSON that was printed."""
        return {result["id"]: result["verdict"] for result in self.report["results"]}


class Gates:
    """Runs `netverify check` in the current folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *arguments: str) -> Gate:
        """The command with ``arguments``."""
        self._capsys.readouterr()
        status = main(["check", *arguments], "netverify")
        printed = self._capsys.readouterr()
        return Gate(status, printed.out, printed.err)

    def result(self, manifests: str, assertion: str, *arguments: str, more: str = "") -> Any:
        """The result of the one assertion in YAML about ``manifests``; ``more`` stands in the intent file as well."""
        assert not Path("pyproject.toml").exists(), "a test writes into the checkout"
        Path("manifests.yaml").write_text(manifests)
        Path("netverify.yaml").write_text(f"{more}\nassertions: [{{id: it, {assertion}}}]\n")
        gate = self.run("-f", "manifests.yaml", "-o", "json", *arguments)
        assert gate.out, gate.err
        (result,) = gate.report["results"]
        assert gate.status == {"proved": 0, "excepted": 0, "baselined": 0, "unknown": 3}.get(result["verdict"], 1)
        return result

    def results(self, manifests: str, assertions: Sequence[str], *arguments: str, more: str = "") -> dict[str, Any]:
        """The results of all ``assertions`` in one run, each by its text."""
        assert not Path("pyproject.toml").exists(), "a test writes into the checkout"
        Path("manifests.yaml").write_text(manifests)
        listed = "".join(f"- {{id: a{number}, {one}}}\n" for number, one in enumerate(assertions))
        Path("netverify.yaml").write_text(f"{more}\nassertions:\n{listed}")
        gate = self.run("-f", "manifests.yaml", "-o", "json", *arguments)
        assert gate.out, gate.err
        return dict(zip(assertions, gate.report["results"], strict=True))

    def verdict(self, manifests: str, assertion: str, *arguments: str, more: str = "") -> str:
        """The verdict on it."""
        return str(self.result(manifests, assertion, *arguments, more=more)["verdict"])

    def violations(self, manifests: str, assertion: str, *arguments: str, more: str = "") -> list[str]:
        """What is against it, in words."""
        result = self.result(manifests, assertion, *arguments, more=more)
        assert result["complete"]
        return [one["text"] for one in result["violations"]]
