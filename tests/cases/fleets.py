"""Small fleets for the cases of `netverify fleet`, and the command itself, run in one folder and in this process."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Self

import pytest

from cases.gates import CLOSED, FROM_WEB, GUARDED, SHOP, Gate
from netverify.cli import fleet
from netverify.cli.fleet_judging import Task, judge
from netverify.cli.main import main
from netverify.report.fleet_outcome import ClusterReport

INTENT = """
zones:
  db: data/db[Pod]
assertions:
- {id: db-serves-web-alone, title: nothing but web reaches the database, severity: critical,
   only: {to: db, flows: [{from: pods app=web in namespaces team=shop, ports: 5432, justification: it asks}]}}
- {id: web-reaches-db, allow: {from: shop/web, to: db, ports: 5432}}
"""
FOLDERS = {
    "good": GUARDED,
    "open": SHOP,
    "shut": SHOP + CLOSED,
    "torn": SHOP + CLOSED + FROM_WEB + "kind: [",
}
"""Manifests: all holds; nobody is kept out; web is kept out; one file cannot be read."""


class Here:
    """Judges in this process, one cluster after the other."""

    def __init__(self, count: int) -> None:
        self.count = count

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def reports(self, tasks: Sequence[Task]) -> Iterator[ClusterReport]:
        """As the other engines do."""
        yield from map(judge, tasks)


class Fleets:
    """Runs `netverify fleet` in the current folder."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys

    def run(self, *arguments: str) -> Gate:
        """The command with ``arguments``."""
        self._capsys.readouterr()
        status = main(["fleet", *arguments], "netverify")
        printed = self._capsys.readouterr()
        assert "Traceback" not in printed.err
        return Gate(status, printed.out, printed.err)

    def report(self, *arguments: str) -> Any:
        """The JSON that it prints, beside its status."""
        gate = self.run("-o", "json", *arguments)
        assert gate.out, gate.err
        return gate.report | {"status": gate.status}

    def checked(self, *arguments: str) -> Any:
        """The JSON that `netverify check` prints, beside its status."""
        self._capsys.readouterr()
        status = main(["check", "-o", "json", *arguments], "netverify")
        return json.loads(self._capsys.readouterr().out) | {"status": status}


def write_fleet(*names: str, **more: str) -> None:
    """The folders ``names`` of :data:`FOLDERS`, a file of clusters of them, and intent; ``more`` is said of each."""
    assert not Path("pyproject.toml").exists(), "a test writes into the checkout"
    lines = ["clusters:\n"]
    for name in names:
        Path(name).mkdir(exist_ok=True)
        Path(name, "all.yaml").write_text(FOLDERS[name])
        said = f", {more[name]}" if name in more else ""
        lines.append(f"- {{name: {name}, sources: [{{manifests: {name}}}]{said}}}\n")
    Path("clusters.yaml").write_text("".join(lines))
    Path("netverify.yaml").write_text(INTENT)


def in_this_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Has clusters judged in this process."""
    monkeypatch.setattr(fleet, "Processes", Here)
