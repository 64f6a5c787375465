"""The documentation as a site: it builds without a warning, links lead somewhere, nothing is loaded from elsewhere.

It takes seconds; that links between the pages themselves lead somewhere is tested in each run.
"""

from __future__ import annotations

import os
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urldefrag

import pytest

pytestmark = pytest.mark.long

ROOT = Path(__file__).resolve().parents[2]


class Page(HTMLParser):
    """The links of a page, its anchors, and what it loads."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.loaded: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.links.append(given["href"])
        if tag in {"script", "img", "iframe"} and "src" in given:
            self.loaded.append(given["src"])
        if tag == "link" and given.get("rel") in {"stylesheet", "icon", "preconnect"}:
            self.loaded.append(given["href"])


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> dict[Path, Page]:
    pytest.importorskip("material", reason="mkdocs-material is not installed: `pip install '.[site]'`")
    built = tmp_path_factory.mktemp("site")
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(built)],
        cwd=ROOT,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    return {path: Page(path) for path in sorted(built.rglob("*.html")) if path.name != "404.html"}


def test_each_link_leads_to_a_page_and_an_anchor(site: dict[Path, Page]) -> None:
    broken = []
    for path, page in site.items():
        for link in page.links:
            target, anchor = urldefrag(unquote(link))
            if "://" in target or target.startswith("mailto:"):
                continue
            place = path if not target else (path.parent / target).resolve()
            place = place / "index.html" if place.is_dir() else place
            if not place.is_file() or (anchor and place in site and anchor not in site[place].anchors):
                broken.append(f"{path.name}: {link}")
    assert not broken


def test_the_site_has_a_page_for_each_use_and_each_diagnostic(site: dict[Path, Page]) -> None:
    names = {path.name for path in site}
    assert names >= {
        "index.html",
        "tutorial.html",
        "query.html",
        "ci.html",
        "audit.html",
        "comparison.html",
        "NV101.html",
    }


def test_nothing_is_loaded_from_elsewhere(site: dict[Path, Page]) -> None:
    assert not [one for page in site.values() for one in page.loaded if "://" in one or one.startswith("//")]
