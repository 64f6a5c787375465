"""What git says about the checkout that a run is in."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from netverify.cli.refusal import Refusal
from netverify.cli.request import Sources

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


def changed_files(revision: str, sources: Sources, further: Sequence[str]) -> tuple[str, ...]:
    """The files among ``sources`` and ``further`` that are not as they were at ``revision``, new ones included.

    What a program renders may depend on any file of the checkout, so with a rendering every file counts. Raises
    :class:`Refusal` where git cannot tell.
    """
    if revision.startswith("-"):
        raise Refusal("NV420", f"`{revision}` is no revision", "name a branch, a tag or a commit")
    listed: set[str] = set()
    for arguments in (
        ("diff", "--name-only", "-z", "--relative", "--end-of-options", revision, "--"),
        ("ls-files", "--others", "--exclude-standard", "-z"),
    ):
        done = _git(arguments, None)
        if done is None:
            raise Refusal("NV420", "`--changed-since` needs git", "install it, or leave the flag out")
        if done.returncode:
            last = done.stderr.decode("utf-8", "replace").strip().splitlines()[-1:]
            said = f"git says: {last[0]}" if last else "git says nothing"
            raise Refusal("NV420", f"git cannot tell what changed since `{revision}`", said)
        listed.update(name for name in done.stdout.decode("utf-8", "surrogateescape").split("\0") if name)
    changed = {os.path.normpath(name) for name in listed} | _outside_changed(sources)
    if sources.kustomize or sources.helm or sources.renderings or "-" in sources.filenames:
        return tuple(sorted(changed)) or _standing_in(sources)
    roots = [os.path.normpath(name) for name in (*sources.filenames, *further)]
    return tuple(sorted(name for name in changed if any(_is_in(name, root) for root in roots)))


def _outside_changed(sources: Sources) -> set[str]:
    """Sources out of the current folder: nobody tells whether they changed, so they have."""
    return {name for name in sources.filenames if os.path.normpath(name).startswith(("..", "/"))}


def _standing_in(sources: Sources) -> tuple[str, ...]:
    return ("-",) if "-" in sources.filenames else ()


def _is_in(name: str, root: str) -> bool:
    return root in (".", name) or name.startswith(f"{root}/") or any(one in root for one in "*?[")


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
