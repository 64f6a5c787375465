"""Every page of a diagnostic about objects: its example is found wanting for just that reason, its remedy is not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from netverify.codes import CODES
from netverify.documents.loader import load
from netverify.sources.inventory import build_inventory

PAGES = Path(__file__).resolve().parents[2] / "docs" / "diagnostics"
BLOCK = re.compile(r"^```yaml\n(.*?)^```$", re.MULTILINE | re.DOTALL)
HEADINGS = ["What it means", "Why", "Example", "Use instead"]
OF_OBJECTS = [code for code in CODES if code.startswith(("NV2", "NV3", "NV5"))]


def sections(code: str) -> dict[str, str]:
    parts = re.split(r"^## (.*)$", (PAGES / f"{code}.md").read_text(), flags=re.MULTILINE)
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def codes_of(text: str) -> set[str]:
    loaded = load("example.yaml", text.encode())
    assert loaded.diagnostics == ()
    return {finding.code for finding in build_inventory(loaded.documents).diagnostics}


@pytest.mark.parametrize("code", OF_OBJECTS)
def test_a_page_has_its_title_and_its_four_sections(code: str) -> None:
    assert (PAGES / f"{code}.md").read_text().startswith(f"# {code}: {CODES[code]}\n")
    assert list(sections(code)) == HEADINGS


@pytest.mark.parametrize("code", OF_OBJECTS)
def test_the_example_gives_the_diagnostic(code: str) -> None:
    (example,) = BLOCK.findall(sections(code)["Example"])
    assert code in codes_of(example)


@pytest.mark.parametrize("code", OF_OBJECTS)
def test_what_to_use_instead_does_not(code: str) -> None:
    (remedy,) = BLOCK.findall(sections(code)["Use instead"])
    assert codes_of(remedy) <= ({"NV208"} if code == "NV209" else set())
