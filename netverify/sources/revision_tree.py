"""Whether files are what they were at a git revision.

Bytes are compared with blobs here: git itself would ask its index, ignore what it is told to ignore, and run filters
that the repository names. Whatever differs only by such a filter counts as changed.
"""

from __future__ import annotations

import hashlib
import os
import stat
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Final

from netverify.documents.limits import DEFAULT_LIMITS
from netverify.records import dataclass
from netverify.sources.git import git_at
from netverify.sources.reading import UnreadableError, read_regular
from netverify.sources.revision import LINK, SUBMODULE, listed

_MOST_LINKS: Final = 40
_SHA1_DIGITS: Final = 40


@dataclass(frozen=True, slots=True)
class RevisionTree:
    """All files of a repository at one revision: ``entries`` are mode and blob by the path from ``top``.

    ``lasts`` says of bytes that did not change whether they still mean the same: what they say may depend on the day.
    """

    top: Path
    entries: Mapping[str, tuple[str, str]]
    lasts: Callable[[bytes], bool] = lambda _data: True

    def is_same(self, path: Path) -> bool:
        """Whether ``path`` is a file of the repository with the same bytes, and so are all links on the way to it."""
        place = self.place(path)
        return place is not None and self._is_entry_same(place)

    def is_same_or_absent(self, path: Path) -> bool:
        """The same, or there is no such file, now and then."""
        return self.is_same(path) if os.path.lexists(path) else self._is_absent(path)

    def is_same_below(self, folder: Path) -> bool:
        """Whether every file that was in or below ``folder`` is still there, with the same bytes.

        Says nothing of new files.
        """
        place = self.place(folder)
        if place is None:
            return False
        prefix = "" if place == "." else f"{place}/"
        return all(self._is_entry_same(name) for name in self.entries if name.startswith(prefix))

    def is_same_throughout(self) -> bool:
        """Whether the work tree holds exactly the files of the revision, whatever git is told to ignore."""
        now = set(self._files_now())
        return now == set(self.entries) and all(map(self._is_entry_same, now))

    def place(self, path: Path) -> str | None:
        """The path from ``top`` that ``path`` leads to; None where it leads out, or where a link on the way changed."""
        pending = [*reversed(Path.cwd().joinpath(path).parts)]
        here = Path(pending.pop())
        links = 0
        while pending:
            part = pending.pop()
            if part == "..":
                here = here.parent
                continue
            here /= part
            try:
                target = os.readlink(here)  # noqa: PTH115 - pathlib would normalise it
            except (OSError, ValueError):
                continue
            links += 1
            name = self._name(here)
            if links > _MOST_LINKS or (name is not None and not self._is_entry_same(name)):
                return None
            here = Path("/") if target.startswith("/") else here.parent
            pending += [part for part in reversed(Path(target).parts) if part != "/"]
        return self._name(here)

    def _name(self, real: Path) -> str | None:
        return real.relative_to(self.top).as_posix() if real.is_relative_to(self.top) else None

    def _is_absent(self, path: Path) -> bool:
        folder = self.place(path.parent)
        return folder is not None and os.path.normpath(f"{folder}/{path.name}") not in self.entries

    def _is_entry_same(self, name: str) -> bool:
        mode, blob = self.entries.get(name, ("", ""))
        if mode in ("", SUBMODULE):
            return False
        data = _content(self.top / name, is_link=mode == LINK)
        return data is not None and _blob_of(data, blob) == blob and self.lasts(data)

    def _files_now(self) -> Iterator[str]:
        for folder, folders, files in os.walk(self.top):
            if ".git" in folders and Path(folder) == self.top:
                folders.remove(".git")
            links = [name for name in folders if (Path(folder) / name).is_symlink()]
            for name in (*files, *links):
                path = Path(folder) / name
                if path != self.top / ".git":
                    yield path.relative_to(self.top).as_posix()


def tree_at(revision: str, lasts: Callable[[bytes], bool]) -> RevisionTree:
    """The repository of the current folder at ``revision``.

    Raises :class:`~netverify.sources.git.RevisionError` where git is not installed or fails, and where there is no
    repository or no such revision.
    """
    git = git_at(Path(), "leave the flag out")
    entries = {one.path: (one.mode, one.blob) for one in listed(git, git.commit_of(revision))}
    return RevisionTree(git.top, entries, lasts)


def _content(path: Path, *, is_link: bool) -> bytes | None:
    """The bytes that a blob would hold; None where there is nothing of that kind, or more than is ever read."""
    try:
        if path.is_symlink() != is_link or not (is_link or stat.S_ISREG(path.stat().st_mode)):
            return None
        if is_link:
            return os.fsencode(os.readlink(path))  # noqa: PTH115 - as above
        return read_regular(path, DEFAULT_LIMITS.file_bytes)
    except (OSError, ValueError, UnreadableError):
        return None


def _blob_of(data: bytes, like: str) -> str:
    """What git calls a blob of ``data``, by the hash that ``like`` is of."""
    algorithm = "sha1" if len(like) == _SHA1_DIGITS else "sha256"
    return hashlib.new(algorithm, b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()
