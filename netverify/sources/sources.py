"""From the arguments of a command line to the inputs they name, each once, in a fixed order."""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import field
from pathlib import Path
from typing import BinaryIO, Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.limits import DEFAULT_LIMITS, Limits
from netverify.documents.placeholders import is_in_chart
from netverify.query.suggestions import alike
from netverify.records import dataclass
from netverify.sources.globs import Pattern, has_magic
from netverify.sources.kustomization import FILE_NAMES
from netverify.sources.overlays import Overlays, Placed
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions, leaves
from netverify.sources.reading import UnreadableError, not_regular, read_regular, too_large
from netverify.sources.tree import Folder, Found, Notes, exists, kind_of, walk

STANDARD_INPUT: Final = "-"


@dataclass(frozen=True, slots=True)
class Source:
    """One input. ``path`` is as the user gave it; ``namespace`` is where an overlay puts its namespaced objects.

    An overlay also renames a ``v1`` Namespace object to ``namespace``, as kustomize does. ``file`` is read when asked
    for; ``data`` is there instead for standard input and rendered charts. ``home`` is where its objects are that name
    no namespace (None: the default one), and ``labels`` are put on every object of it by who applies it.

    ``follower`` is the controller, ``flux`` or ``argo``, that has followed what it holds; empty where nobody has.
    ``rendered``: a program made it of templates.
    """

    path: str
    namespace: str | None = None
    file: Path | None = None
    data: bytes = b""
    home: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    follower: str = ""
    rendered: bool = False

    @property
    def in_chart(self) -> bool | None:
        """Whether it is a template of a chart; None where that cannot be known."""
        if self.file is not None:
            return is_in_chart(self.file)
        return False if self.rendered else None

    def read(self, limits: Limits = DEFAULT_LIMITS) -> bytes | Diagnostic:
        """The bytes, or why there are none."""
        if self.file is None:
            return self.data
        try:
            return read_regular(self.file, limits.file_bytes)
        except UnreadableError as error:
            return error.diagnostic(self.path)

    def size(self) -> int:
        """How many bytes there are to read, as far as one can tell before; 0 where one cannot."""
        if self.file is None:
            return len(self.data)
        try:
            return self.file.stat().st_size
        except OSError:
            return 0


@dataclass(frozen=True, slots=True)
class SourceList:
    """The inputs, what was left alone on purpose with the reason, and what is wrong with the arguments.

    ``looked_into`` are folders outside of the arguments, or in them, where a kustomization was looked for. ``roots``
    are by path of a file the kustomizations that apply it.
    """

    sources: tuple[Source, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    looked_into: frozenset[Path] = frozenset()
    roots: Mapping[str, Collection[str]] = field(default_factory=dict)


def find_sources(
    arguments: Sequence[str],
    stdin: BinaryIO | None,
    limits: Limits = DEFAULT_LIMITS,
    permissions: Permissions = NOTHING_ALLOWED,
) -> SourceList:
    """The inputs that ``arguments`` name: files, folders, quoted globs, ``-`` for ``stdin`` (``None``: a terminal).

    Folders are read recursively; a folder with a kustomization counts as what that kustomization applies. The same file
    is one source however often it is named, unless overlays put it into different namespaces. What leads out of a
    checkout, through links or kustomizations, is an error unless ``permissions`` let it be read.
    """
    search = _Search(stdin, limits, permissions)
    for argument in dict.fromkeys(arguments):
        search.argument(argument)
    return SourceList(
        tuple(search.sources),
        tuple(search.diagnostics),
        tuple(dict.fromkeys(search.skipped)),
        frozenset(search.looked_into),
        search.roots,
    )


@dataclass(slots=True)
class _Search:
    """What the arguments seen so far gave."""

    stdin: BinaryIO | None
    limits: Limits
    permissions: Permissions = NOTHING_ALLOWED
    sources: list[Source] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)
    known: set[tuple[Path, str | None]] = field(default_factory=set)
    looked_into: set[Path] = field(default_factory=set)
    roots: dict[str, set[str]] = field(default_factory=dict)

    def argument(self, argument: str) -> None:
        """One argument, whatever it names."""
        if argument == STANDARD_INPUT:
            self.standard_input()
            return
        path = Path(argument)
        if not argument or not exists(path):
            if has_magic(argument):
                self.glob(argument)
            else:
                self.report("NV131", "no such file or folder", argument, _did_you_mean(argument))
        elif not self.permissions.lets_named(path):
            self.diagnostics.append(leaves(argument, Origin(argument)))
        elif path.is_dir():
            self.folder(path, argument)
        else:
            self.file(path, argument)

    def standard_input(self) -> None:
        """All of standard input, as one source."""
        if self.stdin is None:
            self.report("NV135", "standard input is a terminal", STANDARD_INPUT, "pipe manifests in, or name files")
            return
        try:
            data = self.stdin.read(self.limits.file_bytes + 1)
        except OSError as error:
            self.report("NV133", f"cannot be read: {(error.strerror or 'unknown reason').lower()}", STANDARD_INPUT, "")
            return
        if len(data) > self.limits.file_bytes:
            self.diagnostics.append(too_large(len(data), self.limits.file_bytes).diagnostic(STANDARD_INPUT))
            return
        self.sources.append(Source(STANDARD_INPUT, data=data))

    def file(self, path: Path, shown: str) -> None:
        """A file that the user names, whatever it is called."""
        if (irregular := kind_of(path.stat().st_mode)) is not None:
            self.diagnostics.append(not_regular(irregular).diagnostic(shown))
        elif path.name in FILE_NAMES:
            folder = os.path.dirname(shown) or "."  # noqa: PTH120 - keeps what the user wrote
            self.report("NV144", "a kustomization, not a manifest", shown, f"name its folder: `-f {folder}`")
        else:
            self.add(Found(path, os.path.normpath(shown)), None)

    def folder(self, path: Path, argument: str) -> None:
        """A folder with all below it."""
        before = len(self.diagnostics)
        notes = Notes()
        top = walk(path, os.path.normpath(argument), notes, self.permissions)
        plain, placed = self.split(top)
        self.take(notes, {one.found.shown for one in placed})
        for found in plain:
            self.add(found, None)
        for one in placed:
            self.add(one.found, one.namespace)
            self.roots.setdefault(one.found.shown, set()).add(one.root)
        if not plain and not placed and not any(d.severity is Severity.ERROR for d in self.diagnostics[before:]):
            self.report("NV134", "no manifests in this folder", argument, "files end in .yaml, .yml or .json")

    def split(self, top: Folder) -> tuple[list[Found], list[Placed]]:
        """The files of ``top`` that stand for themselves, and those that kustomizations apply."""
        overlays = Overlays(self.permissions)
        plain: list[Found] = []
        owners: list[Folder] = []
        pending = [top]
        while pending:
            folder = pending.pop()
            if overlays.owns(folder):
                owners.append(folder)
            else:
                plain += folder.manifests
                pending.extend(reversed(folder.folders))
        placed = overlays.apply(owners, top)
        self.looked_into |= overlays.looked_into
        self.diagnostics += overlays.diagnostics
        self.skipped += overlays.skipped
        return plain, placed

    def glob(self, argument: str) -> None:
        """All files that a quoted pattern matches."""
        pattern = Pattern(argument)
        notes = Notes()
        base = Path(pattern.base)
        if not self.permissions.lets_named(base):
            self.diagnostics.append(leaves(argument, Origin(argument)))
            return
        top = walk(base, os.path.normpath(pattern.base), notes, self.permissions) if base.is_dir() else None
        folders = list(top.everything()) if top else []
        matched = [found for folder in folders for found in folder.manifests if pattern.matches(found.file)]
        kustomizations = [found for folder in folders for found in folder.kustomizations if pattern.matches(found.file)]
        self.skipped += [note for note in notes.skipped if pattern.matches(Path(note[0]))]
        self.diagnostics += [leaves(one, Origin(one)) for one in notes.leaving if pattern.matches(Path(one))]
        for found in kustomizations:
            self.file(found.file, found.shown)
        for found in matched:
            self.add(found, None)
        if not matched and not kustomizations:
            self.report(
                "NV134", "no manifest matches this pattern", argument, "`**` goes into folders: `dir/**/*.yaml`"
            )

    def add(self, found: Found, namespace: str | None) -> None:
        """One file, unless it is there already."""
        key = (found.file.resolve(), namespace)
        if key not in self.known:
            self.known.add(key)
            self.sources.append(Source(found.shown, namespace, found.file))

    def take(self, notes: Notes, applied: Collection[str]) -> None:
        """What a walk came across besides files; a name that a kustomization applies all the same is not left alone."""
        self.skipped += [note for note in notes.skipped if note[0] not in applied]
        self.diagnostics += [leaves(shown, Origin(shown)) for shown in notes.leaving]
        for shown, kind in notes.irregular:
            self.diagnostics.append(not_regular(kind).diagnostic(shown))
        for shown, reason in notes.unreadable:
            self.report("NV133", f"cannot be read: {reason}", shown, "check its permissions")

    def report(self, code: str, message: str, shown: str, advice: str) -> None:
        """An error about an argument."""
        self.diagnostics.append(Diagnostic(code, Severity.ERROR, message, Origin(shown), advice))


def _did_you_mean(argument: str) -> str:
    """The name closest to the first part of ``argument`` that does not exist."""
    path = Path(argument)
    try:
        while not path.parent.exists():
            path = path.parent
        near = alike(path.name, sorted(os.listdir(path.parent)))  # noqa: PTH208 - names are enough
    except (OSError, ValueError):
        near = None
    if not near:
        return "check the path; it is taken relative to the current folder"
    return f"did you mean `{path.parent / near}`?"
