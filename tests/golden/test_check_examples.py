"""`netverify check` on the shipped examples, from files to the bytes of the report."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netverify.cli.main import main
from netverify.cli.version import version_of

ROOT = Path(__file__).resolve().parents[2]


def lasting(text: str) -> str:
    """``text`` without what differs from version to version, and the revision of the checkout."""
    return re.sub(r"\b[0-9a-f]{40}\b", "REVISION", text).replace(version_of("netverify"), "VERSION")


@pytest.mark.parametrize("example", ["backdoor", "storefront", "tiers"])
@pytest.mark.parametrize("form", ["text", "markdown"])
def test_the_report_reads_as_reviewed(example, form, golden, capsys, monkeypatch) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setattr("sys.argv", ["netverify", "check"])
    monkeypatch.setattr("netverify.cli.revisions.repository_url", lambda: "")
    monkeypatch.setattr("netverify.cli.revisions.head_revision", lambda: "")
    status = 0 if example == "tiers" else 1
    assert main(["check", "--spec", f"examples/{example}.intent.yaml", "-o", form], "netverify") == status
    captured = capsys.readouterr()
    assert captured.err == ""
    golden(f"check/{example}.{'txt' if form == 'text' else 'md'}", lasting(captured.out))
