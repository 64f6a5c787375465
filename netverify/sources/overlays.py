"""Which files the kustomizations of a tree apply, and into which namespace.

A folder with a kustomization *is* that kustomization: what stands in it or below it and is not named is not part of
what would be applied. A kustomization that another one names is not applied by itself, nor is a component.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from netverify.diagnostics import Diagnostic, Origin
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.refusal import shown
from netverify.late import late
from netverify.records import dataclass
from netverify.sources.kustomization import FILE_NAMES, Entry, Kustomization, parse, refused
from netverify.sources.kustomization_fields import LOCAL_CONFIG
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions, leaves
from netverify.sources.reading import UnreadableError, read_regular
from netverify.sources.tree import Folder, Found, exists, is_folder

if TYPE_CHECKING:
    from netverify.sources import overlay_findings
else:
    (overlay_findings,) = late("netverify.sources", "overlay_findings")

_LONGEST_CHAIN: Final = 16
REMOTE_SIGNS: Final = ("://", "github.com/", "git@", "git::", "?ref=")


@dataclass(frozen=True, slots=True)
class Placed:
    """A file that a kustomization applies; ``namespace`` is where it puts namespaced objects, if anywhere.

    ``root`` is the folder of the kustomization that is applied by itself, as the user would write it.
    """

    found: Found
    namespace: str | None
    root: str


@dataclass(slots=True)
class _Reach:
    """What applying one root, in its ``checkout``, came across. ``is_whole`` iff nothing of it was refused."""

    root: str
    checkout: Path | None
    placed: list[Placed] = field(default_factory=list)
    folders: set[Path] = field(default_factory=set)
    data: set[Path] = field(default_factory=set)
    named: set[tuple[Path, str | None]] = field(default_factory=set)
    is_whole: bool = True


@dataclass(frozen=True, slots=True)
class _Step:
    """From one kustomization to what it names: where that is put, and through which folders we came."""

    overlay: Kustomization
    namespace: str | None
    chain: tuple[Path, ...]


class Overlays:
    """The kustomizations of one tree, each parsed once. What is wrong with them is in ``diagnostics``."""

    def __init__(self, permissions: Permissions = NOTHING_ALLOWED) -> None:
        """``permissions`` say what may be read besides the checkout of each kustomization that is applied."""
        self._permissions = permissions
        self.diagnostics: list[Diagnostic] = []
        self.skipped: list[tuple[str, str]] = []
        self._parsed: dict[Path, Kustomization | None] = {}
        self._other_apis: set[Path] = set()

    @property
    def looked_into(self) -> frozenset[Path]:
        """Every folder in which a kustomization was looked for."""
        return frozenset(self._parsed)

    def owns(self, folder: Folder) -> bool:
        """Whether ``folder`` is a kustomization, readable or not.

        A file of that name which holds an object of another API becomes one of the manifests of ``folder``.
        """
        if not folder.kustomizations:
            return False
        self._load(folder.path, folder.shown)
        if folder.path.resolve() not in self._other_apis:
            return True
        folder.manifests += folder.kustomizations
        folder.kustomizations.clear()
        return False

    def apply(self, folders: list[Folder], top: Folder) -> list[Placed]:
        """The files that the kustomizations in ``folders`` apply; a component only if it is ``top`` itself."""
        by_path = {folder.path.resolve(): folder for folder in folders}
        below = {path: set(self._named_below(path, folder.shown)) for path, folder in by_path.items()}
        roots = [path for path in by_path if not any(path in below[other] for other in by_path if other != path)]
        seen = set(roots).union(*(below[root] for root in roots))
        roots += [path for path in by_path if path not in seen][:1]
        return [placed for root in roots for placed in self._apply_root(by_path[root], top)]

    def _apply_root(self, folder: Folder, top: Folder) -> list[Placed]:
        overlay = self._load(folder.path, folder.shown)
        if overlay is not None and overlay.is_component and folder is not top:
            self.skipped.append((folder.shown, "component not used by any kustomization"))
            self.diagnostics.append(overlay_findings.unused_finding(overlay.origin, [folder.shown]))
            return []
        reach = _Reach(folder.shown, self._permissions.root_of(folder.path))
        self._reach(folder.path, folder.shown, None, (), reach)
        if reach.is_whole and overlay is not None:
            self._leave_out_rest(folder, overlay, reach)
        else:
            self.skipped.append((folder.shown, "kustomization that is not applied, with everything below it"))
        return reach.placed

    def _reach(self, path: Path, path_shown: str, outer: str | None, chain: tuple[Path, ...], reach: _Reach) -> None:
        """Add what the kustomization in ``path`` applies; the namespace of an ``outer`` one wins."""
        here = path.resolve()
        reach.folders.add(here)
        overlay = self._load(path, path_shown)
        if overlay is None or overlay.diagnostics:
            reach.is_whole = False
            return
        if overlay.to_render:
            reach.is_whole = False
            self.diagnostics.append(overlay_findings.to_render_finding(overlay, reach.root))
            return
        reach.data.update((path / name).resolve() for name in overlay.data)
        namespace = outer or overlay.namespace or None
        for entry in overlay.resources:
            self._reach_entry(entry, _Step(overlay, namespace, (*chain, here)), reach)

    def _reach_entry(self, entry: Entry, step: _Step, reach: _Reach) -> None:
        target = step.overlay.folder / entry.text
        shown_target = _joined(step.overlay.shown, entry.text)
        if exists(target) and not self._permissions.lets(target, reach.checkout):
            reach.is_whole = False
            self.diagnostics.append(leaves(entry.text, entry.origin))
            return
        problem = (
            _folder_problem(entry.text, target, step.chain)
            or _file_problem(entry.text, target, step.overlay)
            or self._problem_of_what_is_named(entry.text, target, step, reach)
        )
        if problem is not None:
            reach.is_whole = False
            self.diagnostics.append(refused(entry.origin, problem))
        elif is_folder(target):
            self._reach(target, shown_target, step.namespace, step.chain, reach)
        elif exists(target) and _holds_local_config(target):
            reach.is_whole = False
            self.diagnostics.append(overlay_findings.local_config_finding(entry, reach.root))
        elif exists(target):
            reach.placed.append(Placed(Found(target, shown_target), step.namespace, reach.root))
        else:
            reach.is_whole = False
            self.diagnostics.append(overlay_findings.remote_finding(entry, reach.root))

    def _problem_of_what_is_named(self, text: str, target: Path, step: _Step, reach: _Reach) -> str | None:
        """Why kustomize refuses ``target``, which it can read: objects that it would get twice, or a component."""
        if is_folder(target):
            overlay = self._load(target, _joined(step.overlay.shown, text))
            is_component = overlay is not None and overlay.is_component
            return f"the folder {shown(text)} is a component: name it in `components`" if is_component else None
        named = (target.resolve(), step.namespace)
        if exists(target) and named in reach.named:
            return f"the file {shown(text)} is named twice: its objects would be there twice"
        reach.named.add(named)
        return None

    def _named_below(self, path: Path, shown: str) -> Iterator[Path]:
        """Every folder that the kustomization in ``path`` names, and that those name, itself left out."""
        seen: set[Path] = set()
        checkout = self._permissions.root_of(path)
        pending = [(path, shown)]
        while pending:
            folder, folder_shown = pending.pop()
            overlay = self._load(folder, folder_shown)
            names = (*(e.text for e in overlay.resources), *overlay.components) if overlay else ()
            for name in names:
                target = folder / name
                if not self._permissions.lets(target, checkout):
                    continue
                if is_folder(target) and (real := target.resolve()) not in seen:
                    seen.add(real)
                    yield real
                    if _kustomizations_in(target):
                        pending.append((target, _joined(folder_shown, name)))

    def _leave_out_rest(self, folder: Folder, overlay: Kustomization, reach: _Reach) -> None:
        """Say which files and kustomizations in and below ``folder`` are not part of it."""
        applied = {placed.found.file.resolve() for placed in reach.placed} | reach.data
        files, unused = [], []
        pending = [folder]
        while pending:
            one = pending.pop()
            if one.kustomizations and one.path.resolve() not in reach.folders:
                unused.append(one.shown)
                continue
            files += [found.shown for found in one.manifests if found.file.resolve() not in applied]
            pending.extend(one.folders)
        self.skipped += [(shown, "not named by any kustomization") for shown in sorted(files)]
        self.skipped += [(shown, "not used by any kustomization") for shown in sorted(unused)]
        if files:
            self.diagnostics.append(overlay_findings.unnamed_finding(overlay.origin, sorted(files)))
        if unused:
            self.diagnostics.append(overlay_findings.unused_finding(overlay.origin, sorted(unused)))

    def _load(self, path: Path, shown: str) -> Kustomization | None:
        """The kustomization of a folder; ``None`` if there is none that can be read, which is reported once."""
        real = path.resolve()
        if real not in self._parsed:
            self._parsed[real] = self._parse(path, shown)
        return self._parsed[real]

    def _parse(self, path: Path, shown: str) -> Kustomization | None:
        names = _kustomizations_in(path)
        if not names:
            return None
        shown_file = _joined(shown, names[0])
        if len(names) > 1:
            problem = f"`{names[0]}` and `{names[1]}` are in the same folder"
            self.diagnostics.append(refused(Origin(shown_file), problem))
            return None
        if not self._permissions.lets_named(path / names[0]):
            self.diagnostics.append(leaves(shown_file, Origin(shown_file)))
            return None
        try:
            data = read_regular(path / names[0], DEFAULT_LIMITS.file_bytes)
        except UnreadableError as error:
            self.diagnostics.append(error.diagnostic(shown_file))
            return None
        parsed = parse(path, shown_file, shown, data)
        if parsed is None:
            self._other_apis.add(path.resolve())
        elif isinstance(parsed, Kustomization):
            self.diagnostics.extend(parsed.diagnostics)
            return parsed
        else:
            self.diagnostics.extend(parsed)
        return None


def _joined(shown: str, text: str) -> str:
    """How the user would write ``text`` as seen from the folder ``shown``."""
    return os.path.normpath(os.path.join(shown, text))  # noqa: PTH118 - pathlib does not shorten `..`


def _kustomizations_in(path: Path) -> list[str]:
    return [name for name in FILE_NAMES if exists(path / name)]


def _folder_problem(text: str, target: Path, chain: tuple[Path, ...]) -> str | None:
    """Why kustomize refuses the folder ``text``; ``None`` if it takes it, or it is no folder."""
    if not is_folder(target):
        return None
    if Path(text).is_absolute():
        return f"the folder {shown(text)} is not given relative to this one"
    if target.resolve() in chain:
        return f"the folder {shown(text)} names this one again"
    if len(chain) >= _LONGEST_CHAIN:
        return f"more than {_LONGEST_CHAIN} kustomizations name one another"
    return None if _kustomizations_in(target) else f"the folder {shown(text)} has no kustomization"


def _file_problem(text: str, target: Path, overlay: Kustomization) -> str | None:
    """Why kustomize refuses the file ``text``; ``None`` if it takes it, or it is a folder or remote."""
    if is_folder(target):
        return None
    if not exists(target):
        return None if any(sign in text for sign in REMOTE_SIGNS) else f"{shown(text)} does not exist"
    if not target.resolve().is_relative_to(overlay.folder.resolve()):
        return f"the file {shown(text)} is not in or below the folder of this kustomization"
    return None


def _holds_local_config(file: Path) -> bool:
    try:
        return LOCAL_CONFIG in read_regular(file, DEFAULT_LIMITS.file_bytes)
    except UnreadableError:
        return False
