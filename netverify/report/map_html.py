"""A map as one page of HTML that needs nothing else: no network, no server, no other file.

What comes from manifests is on the page as JSON alone, and no byte of it can end the element that holds it. The page's
own policy lets exactly its one script and its one style sheet run, by their hashes, and loads nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib.resources import files

from netverify.patterns import pattern
from netverify.report.html_text import digest
from netverify.report.map_page_data import Findings, page_data
from netverify.sources.coverage import Inventory

SCRIPTS = (
    "elements.js",
    "ports.js",
    "model.js",
    "filter.js",
    "state.js",
    "badges.js",
    "layout.js",
    "diagram.js",
    "matrix.js",
    "workloads.js",
    "rules.js",
    "details.js",
    "account.js",
    "page.js",
)
"""The files of the page's script, in their order."""

_PLACE = pattern(r"\{\{(\w+)\}\}")
_ESCAPES = str.maketrans({character: f"\\u{ord(character):04x}" for character in "<>&"})


def render_map_html(findings: Findings, inventory: Inventory, *, title: str = "", narrowed: str = "") -> Iterator[str]:
    """The page, in pieces. ``title`` says what the map is of, and ``narrowed`` to which part it is narrowed, if it is.

    Both may hold anything, as may every name and path. Guarantees: the pieces are ASCII; the same map is the same
    bytes.
    """
    style, script = _asset("page.css"), _script()
    texts = {"style": style, "script": script, "policy": _policy(style, script)}
    for position, part in enumerate(_PLACE.split(_asset("page.html"))):
        if position % 2 == 0:
            yield part
        elif part == "data":
            yield from (
                piece.translate(_ESCAPES) for piece in page_data(findings, inventory, title=title, narrowed=narrowed)
            )
        else:
            yield texts[part]


def _asset(name: str) -> str:
    return files(__package__).joinpath("map_page", name).read_text(encoding="utf-8")


def _script() -> str:
    """The scripts as one, in a function of its own so that nothing on the page can be mistaken for a name in it."""
    body = "\n".join(_asset(name) for name in SCRIPTS)
    return f'(() => {{\n"use strict";\n{body}}})();\n'


def _policy(style: str, script: str) -> str:
    """The Content-Security-Policy: nothing but this style sheet and this script."""
    return "; ".join(
        (
            "default-src 'none'",
            f"style-src '{digest(style)}'",
            f"script-src '{digest(script)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
