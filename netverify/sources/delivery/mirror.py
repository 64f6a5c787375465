"""A private copy of what a kustomization reaches, so that the program that builds it can see nothing else.

kustomize itself restricts files but not folders; controllers lift the restriction and confine it to the repository
instead. Here everything that a kustomization names is copied into a folder of its own, in the same places, and a name
that leads out of the checkout is refused before any program runs.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from dataclasses import field
from pathlib import Path
from typing import Any, Final

from netverify.diagnostics import Diagnostic, Origin
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.loader import load
from netverify.documents.refusal import shown
from netverify.records import dataclass
from netverify.sources.delivery.checkout import Checkout, LeavesCheckoutError
from netverify.sources.kustomization import FILE_NAMES
from netverify.sources.reading import UnreadableError, read_regular
from netverify.sources.remote_references import (
    CONFIGURED,
    all_texts,
    has_url,
    inline_texts,
    is_remote,
    references,
)
from netverify.sources.tree import exists, is_folder

_ADDED: Final = ("resources", "bases", "crds")
"""Lists of what only adds objects, so that the others are the same without one of them."""
_OF_OTHER_PROGRAMS: Final = ("helmCharts", "helmChartInflationGenerator")
_REMOTE: Final = ("://", "github.com/", "gitlab.com/", "bitbucket.org/", "git@", "git::", "?ref=", ".git")
_MOST_FOLDERS: Final = 2000

Edit = Callable[[dict[str, Any]], None]
"""Changes what a kustomization says, as a controller does before it builds."""


class NotBuildableError(Exception):
    """A kustomization needs what a checkout does not have; ``reason`` says what."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class NotReadableError(Exception):
    """A kustomization is refused; ``diagnostics`` say why."""

    def __init__(self, diagnostics: tuple[Diagnostic, ...]) -> None:
        super().__init__("a kustomization is refused")
        self.diagnostics = diagnostics


@dataclass(slots=True)
class Mirror:
    """The copy of one build below ``into``. ``consumed`` are the files that were copied.

    ``missing`` are resources that the checkout does not have, each with the reason: the copy is without them.
    """

    checkout: Checkout
    into: Path
    consumed: set[Path] = field(default_factory=set)
    missing: list[tuple[str, str]] = field(default_factory=list)
    _bytes: int = 0
    _folders: set[Path] = field(default_factory=set)

    def add(self, folder: Path, edit: Edit | None = None) -> Path:
        """Copy what the kustomization of ``folder`` reaches, itself changed by ``edit``; where its copy is.

        A folder without a kustomization gets one that ``edit`` fills. Raises :class:`LeavesCheckoutError`,
        :class:`NotBuildableError` and :class:`NotReadableError`.
        """
        top = folder.resolve()
        pending = [top]
        while pending:
            one = pending.pop()
            if one in self._folders:
                continue
            self._folders.add(one)
            if len(self._folders) > _MOST_FOLDERS:
                raise NotBuildableError(f"it reaches more than {_MOST_FOLDERS:,} folders")
            value = self._kustomization(one, generated=one == top)
            if one == top and edit is not None:
                edit(value)
            self._leave_out_missing(one, value)
            pending += self._reached(one, value)
            copy = self._place(one)
            copy.mkdir(parents=True, exist_ok=True)
            (copy / FILE_NAMES[0]).write_text(json.dumps(value), "utf-8")
        return self._place(top)

    def _kustomization(self, folder: Path, *, generated: bool) -> dict[str, Any]:
        names = [name for name in FILE_NAMES if exists(folder / name)]
        if not names and generated:
            return {}
        if not names:
            raise NotBuildableError(f"the folder {shown(self.checkout.shown(folder))} has no kustomization")
        file = folder / names[0]
        path = self.checkout.shown(file)
        loaded = load(path, self._read(file))
        if loaded.diagnostics:
            raise NotReadableError(loaded.diagnostics)
        value = loaded.documents[0].value if len(loaded.documents) == 1 else None
        if len(names) > 1 or not isinstance(value, dict):
            raise NotBuildableError(f"the kustomization {shown(path)} is not one YAML mapping in one file")
        return value

    def _leave_out_missing(self, folder: Path, value: dict[str, Any]) -> None:
        """Take from a kustomization what only adds objects and is not in the checkout, and remember it."""
        for name in _OF_OTHER_PROGRAMS:
            if value.pop(name, None):
                self.missing.append((f"`{name}`", "it fetches charts"))
        for name in _ADDED:
            listed = value.get(name)
            if isinstance(listed, list):
                value[name] = [one for one in listed if not (isinstance(one, str) and self._is_missing(one, folder))]

    def _is_missing(self, text: str, folder: Path) -> bool:
        """Whether ``text`` names a resource that is elsewhere; then it is remembered."""
        if text.startswith("/") or not any(sign in text for sign in _REMOTE):
            return False
        try:
            is_here = not is_remote(text) and exists(self.checkout.inside(text, folder))
        except LeavesCheckoutError:
            return False
        if not is_here:
            self.missing.append((shown(text), "it is not in this checkout"))
        return not is_here

    def _reached(self, folder: Path, value: dict[str, Any]) -> Iterator[Path]:
        """The folders that a kustomization names; its files are copied."""
        for text in inline_texts(value):
            if has_url(text) or text.startswith("/") or ".." in text.split("/"):
                raise NotBuildableError("a generator or transformer that it holds names paths of its own")
        for name, text in references(value):
            target = self._target(text, folder)
            if target is None:
                continue
            if is_folder(target):
                yield from self._folder(target)
            else:
                self._copy(target, refuse_paths=name in CONFIGURED)

    def _target(self, text: str, folder: Path) -> Path | None:
        """What ``text`` names in ``folder``; None for what kustomize will not find either."""
        if text.startswith("/"):
            raise LeavesCheckoutError(f"the path {shown(text)} is absolute")
        target = self.checkout.inside(text, folder)
        if exists(target) and not is_remote(text):
            return target
        if is_remote(text) or any(sign in text for sign in _REMOTE):
            raise NotBuildableError(f"it needs {shown(text)}, which is not in this checkout")
        return None

    def _folder(self, target: Path) -> Iterator[Path]:
        real = target.resolve()
        if real != target:
            link = self._place(target)
            link.parent.mkdir(parents=True, exist_ok=True)
            if not link.exists() and not link.is_symlink():
                link.symlink_to(os.path.relpath(self._place(real), self._place(target.parent).resolve()))
        yield real

    def _copy(self, file: Path, *, refuse_paths: bool) -> None:
        data = self._read(file)
        if refuse_paths:
            self._check_no_paths(file, data)
        copy = self._place(file)
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.resolve().is_relative_to(self.into.resolve()):
            raise LeavesCheckoutError(f"the path {shown(self.checkout.shown(file))} leads out of the checkout")
        copy.write_bytes(data)
        self.consumed.add(file.resolve())

    def _check_no_paths(self, file: Path, data: bytes) -> None:
        """What configures a transformer may name files itself; it must not name any elsewhere."""
        for document in load(self.checkout.shown(file), data).documents:
            for text in all_texts(document.value):
                if has_url(text) or text.startswith("/") or ".." in text.split("/"):
                    raise NotBuildableError(f"{shown(self.checkout.shown(file))} names paths of its own")

    def _read(self, file: Path) -> bytes:
        try:
            data = read_regular(file, DEFAULT_LIMITS.file_bytes)
        except UnreadableError as error:
            raise NotReadableError((error.diagnostic(self.checkout.shown(file)),)) from None
        self._bytes += len(data)
        if self._bytes > DEFAULT_LIMITS.total_bytes:
            raise NotBuildableError(f"it reaches more than {DEFAULT_LIMITS.total_bytes:,} bytes")
        return data

    def _place(self, path: Path) -> Path:
        return self.into / self.checkout.relative(path)


def origin_of(checkout: Checkout, folder: Path) -> Origin:
    """The place of a folder as a whole."""
    return Origin(checkout.shown(folder))
