"""Every page of a diagnostic about intent files: its example, with `examples/backdoor`, prints what the page shows."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.codes import CODES

ROOT = Path(__file__).resolve().parents[2]
PAGES = ROOT / "docs" / "diagnostics"
BLOCK = re.compile(r"^```(yaml|json|text)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
OF_INTENT = [code for code in CODES if code.startswith("NV7")]
BASELINES = ("NV717", "NV721")
ANNOTATIONS = ("NV718",)
SERVICES = ("NV714",)
EXTERNAL = """
apiVersion: v1
kind: Service
metadata: {name: external, namespace: b}
spec: {ports: [{port: 5432}]}
"""


def test_there_are_such_codes() -> None:
    assert len(OF_INTENT) > 10


@pytest.mark.parametrize("code", OF_INTENT)
def test_the_example_prints_what_the_page_shows(
    code: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    request: pytest.FixtureRequest,
) -> None:
    page = PAGES / f"{code}.md"
    (_, example), (_, expected) = BLOCK.findall(page.read_text())
    (tmp_path / "examples").symlink_to(ROOT / "examples")
    monkeypatch.chdir(tmp_path)
    arguments = ["check", "-f", "examples/backdoor", "-o", f"json={tmp_path / 'report.json'}"]
    if code in BASELINES:
        Path("baseline.json").write_text(example)
        Path("netverify.yaml").write_text("assertions: [{id: a, isolated: namespace a}]\n")
        arguments += ["--baseline", "baseline.json"]
    elif code in ANNOTATIONS:
        Path("policy.yaml").write_text(example)
        Path("netverify.yaml").write_text("assertions: [{id: database, isolated: namespace a}]\n")
        arguments += ["-f", "policy.yaml"]
    else:
        Path("netverify.yaml").write_text(example)
    if code in SERVICES:
        Path("service.yaml").write_text(EXTERNAL)
        arguments += ["-f", "service.yaml"]
    main(arguments, "netverify")
    printed = capsys.readouterr().err
    if request.config.getoption("--update"):
        page.write_text(page.read_text().replace(f"```text\n{expected}```", f"```text\n{printed}```"))
        return
    assert f"[{code}]" in printed
    assert printed == expected
