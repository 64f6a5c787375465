"""A small cluster, closed or open, in which zones of all shipped frameworks are bound; and `netverify report`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from netverify.cli.main import main

BOUND = {
    "cde": "namespace payments",
    "connected": "namespace edge",
    "out-of-scope": "namespace other",
    "dev": "namespace trial",
    "prod": "namespace live",
    "ephi": "namespace clinic",
}
NAMESPACES = [text.removeprefix("namespace ") for text in BOUND.values()]
POD = """
apiVersion: v1
kind: Namespace
metadata: {{name: {name}}}
---
apiVersion: v1
kind: Pod
metadata: {{name: app, namespace: {name}, labels: {{app: {name}}}}}
spec: {{containers: [{{name: c, image: c, ports: [{{containerPort: 80}}]}}]}}
---
"""
DENY = """
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {{name: closed, namespace: {name}}}
spec: {{podSelector: {{}}, policyTypes: [Ingress, Egress]}}
---
"""
OPEN = "".join(POD.format(name=name) for name in NAMESPACES)
"""Pods without any policy."""
CLOSED = OPEN + "".join(DENY.format(name=name) for name in NAMESPACES)
"""Every pod denies everything."""


@dataclass(frozen=True)
class Audit:
    """What one run of `netverify report` printed, and how it ended."""

    status: int
    out: str
    err: str

    @property
    def report(self) -> Any:
        """The JSON that was printed."""
        return json.loads(self.out)

    @property
    def states(self) -> dict[str, str]:
        """The state of each control, by its reference."""
        return {one["reference"]: one["state"] for each in self.report["frameworks"] for one in each["controls"]}

    def control(self, reference: str) -> Any:
        """All that the report says of one control."""
        every = (one for each in self.report["frameworks"] for one in each["controls"])
        return next(one for one in every if one["reference"] == reference)


class Audits:
    """Runs `netverify report` in the current folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *arguments: str) -> Audit:
        """The command with ``arguments``."""
        self._capsys.readouterr()
        status = main(["report", *arguments], "netverify")
        printed = self._capsys.readouterr()
        return Audit(status, printed.out, printed.err)


def bind(*frameworks: str) -> None:
    """Write the intent file for ``frameworks``, with every zone bound."""
    assert main(["init", "--force", *(f"--framework={one}" for one in frameworks)], "netverify") == 0
    path, name, lines = Path("netverify.yaml"), "", []
    for line in path.read_text().splitlines():
        name = line.strip().rstrip(":") if line.startswith("  ") and line.endswith(":") else name
        ends = "cidrs: [192.0.2.0/24]" if name == "control-plane" else f"any: {BOUND.get(name)}"
        lines.append(line.replace("any: TO BIND", ends))
    path.write_text("\n".join(lines) + "\n")
