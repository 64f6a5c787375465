"""The reference of intent files in `docs/check.md` against the code, its snippets, and the examples."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from netverify.cli.main import main
from netverify.gate.intent import shape
from netverify.gate.intent.convert import VERBS
from netverify.gate.outcome import GateVerdict

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "check.md").read_text()
SNIPPET = re.compile(r"^( *)```yaml\n(.*?)^\1```$", re.MULTILINE | re.DOTALL)


def table(heading: str) -> str:
    """The first column of the table below ``heading``."""
    section = re.split(rf"^#+ {heading}$", PAGE, flags=re.MULTILINE)[1]
    rows = re.search(r"(?:^\|.*\n)+", section, re.MULTILINE)
    assert rows
    return "\n".join(re.split(r"(?<!\\) \| ", row)[0] for row in rows[0].splitlines()[2:])


def fields(model: type[shape.Shape]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}


def test_every_field_of_an_intent_file_has_its_row() -> None:
    assert set(re.findall(r"`([^`]+)`", table("Intent files"))) == fields(shape.IntentShape)


def test_every_field_of_an_assertion_has_its_row() -> None:
    named = set(re.findall(r"`([^`]+)`", table("Assertions")))
    assert named == fields(shape.AssertionShape) - set(VERBS)


def test_every_verb_has_its_row() -> None:
    assert set(re.findall(r"`([a-z-]+):", table("Verbs"))) == set(VERBS)


def test_every_kind_of_source_has_its_row() -> None:
    named = set(re.findall(r"`([a-z]+): [A-Z]+`", table("Sources")))
    assert named == {"manifests", "kustomize", "helm", "flux", "argocd"}


def test_every_verdict_has_its_row() -> None:
    assert set(re.findall(r"`([a-z]+)`", table("Verdicts"))) == {verdict.value for verdict in GateVerdict}


def test_every_snippet_is_an_intent_file() -> None:
    snippets = [text for _, text in SNIPPET.findall(PAGE) if not text.startswith("apiVersion:")]
    assert len(snippets) == 3
    for text in snippets:
        written = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506 - it makes texts of everything
        assert shape.IntentShape.model_validate(written)


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("backdoor", ["refuted", "proved", "proved", "proved", "proved"]),
        ("storefront", ["excepted", "refuted", "proved", "proved", "proved"]),
    ],
)
def test_the_examples_have_something_to_show(
    name: str, verdicts: list[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(ROOT)
    out = tmp_path / "out.json"
    assert main(["check", "--spec", f"examples/{name}.intent.yaml", "-o", f"json={out}"], "netverify") == 1
    assert re.findall(r'"verb": .*?"verdict": "(\w+)"', out.read_text(), re.DOTALL) == verdicts
