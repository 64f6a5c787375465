"""A git revision as a temporary folder, without touching the work tree, the index or any worktree of the repository.

The blobs are taken as they are stored: ``git archive`` would leave out what an ``export-ignore`` attribute names, and
an input that is left out in silence is worse than none. No hook, filter or attribute of the repository runs.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Final

from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.refusal import shown
from netverify.records import dataclass
from netverify.sources.git import Git, RevisionError, environment, git_at
from netverify.sources.processes import Process
from netverify.sources.scratch import HOW_TO_GET_ROOM, Scratch, no_room

MOST_BYTES: Final = 2 * 1024 * 1024 * 1024
SUBMODULE: Final = "160000"
LINK: Final = "120000"
"""Modes of entries of a tree."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """One file of a tree: its mode, the name of its blob, how long that is (-1: it is not here), and its path."""

    mode: str
    blob: str
    size: int
    path: str


@contextmanager
def checkout(
    revision: str, folder: str | Path = ".", paths: Sequence[str] = (".",), allowed: Sequence[Path] = ()
) -> Iterator[Path]:
    """``folder`` as it is at ``revision`` of its git repository, in a temporary place that is gone afterwards.

    What is given is where ``folder`` would be in it; the rest of the repository stands around it, so that relative
    paths lead where they led. ``paths``, relative to ``folder``, are what is going to be read. A folder that is not
    there at that revision is empty. The repository may take objects from the folders ``allowed``, too.

    Raises :class:`RevisionError` where git is not installed or fails, ``folder`` is in no repository, there is no such
    revision, one of ``paths`` lies outside the repository or has a submodule in it, or the tree is too large.
    """
    git = git_at(Path(folder), "compare two folders: `netverify diff OLD NEW`", allowed)
    prefix = Path(folder).resolve().relative_to(git.top).as_posix()
    commit = git.commit_of(revision)
    wanted = [_inside(prefix, path) for path in paths]
    entries = list(listed(git, commit))
    _refuse_submodules(entries, wanted)
    if lacking := next((entry for entry in entries if entry.size < 0), None):
        advice = "netverify fetches nothing: have the whole revision here, as `git clone` without `--filter` does"
        raise RevisionError(f"{shown(lacking.path)} is not in this clone", advice, misused=False)
    if sum(entry.size for entry in entries) > MOST_BYTES:
        raise RevisionError(f"revision {shown(revision)} has more than {MOST_BYTES:,} bytes", misused=False)
    with ExitStack() as stack:
        try:
            place = _made_in(stack.enter_context(Scratch()).path / "tree", git, entries, prefix)
        except OSError as error:
            message = f"revision {shown(revision)} cannot be written to a temporary folder: {no_room(error)}"
            raise RevisionError(message, HOW_TO_GET_ROOM, misused=False) from None
        yield place


def _made_in(root: Path, git: Git, entries: Sequence[_Entry], prefix: str) -> Path:
    """Write ``entries`` below ``root``, and give the folder ``prefix`` in it. Raises ``OSError``."""
    # No tree holds this name; it marks where the checkout ends, so that nothing in it leads further up.
    (root / ".git").mkdir(parents=True)
    _written(git, entries, root)
    place = root / prefix
    place.mkdir(parents=True, exist_ok=True)
    return place


def _inside(prefix: str, path: str) -> str:
    """``path`` from the top of the repository."""
    whole = os.path.normpath(os.path.join(prefix, path))  # noqa: PTH118 - no file is looked at
    if whole == ".." or whole.startswith("../") or os.path.isabs(whole):  # noqa: PTH117 - as above
        raise RevisionError(f"{shown(path)} lies outside the repository", "name a path in it")
    return whole


def listed(git: Git, commit: str) -> Iterator[_Entry]:
    """Every file of the tree. Raises for a path that leads out of it."""
    output = git.asked(["ls-tree", "-r", "-z", "-l", "--full-tree", commit], "the tree cannot be listed")
    for line in filter(None, output.split("\0")):
        head, _, path = line.partition("\t")
        mode, _, blob, size = head.split()
        parts = PurePosixPath(path).parts
        if not parts or path.startswith("/") or ".." in parts:
            raise RevisionError(f"the tree has a path that leads out of it: {shown(path)}", misused=False)
        yield _Entry(mode, blob, 0 if size == "-" else int(size) if size.isdecimal() else -1, path)


def _refuse_submodules(entries: Sequence[_Entry], wanted: Sequence[str]) -> None:
    for entry in entries:
        if entry.mode == SUBMODULE and any(_overlap(entry.path, path) for path in wanted):
            advice = "compare two folders instead: `netverify diff OLD NEW`"
            raise RevisionError(f"{shown(entry.path)} is a submodule, which a revision does not hold", advice)


def _overlap(one: str, other: str) -> bool:
    return other == "." or f"{one}/".startswith(f"{other}/") or f"{other}/".startswith(f"{one}/")


def _written(git: Git, entries: Sequence[_Entry], root: Path) -> None:
    """Write all files below ``root``; links last, so that nothing is written through one."""
    files = [entry for entry in entries if entry.mode != SUBMODULE]
    files.sort(key=lambda entry: entry.mode == LINK)
    small = [entry for entry in files if entry.size <= DEFAULT_LIMITS.file_bytes]
    for entry in files:
        if entry.size > DEFAULT_LIMITS.file_bytes:
            # More than is ever read: whoever reads it is told so by its size.
            os.truncate(_made(root, entry), entry.size)
    with tempfile.TemporaryFile() as names:
        names.write("".join(f"{entry.blob}\n" for entry in small).encode())
        names.seek(0)
        with Process(git.command("cat-file", "--batch"), environment(), names=names) as process:
            for entry in small:
                _place(root, entry, _blob(process.output, entry))


def _blob(stream: IO[bytes], entry: _Entry) -> bytes:
    head = stream.readline().split()
    if len(head) != 3 or head[1] != b"blob" or int(head[2]) != entry.size:
        raise RevisionError(f"{shown(entry.path)} cannot be read from the repository", misused=False)
    data = stream.read(entry.size + 1)
    if len(data) != entry.size + 1:
        raise RevisionError(f"{shown(entry.path)} cannot be read from the repository", misused=False)
    return data[:-1]


def _place(root: Path, entry: _Entry, data: bytes) -> None:
    if entry.mode == LINK:
        target = root / entry.path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.symlink_to(os.fsdecode(data))
        return
    _made(root, entry).write_bytes(data)


def _made(root: Path, entry: _Entry) -> Path:
    """A new, empty file for ``entry``."""
    target = root / entry.path
    target.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600))
    return target
