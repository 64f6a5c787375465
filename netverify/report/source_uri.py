"""Paths of inputs as other programs want them: relative to where netverify ran, with forward slashes."""

from __future__ import annotations

import os
from pathlib import Path
from urllib.parse import quote

from netverify.diagnostics import Origin

STANDARD_INPUT = "-"


def is_file(origin: Origin) -> bool:
    """Whether ``origin`` is in something that has a path."""
    return origin.path not in {"", STANDARD_INPUT}


def relative_path(path: str, directory: str) -> str | None:
    """``path`` relative to ``directory``, which is absolute, with forward slashes; None where it is not below it."""
    whole = Path(os.path.normpath(Path(directory) / path))
    return whole.relative_to(directory).as_posix() if whole.is_relative_to(directory) else None


def source_uri(path: str, directory: str) -> tuple[str, bool]:
    """``path`` as a URI, and whether it is relative to ``directory``. Guarantees: ASCII; no colon in a relative one."""
    below = relative_path(path, directory)
    if below is not None:
        return _quoted(below), True
    whole = Path(os.path.normpath(Path(directory) / path)).as_posix()
    return f"file://{'' if whole.startswith('/') else '/'}{_quoted(whole)}", False


def _quoted(path: str) -> str:
    return quote(path, safe="/", errors="surrogatepass")


def first_below(directory: str, *origins: Origin | None) -> tuple[str, int] | None:
    """The relative path and the line, at least 1, of the first of ``origins`` that is in a file below ``directory``."""
    for origin in origins:
        if origin is None or not is_file(origin):
            continue
        path = relative_path(origin.path, directory)
        if path is not None and path != ".":
            return path, max(origin.line, 1)
    return None
