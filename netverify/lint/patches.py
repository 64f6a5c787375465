"""Edits as unified diffs that ``git apply`` and ``patch -p1`` take.

Only text that shows as what it is goes into a patch: printable ASCII, tabs and line feeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from difflib import unified_diff
from itertools import groupby
from pathlib import Path

from netverify.diagnostics import Diagnostic, Edit
from netverify.documents.confidential import secret_texts
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.patterns import pattern
from netverify.sources.editing import edited
from netverify.sources.kustomization import FILE_NAMES
from netverify.sources.reading import UnreadableError, read_regular

_NAME = pattern(r"[A-Za-z0-9_.+@=,/-]+")
_LEFT = b"# no object is left in this file\n"
_NO_END = "\\ No newline at end of file\n"


def patch(path: str, data: bytes, edits: Sequence[Edit]) -> str:
    """What ``edits`` change in ``data``, the text of the file at ``path``; empty where it cannot be shown plainly.

    A file of which nothing is left is deleted; one that a kustomization may name keeps a comment instead: kustomize
    refuses to go on without it. The name is relative to the current folder where it can be.
    """
    name = _name(path)
    after = edited(data, edits) or (_LEFT if may_be_named(path) else b"")
    if not _NAME.fullmatch(name):
        return ""
    old, new = (text.decode("utf-8", "replace").splitlines(keepends=True) for text in (data, after))
    hunks = _hunks(old, new)
    if not hunks or not all(" " <= character <= "~" or character in "\t\n" for character in hunks):
        return ""
    # Without a header of git's own: that would name files from the root of the repository, and in a folder below it
    # `git apply` skips such files without a word.
    return f"--- a/{name}\n+++ {f'b/{name}' if after else '/dev/null'}\n{hunks}"


def _hunks(old: Sequence[str], new: Sequence[str]) -> str:
    """What differs, with as much around it as shows nothing that may be a secret; empty where even one line would."""
    secret = secret_texts([line.rstrip("\r\n") for line in old])
    for around in (3, 2, 1):
        hunks = list(unified_diff(old, new, n=around))[2:]
        if not any(line[1:].rstrip("\r\n") in secret for line in hunks):
            return "".join(line if line.endswith("\n") else f"{line}\n{_NO_END}" for line in hunks)
    return ""


def patches(findings: Iterable[Diagnostic]) -> tuple[str, ...]:
    """One patch for each file that the fixes of ``findings`` change, in the order of files.

    Where a suggestion changes the policies of a namespace, what was proved about them waits for the next run. Of two
    edits that touch the same lines the second is left out, unless both only remove.
    """
    offered = [finding.fix for finding in findings if finding.fix is not None]
    changed = {fix.namespace for fix in offered if not fix.safe}
    fixes = [fix for fix in offered if not fix.safe or fix.namespace not in changed]
    fixes.sort(key=lambda fix: fix.path)
    found = []
    for path, of_file in groupby(fixes, key=lambda fix: fix.path):
        try:
            data = read_regular(Path(path), DEFAULT_LIMITS.file_bytes)
        except UnreadableError:
            continue
        found.append(patch(path, data, _together(edit for fix in of_file for edit in fix.edits)))
    return tuple(filter(None, found))


def may_be_named(path: str) -> bool:
    """Whether a kustomization at or above ``path`` may name the file, which then must not be deleted."""
    folders = Path(path).resolve().parents
    return any((folder / name).exists() for folder in folders for name in FILE_NAMES)


def _together(edits: Iterable[Edit]) -> list[Edit]:
    kept: list[Edit] = []
    for edit in sorted(set(edits)):
        if not kept or kept[-1].last <= edit.first:
            kept.append(edit)
        elif not kept[-1].text and not edit.text:
            kept[-1] = Edit(kept[-1].first, max(kept[-1].last, edit.last))
    return kept


def _name(path: str) -> str:
    """The name of ``path`` in a patch: seen from the current folder, or else from the root of all files."""
    file = Path(path)
    if file.is_absolute() or ".." in file.parts:
        resolved, here = file.resolve(), Path.cwd()
        file = resolved.relative_to(here) if resolved.is_relative_to(here) else resolved
    return file.as_posix().lstrip("/")
