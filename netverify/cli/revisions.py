"""What git says about the checkout that a run is in."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

_TIMEOUT_S = 60.0


def head_revision(folder: Path | None = None) -> str:
    """The commit that ``folder`` (the current one) is at; empty outside of a checkout, or without git."""
    done = _git(("rev-parse", "HEAD"), folder)
    return done.stdout.decode().strip() if done is not None and done.returncode == 0 else ""


def repository_url() -> str:
    """Where the checkout of the current folder comes from, without user and password; empty where that is no URL."""
    done = _git(("remote", "get-url", "origin"), None)
    if done is None or done.returncode:
        return ""
    try:
        parts = urlsplit(done.stdout.decode("utf-8", "replace").strip())
        if parts.scheme not in ("http", "https", "ssh", "git") or parts.hostname is None:
            return ""
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return ""
    return urlunsplit((parts.scheme, f"{parts.hostname}{port}", parts.path, "", ""))


def _git(arguments: Sequence[str], folder: Path | None) -> subprocess.CompletedProcess[bytes] | None:
    program = shutil.which("git")
    if program is None:
        return None
    try:
        return subprocess.run(  # noqa: S603 - no shell; what the user gives follows the end of options
            [program, *arguments],
            cwd=folder,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
