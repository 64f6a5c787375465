"""`netverify check --watch` checks again whenever something changes that it reads, wherever that is."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace

import pytest

from cases.gates import CLOSED, SHOP
from netverify.cli import watching
from netverify.cli.main import main

DENY = "assertions: [{id: closed, deny: {to: data/db}}]\n"
OPEN = CLOSED.replace("policyTypes", "ingress: [{}], policyTypes")


@pytest.fixture(autouse=True)
def _in_a_folder_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".git").mkdir()  # what it names elsewhere is in its checkout
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")


def put(path: str, text: str) -> None:
    Path(path).parent.mkdir(parents=True, exist_ok=True)
    Path(path).write_text(text)


def statuses(changed: str, text: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> list[int]:
    """How the runs end when the file ``changed`` gets ``text`` after the first, and nothing changes after that."""
    pauses = iter([lambda: put(changed, text), lambda: None])

    def sleep(_seconds: float) -> None:
        if (step := next(pauses, None)) is None:
            raise KeyboardInterrupt
        step()

    # The module is replaced, not its function: other threads sleep, too.
    monkeypatch.setattr(watching, "time", SimpleNamespace(sleep=sleep))
    main(["check", "--watch"], "netverify")
    return [int(line.split("status ")[1][0]) for line in capsys.readouterr().err.splitlines() if "; watching" in line]


@pytest.mark.parametrize(
    ("intent", "changed"),
    [
        ("sources: [{manifests: ../m}]\n", "../m/closed.yaml"),
        ("sources: [{manifests: ../m/shop.yaml}, {manifests: ../m/closed.yaml}]\n", "../m/closed.yaml"),
        ("sources: [{manifests: ../overlay}]\n", "../m/closed.yaml"),
        ("sources: [{manifests: m}]\n", "m/closed.yaml"),
    ],
)
def test_sources_that_the_intent_names_elsewhere_are_watched(
    intent: str, changed: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for folder in ("m", "../m"):
        put(f"{folder}/shop.yaml", SHOP)
        put(f"{folder}/closed.yaml", CLOSED)
        put(f"{folder}/kustomization.yaml", "resources: [shop.yaml, closed.yaml]\n")
    put("../overlay/kustomization.yaml", "resources: [../m]\n")
    put("netverify.yaml", intent + DENY)
    assert statuses(changed, OPEN, monkeypatch, capsys) == [0, 1]


def test_a_directory_that_is_compared_with_is_watched(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put("m.yaml", SHOP + CLOSED)
    put("../old/m.yaml", SHOP + CLOSED)
    put("netverify.yaml", "sources: [{manifests: m.yaml}]\nassertions: [{id: it, equivalent: {directory: ../old}}]\n")
    assert statuses("../old/m.yaml", SHOP + OPEN, monkeypatch, capsys) == [0, 1]


def test_intent_that_could_not_be_used_at_first_is_read_again(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put("../m/shop.yaml", SHOP + CLOSED)
    put("netverify.yaml", "sources: [\n")
    assert statuses("netverify.yaml", f"sources: [{{manifests: ../m}}]\n{DENY}", monkeypatch, capsys) == [2, 0]


def test_nothing_is_checked_again_where_nothing_changed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    put("m.yaml", SHOP + CLOSED)
    put("netverify.yaml", f"sources: [{{manifests: m.yaml}}]\n{DENY}")
    put("../m/other.yaml", SHOP)
    assert statuses("../m/other.yaml", OPEN, monkeypatch, capsys) == [0]
