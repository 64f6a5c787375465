"""Everything that an overlay reaches, looked at before kustomize sees it: in the checkout, nothing to be fetched."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import field
from pathlib import Path
from typing import Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.document import Document
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.loader import load
from netverify.documents.refusal import shown
from netverify.records import dataclass
from netverify.sources.kustomization import FILE_NAMES
from netverify.sources.permissions import Permissions, leaves
from netverify.sources.reading import UnreadableError, read_regular
from netverify.sources.remote_references import (
    CONFIGURED,
    all_texts,
    fetches_charts,
    has_url,
    inline_texts,
    is_remote,
    looks_remote,
    references,
)
from netverify.sources.tree import exists, is_folder

_MOST_FOLDERS: Final = 2000
REMOTE: Final = "NV157"
HOW_TO_FETCH: Final = "have it in the checkout, or let renderers fetch by hand with `--allow-network`"


def remote(what: str, origin: Origin) -> Diagnostic:
    """The error about ``what``, which would have to be fetched."""
    return Diagnostic(REMOTE, Severity.ERROR, f"{what} comes from another place", origin, HOW_TO_FETCH)


@dataclass(slots=True)
class OverlayReach:
    """What the overlay in a folder reaches. ``fetched`` is what it has fetched, which ``permissions`` let it."""

    permissions: Permissions
    diagnostics: list[Diagnostic] = field(default_factory=list)
    fetched: list[str] = field(default_factory=list)
    _root: Path | None = None
    _seen: set[tuple[Path, bool]] = field(default_factory=set)
    _pending: list[tuple[Path, str, bool]] = field(default_factory=list)

    def follow(self, directory: str) -> None:
        """Look at all that the overlay in ``directory`` reaches; what is wrong is among ``diagnostics``."""
        path = Path(directory)
        if not exists(path):
            if looks_remote(directory):
                self._remote(directory, Origin(directory))
            else:
                self._add("NV131", "no such file or folder", Origin(directory), "check the path")
            return
        if not self.permissions.lets_named(path):
            self.diagnostics.append(leaves(directory, Origin(directory)))
            return
        self._root = self.permissions.root_of(path)
        self._pending.append((path, directory, False))
        while self._pending:
            folder, name, configures = self._pending.pop()
            if (folder.resolve(), configures) in self._seen:
                continue
            self._seen.add((folder.resolve(), configures))
            if len(self._seen) > _MOST_FOLDERS:
                self._add("NV152", f"it reaches more than {_MOST_FOLDERS:,} folders", Origin(directory), "build a part")
                return
            self._folder(folder, name, configures=configures)

    def _folder(self, folder: Path, name: str, *, configures: bool) -> None:
        for one in FILE_NAMES:
            file, file_shown = folder / one, os.path.normpath(f"{name}/{one}")
            if not exists(file):
                continue
            for document in self._documents(file, file_shown):
                if isinstance(document.value, dict):
                    self._kustomization(document, folder, configures=configures)

    def _kustomization(self, document: Document, folder: Path, *, configures: bool) -> None:
        value, origin = document.value, document.origin()
        if (charts := fetches_charts(value)) is not None:
            self._remote(charts, document.key_origin((charts,)))
        for text in inline_texts(value):
            if has_url(text):
                self._remote(text, origin)
        for name, text in references(value):
            self._reference(text, document, folder, configures=configures or name in CONFIGURED)

    def _reference(self, text: str, document: Document, folder: Path, *, configures: bool) -> None:
        target, origin = folder / text, _origin_of(text, document)
        if is_remote(text) or (looks_remote(text) and not exists(target)):
            self._remote(text, origin)
        elif not self.permissions.lets(target, self._root):
            self.diagnostics.append(leaves(text, origin))
        elif not exists(target):
            self._add("NV143", f"{shown(text)} does not exist", origin, "kustomize refuses it too: correct the path")
        elif is_folder(target):
            self._pending.append((target, os.path.normpath(f"{os.path.dirname(document.path)}/{text}"), configures))  # noqa: PTH120 - as the user wrote it
        elif configures:
            for one in self._documents(target, os.path.normpath(f"{os.path.dirname(document.path)}/{text}")):  # noqa: PTH120 - as above
                for inner in filter(has_url, all_texts(one.value)):
                    self._remote(inner, one.origin())

    def _documents(self, file: Path, name: str) -> Iterator[Document]:
        if not self.permissions.lets(file, self._root):
            self.diagnostics.append(leaves(name, Origin(name)))
            return
        try:
            loaded = load(name, read_regular(file, DEFAULT_LIMITS.file_bytes))
        except UnreadableError as error:
            self.diagnostics.append(error.diagnostic(name))
            return
        if loaded.templated:
            self._add("NV122", "a template, not a kustomization", Origin(name), "render it first")
        self.diagnostics += loaded.diagnostics
        yield from loaded.documents

    def _remote(self, text: str, origin: Origin) -> None:
        if self.permissions.network:
            self.fetched.append(text)
        else:
            self.diagnostics.append(remote(shown(text), origin))

    def _add(self, code: str, message: str, origin: Origin, advice: str) -> None:
        self.diagnostics.append(Diagnostic(code, Severity.ERROR, message, origin, advice))


def _origin_of(text: str, document: Document) -> Origin:
    """Where ``text`` is an entry of a list, or else the field that it stands somewhere below."""
    for name, value in document.value.items():
        if isinstance(value, list) and text in value:
            return document.origin((name, value.index(text)))
    below = (name for name, value in document.value.items() if any(text in one for one in all_texts(value)))
    return document.key_origin((name,)) if (name := next(below, None)) is not None else document.origin()
