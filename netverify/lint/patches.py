"""Edits as unified diffs that ``git apply`` and ``patch -p1`` take.

Only text that shows as what it is goes into a patch: printable ASCII, tabs and line feeds.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
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
    hunks = _hunks(data, [*edits] if edited(data, edits) else [Edit(0, len(data.splitlines()), after.decode())])
    if not hunks or not all(" " <= character <= "~" or character in "\t\n" for character in hunks):
        return ""
    # Without a header of git's own: that would name files from the root of the repository, and in a folder below it
    # `git apply` skips such files without a word.
    return f"--- a/{name}\n+++ {f'b/{name}' if after else '/dev/null'}\n{hunks}"


def _hunks(data: bytes, edits: Sequence[Edit]) -> str:
    """What differs, with as much around it as shows nothing that may be a secret; empty where even one line would."""
    old, secret = _lines(data)
    for around in (3, 2, 1):
        hunks = list(_unified(old, sorted(edits), around))
        if not any(line[1:].rstrip("\r\n") in secret for line in hunks):
            return "".join(line if line.endswith("\n") else f"{line}\n{_NO_END}" for line in hunks)
    return ""


@lru_cache(maxsize=4)
def _lines(data: bytes) -> tuple[list[str], frozenset[str]]:
    """The lines of a file, and those that may be a secret; most fixes are one after the other of one file."""
    lines = data.decode("utf-8", "replace").splitlines(keepends=True)
    return lines, secret_texts([line.rstrip("\r\n") for line in lines])


def _unified(old: Sequence[str], edits: Sequence[Edit], around: int) -> Iterator[str]:
    """The hunks of a unified diff of what ``edits`` do to ``old``, each with ``around`` lines before and after it."""
    grown = 0
    for hunk in _near(edits, 2 * around):
        first, last = max(0, hunk[0].first - around), min(len(old), hunk[-1].last + around)
        lines, at = [], first
        for edit in hunk:
            lines += [f" {line}" for line in old[at : edit.first]]
            lines += [f"-{line}" for line in old[edit.first : edit.last]]
            lines += [f"+{line}" for line in edit.text.splitlines(keepends=True)]
            at = edit.last
        lines += [f" {line}" for line in old[at:last]]
        count = sum(not line.startswith("-") for line in lines)
        yield f"@@ -{_extent(first, last - first)} +{_extent(first + grown, count)} @@\n"
        yield from lines
        grown += count - (last - first)


def _near(edits: Sequence[Edit], lines: int) -> Iterator[list[Edit]]:
    """``edits``, those together that no more than so many ``lines`` are between."""
    together: list[Edit] = []
    for edit in edits:
        if together and edit.first - together[-1].last > lines:
            yield together
            together = []
        together.append(edit)
    if together:
        yield together


def _extent(first: int, count: int) -> str:
    """Lines as a hunk names them: from 1; of none, the one before it."""
    start = first + 1 if count else first
    return f"{start}" if count == 1 else f"{start},{count}"


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
