"""Same input, same bytes: every report of `netverify check`, whatever the clock, the hash seed, the order of files."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from gates import CLOSED, FROM_WEB, SHOP, Gates

from netverify.report.formats import OF_FINDINGS as FORMATS
from netverify.sources.programs import _quoted, steady

INTENT = """
assertions:
- {id: closed, isolated: namespace data, controls: [a, b]}
- {id: internet, no-ingress-from-internet: namespace shop}
- {id: web-alone, only: {to: data/db, flows: [{from: shop/web}]}}
- {id: tenants, separate: {}}
- {id: resolves, dns-works: any pod}
- {id: old, equivalent: {directory: manifests}}
exceptions:
- {id: gone, assertions: [closed], reason: none, owner: me, expires: 2000-01-01, flows: [{from: shop/web}]}
"""
TOOK = re.compile(r"\sin\s+\d+(\.\d)?\s+m?s$")
"""Ends what is printed, on as many lines as the terminal is narrow."""
FOLDER = "/tmp/netverify-abc"  # noqa: S108 - no folder is made
FILES = {"a.yaml": SHOP, "b.yaml": CLOSED, "c.yaml": FROM_WEB, "d.yaml": "kind: ConfigMap\napiVersion: v1\n"}


def tree(folder: Path, names: list[str]) -> Path:
    """The manifests and the intent, written in the order of ``names``."""
    (folder / "manifests").mkdir(parents=True)
    for name in names:
        (folder / "manifests" / name).write_text(FILES[name])
    (folder / "netverify.yaml").write_text(INTENT)
    return folder


def run(folder: Path, seed: str, *flags: str) -> dict[str, bytes]:
    """Every file that one run writes, and what it prints."""
    outputs = [part for form in FORMATS for part in ("-o", f"{form}=out.{form}")]
    command = [sys.executable, "-m", "netverify", "check", "-f", "manifests", "--emit-smt2", "goals", *outputs, *flags]
    environment = {**os.environ, "PYTHONHASHSEED": seed, "NO_COLOR": "1"}
    done = subprocess.run([*command, "-o", "text"], cwd=folder, env=environment, capture_output=True, check=False)
    assert done.returncode == 1, done.stderr
    written = [path for path in folder.rglob("*") if path.is_file() and path.parent.name != "manifests"]
    found = {str(path.relative_to(folder)): path.read_bytes() for path in written}
    return {**found, "standard output": done.stdout, "standard error": done.stderr}


def test_runs_elsewhere_with_another_hash_seed_and_order_of_files_give_the_same_bytes(tmp_path) -> None:
    names = list(FILES)
    first = run(tree(tmp_path / "one", names), "1")
    second = run(tree(tmp_path / "two" / "deeper", names[::-1]), "777")
    assert first.keys() == second.keys()
    assert {name for name in first if first[name] != second[name]} == set()
    assert {f"out.{form}" for form in FORMATS} | {"goals/goals.json"} <= first.keys()


class TestTime:
    """Who is told how long it took."""

    @pytest.fixture
    def gates(self, capsys, monkeypatch, tmp_path) -> Gates:
        monkeypatch.chdir(tree(tmp_path / "here", list(FILES)))
        return Gates(capsys)

    def reports(self, gates: Gates, *flags: str) -> dict[str, str]:
        outputs = [part for form in FORMATS for part in ("-o", f"{form}=out.{form}")]
        printed = gates.run("-f", "manifests", *outputs, "-o", "text", *flags).out
        return {"printed": printed, **{form: Path(f"out.{form}").read_text() for form in FORMATS}}

    def test_files_and_pipes_are_not(self, gates: Gates) -> None:
        told = self.reports(gates)
        report = json.loads(told["json"])
        assert report["summary"]["milliseconds"] is None
        assert {result["milliseconds"] for result in report["results"]} == {None}
        assert " time=" not in told["junit"]
        assert all(" ms" not in told[form] for form in ("printed", "text", "markdown", "html"))

    def test_a_terminal_is(self, gates: Gates, monkeypatch) -> None:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        told = self.reports(gates)
        assert TOOK.search(told["printed"].rstrip())
        assert json.loads(told["json"])["summary"]["milliseconds"] is None

    def test_a_terminal_is_not_if_it_is_to_be_reproducible(self, gates: Gates, monkeypatch) -> None:
        monkeypatch.setattr("sys.stdout.isatty", lambda: True, raising=False)
        assert not TOOK.search(self.reports(gates, "--reproducible")["printed"].rstrip())

    def test_files_are_if_they_need_not_be(self, gates: Gates) -> None:
        told = self.reports(gates, "--no-reproducible")
        assert isinstance(json.loads(told["json"])["summary"]["milliseconds"], int)
        assert " time=" in told["junit"]
        assert TOOK.search(told["printed"].rstrip())


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        (
            "W1201 03:16:29.123456   12345 loader.go:222] Config not found: /tmp/netverify-abc/config",
            "W loader.go:222] Config not found: <temporary folder>/config",
        ),
        ("2026/12/01 03:16:29 found symbolic link in path", "<time> found symbolic link in path"),
        ('time="2026-12-01T03:16:29Z" level=warning msg=x', 'time="<time>" level=warning msg=x'),
        ("time=2026-12-01T03:16:29.123+01:00 level=WARN", "time=<time> level=WARN"),
        ("at 2026-12-01 03:16:29.1 +0000 UTC m=+0.012 it failed", "at <time> it failed"),
        ("helm[4242]: cannot read", "helm[<pid>]: cannot read"),
        ("goroutine 17 [running]: main.f(0xc000123456)", "goroutine <number> [running]: main.f(<address>)"),
        (
            "accumulating /tmp/netverify-abc/kustomize-123456789/x",
            "accumulating <temporary folder>/kustomize-<number>/x",
        ),
        ("pid 4242 was killed", "pid <number> was killed"),
        (
            "Error: spec.containers[12].ports[0]: port 10:20:30::1 of fd00:10:20:30:: is 2026",
            "Error: spec.containers[12].ports[0]: port 10:20:30::1 of fd00:10:20:30:: is 2026",
        ),
        ("chart requires kubeVersion: >=1.30.0, at line 12:30", "chart requires kubeVersion: >=1.30.0, at line 12:30"),
    ],
)
def test_what_renderers_print_is_quoted_without_what_differs_from_run_to_run(said: str, quoted: str) -> None:
    assert steady(said, FOLDER) == quoted


@pytest.mark.parametrize(
    ("printed", "told"),
    [
        (
            "WARNING: config is readable\nError: execution error at (x/a.yaml:1:3): set image.tag\n"
            + "".join(f"  --flag{number} does\n" for number in range(20)),
            "it said: Error: execution error at (x/a.yaml:1:3): set image.tag / --flag0 does",
        ),
        ("one\ntwo\n", "it said: one / two"),
        ("\n", "it said nothing"),
    ],
)
def test_what_a_renderer_complains_of_is_told_from_its_cause(printed: str, told: str) -> None:
    """Advice on flags after the error pushed the error itself out of what was shown."""
    assert _quoted(printed.encode(), FOLDER).startswith(told)
