"""Words that readers had to look at twice stay out of the documentation, of help and of messages."""

from __future__ import annotations

import ast
import re

import pytest

from properties.test_repository import PACKAGE, ROOT, modules, texts_of_code

RIDDLES = re.compile(
    r"\b(?:tell|tells|told|stands?|mend|mends|mended|whoever|whomever|anybody|somebody|gravest|graver|alike)\b"
    r"|left (?:alone|aside)|leaves? aside|nobody keeps|on the other side alone|nothing from nobody|not isolated"
    r"|as far as .{1,40} tell|` is no ",
    re.IGNORECASE,
)
"""What means nothing at first sight: "is told", "stands in", "the gravest wins"."""
ASIDES = re.compile(r'""".*?"""|^ *#.*$', re.DOTALL | re.MULTILINE)
"""Docstrings and comments: where nothing else has a riddle, a module need not be parsed."""
FOR_DEVELOPERS = {ROOT / "docs" / "architecture.md", *(ROOT / "docs" / "decisions").iterdir()}
PAGES = sorted(
    {ROOT / "README.md", ROOT / "SECURITY.md", ROOT / "CONTRIBUTING.md", ROOT / "examples" / "README.md"}
    | {*(ROOT / "docs").rglob("*.md")} - FOR_DEVELOPERS
)
PART_OF_FINGERPRINTS = {
    "where the pod's node stands in for the pod on the way out of the cluster",
    "where an address outside stands in for the pod on the way out of the cluster",
    ", which is told to watch namespace ",
}
"""Conditions of ways in: known violations are known by them."""


def riddles(text: str) -> list[str]:
    return [found.group() for found in RIDDLES.finditer(text)]


@pytest.mark.parametrize("text", ["the gravest wins", "what it is told", "4 paths left alone", "`x` is no CIDR"])
def test_a_riddle_is_found(text: str) -> None:
    assert riddles(text)


def test_no_page_has_a_riddle() -> None:
    lines = ((page, number, line) for page in PAGES for number, line in enumerate(page.read_text().splitlines(), 1))
    assert [
        f"{page.relative_to(ROOT)}:{number}: {riddles(line)}" for page, number, line in lines if riddles(line)
    ] == []


def test_no_message_has_a_riddle() -> None:
    """Sentences of the code; a word alone may be a key."""
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno}: {riddles(node.value)}"
        for path in modules()
        if riddles(ASIDES.sub("", text := path.read_text()))
        for node in texts_of_code(ast.parse(text))
        if " " in node.value.strip() and node.value not in PART_OF_FINGERPRINTS and riddles(node.value)
    ]
    assert found == []


def test_no_script_of_the_map_has_a_riddle() -> None:
    scripts = sorted((PACKAGE / "report" / "map_page").glob("*.js"))
    texts = [
        (path, text)
        for path in scripts
        for text in re.findall(r'"[^"\n]* [^"\n]*"|`[^`\n]* [^`\n]*`', path.read_text())
    ]
    assert [f"{path.name}: {text}" for path, text in texts if riddles(text.strip("`"))] == []


def test_every_exception_is_still_there() -> None:
    everything = "".join(
        path.read_text() for path in [*(PACKAGE / "routes").glob("*.py"), PACKAGE / "gate" / "outcome.py"]
    )
    assert [one for one in PART_OF_FINGERPRINTS if one not in everything] == []
