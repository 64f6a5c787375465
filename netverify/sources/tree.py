"""What stands in a folder: manifests, kustomizations, and what is left alone with the reason."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Final

from netverify.records import dataclass
from netverify.sources.kustomization import FILE_NAMES
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions
from netverify.sources.unread_forms import HOLDS_MANIFESTS, holds_manifests

SUFFIXES: Final = (".yaml", ".yml", ".json")


@dataclass(frozen=True, slots=True)
class Found:
    """A file: where it is, and how the user would write that."""

    file: Path
    shown: str


@dataclass(slots=True)
class Folder:
    """One folder with what it holds, in the order of names."""

    path: Path
    shown: str
    manifests: list[Found] = field(default_factory=list)
    kustomizations: list[Found] = field(default_factory=list)
    folders: list[Folder] = field(default_factory=list)

    def everything(self) -> Iterator[Folder]:
        """The folder itself and all below it, in the order of names."""
        pending = [self]
        while pending:
            folder = pending.pop()
            yield folder
            pending.extend(reversed(folder.folders))


@dataclass(slots=True)
class Notes:
    """What a walk came across besides files to read: left alone with the reason, no regular file, not readable.

    ``leaving`` are links that lead out of the checkout.
    """

    skipped: list[tuple[str, str]] = field(default_factory=list)
    irregular: list[tuple[str, str]] = field(default_factory=list)
    unreadable: list[tuple[str, str]] = field(default_factory=list)
    leaving: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Bounds:
    """How far links may lead: in the folder that is ``walked``, or where ``permissions`` for its ``checkout`` allow."""

    walked: Path
    checkout: Path
    permissions: Permissions


def walk(path: Path, shown: str, notes: Notes, permissions: Permissions = NOTHING_ALLOWED) -> Folder:
    """The folder at ``path`` with all below it.

    Hidden names are left alone, and so are links to folders and links out of the tree: links to files inside it are
    read. A link that leads out of the checkout is noted as such, unless ``permissions`` let it be read. A suffix in
    capitals makes no manifest, as for kubectl, but is noted, as are files with manifests in a form that is not read.
    Folders are visited with an explicit stack, so that deep trees are no trouble.
    """
    bounds = _Bounds(path.resolve(), permissions.root_of(path) or path.resolve(), permissions)
    top = Folder(path, shown)
    pending = [top]
    while pending:
        folder = pending.pop()
        try:
            with os.scandir(folder.path) as scan:
                entries = sorted(scan, key=lambda entry: entry.name)
        except OSError as error:
            notes.unreadable.append((folder.shown, _reason(error)))
            continue
        for entry in entries:
            _sort_in(entry, folder, bounds, notes)
        pending.extend(folder.folders)
    return top


def shown_below(shown: str, name: str) -> str:
    """How the user would write ``name`` in the folder shown as ``shown``."""
    return name if shown == "." else os.path.join(shown, name)  # noqa: PTH118 - keeps what the user wrote


def is_folder(path: Path) -> bool:
    """Whether ``path`` is a folder; false for paths that the system cannot even look up."""
    try:
        return path.is_dir()
    except (OSError, ValueError):
        return False


def exists(path: Path) -> bool:
    """Whether there is anything at ``path``; false for paths that the system cannot even look up."""
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


def kind_of(mode: int) -> str | None:
    """What a thing that is neither file nor folder is; ``None`` if it is one."""
    kinds = {
        stat.S_IFIFO: "a named pipe",
        stat.S_IFSOCK: "a socket",
        stat.S_IFCHR: "a device",
        stat.S_IFBLK: "a device",
    }
    return kinds.get(stat.S_IFMT(mode))


def _sort_in(entry: os.DirEntry[str], folder: Folder, bounds: _Bounds, notes: Notes) -> None:
    shown = shown_below(folder.shown, entry.name)
    looks_like_manifest = entry.name.endswith(SUFFIXES) or entry.name in FILE_NAMES
    is_folder = entry.is_dir(follow_symlinks=False)
    if not (is_folder or looks_like_manifest or entry.is_symlink()):
        if entry.name.lower().endswith(SUFFIXES):
            notes.skipped.append((shown, "suffix in capitals"))
        elif not entry.name.startswith(".") and entry.is_file(follow_symlinks=False) and holds_manifests(entry):
            notes.skipped.append((shown, HOLDS_MANIFESTS))
        return
    if entry.name.startswith("."):
        if entry.name != ".git":  # git's own, in every checkout
            notes.skipped.append((shown, "hidden"))
        return
    if is_folder:
        folder.folders.append(Folder(folder.path / entry.name, shown))
        return
    if entry.is_symlink() and not _may_follow(entry, shown, bounds, notes, looks_like_manifest=looks_like_manifest):
        return
    if (irregular := kind_of(entry.stat().st_mode)) is not None:
        notes.irregular.append((shown, irregular))
        return
    found = Found(folder.path / entry.name, shown)
    (folder.kustomizations if entry.name in FILE_NAMES else folder.manifests).append(found)


def _may_follow(
    entry: os.DirEntry[str], shown: str, bounds: _Bounds, notes: Notes, *, looks_like_manifest: bool
) -> bool:
    """Whether a link leads to a file of the same tree; notes why not where that matters."""
    try:
        target = Path(entry.path).resolve(strict=True)
    except (OSError, RuntimeError):
        if looks_like_manifest:
            notes.unreadable.append((shown, "a link that leads nowhere"))
        return False
    if target.is_dir():
        notes.skipped.append((shown, "link to a folder"))
        return False
    if not looks_like_manifest:
        return False
    if not bounds.permissions.lets(target, bounds.checkout):
        notes.leaving.append(shown)
        return False
    if target.is_relative_to(bounds.checkout) and not target.is_relative_to(bounds.walked):
        notes.skipped.append((shown, "link out of the tree"))
        return False
    return True


def _reason(error: OSError) -> str:
    return (error.strerror or "unreadable").lower()
