"""What the site needs beside the pages: a home page of the README, and names for what is not part of the site."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from mkdocs.structure.files import File, Files

ROOT = Path(__file__).resolve().parents[1]
_LINK = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")
_NUMBERED = re.compile(r"\d+\. ")
_CODE = re.compile(r"^(?:```|~~~)")


def on_files(files: Files, config: Any) -> Files:
    """Adds the README as the home page."""
    text = (ROOT / "README.md").read_text("utf-8").replace("](docs/", "](")
    files.append(File.generated(config, "index.md", content=text))
    return files


def on_page_markdown(markdown: str, page: Any, files: Files, **_: Any) -> str:
    """Turns links that leave the pages into plain names: the site has no copy of the code."""
    here = posixpath.dirname(page.file.src_uri)
    known = {one.src_uri for one in files}
    lines, in_code = [], False
    for line in _indented(markdown.split("\n")):
        in_code ^= bool(_CODE.match(line.lstrip()))
        lines.append(line if in_code else _LINK.sub(lambda found: _linked(found, here, known), line))
    return "\n".join(lines)


def _indented(lines: Iterable[str]) -> Iterator[str]:
    """``lines`` with what belongs to an item of a numbered list indented by four, as this Markdown wants it."""
    in_item = False
    for line in lines:
        in_item = bool(_NUMBERED.match(line)) or (in_item and (not line or line.startswith("   ")))
        yield f" {line}" if in_item and line.startswith("   ") else line


def _linked(found: re.Match[str], here: str, known: set[str]) -> str:
    """The link as it is where it leads to a page or another site; else its text, with the path in the project."""
    text, target = found.groups()
    path, hash_, anchor = target.partition("#")
    if not path or "://" in path or path.startswith("mailto:"):
        return found[0]
    place = posixpath.normpath(posixpath.join(here, path))
    if place == "../README.md":
        return f"[{text}]({posixpath.relpath('index.md', here or '.')}{hash_}{anchor})"
    if place in known:
        return found[0]
    if f"{place}/README.md" in known:
        return f"[{text}]({path.rstrip('/')}/README.md{hash_}{anchor})"
    shown = posixpath.normpath(posixpath.join("docs", here, path)) if here != "" or path.startswith("..") else path
    return text if shown in text or text.strip("`") == posixpath.basename(shown) else f"{text} (`{shown}`)"
