"""What git says about the checkout that a run is in."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from netverify.sources.git import RevisionError, git_at


def head_revision(folder: Path | None = None) -> str:
    """The commit that ``folder`` (the current one) is at; empty outside of a checkout, or without git."""
    return _asked(("rev-parse", "HEAD"), folder or Path())


def repository_url() -> str:
    """Where the checkout of the current folder comes from, without user and password; empty where that is no URL."""
    try:
        parts = urlsplit(_asked(("remote", "get-url", "origin"), Path()))
        if parts.scheme not in ("http", "https", "ssh", "git") or parts.hostname is None:
            return ""
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, f"{parts.hostname}{port}", parts.path, "", ""))


def _asked(arguments: Sequence[str], folder: Path) -> str:
    try:
        return git_at(folder, "").asked(arguments, "").strip()
    except RevisionError:
        return ""
