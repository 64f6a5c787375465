"""Intent files, read: every text with its place, files that include others put together."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import field, replace
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from netverify.diagnostics import DiagnosedError, Diagnostic, Origin, Severity
from netverify.documents.document import Document, FieldPath, Value, render_path
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.loader import load
from netverify.documents.refusal import shown
from netverify.gate.intent import FILE_NAMES
from netverify.gate.intent.convert import Converter
from netverify.gate.intent.problems import problems
from netverify.gate.intent.shape import IntentShape
from netverify.gate.intent.spec import (
    Assertion,
    ComparedTo,
    ExceptionText,
    SourceText,
    Spec,
    Written,
    ZoneText,
)
from netverify.query.assumed import RANGES
from netverify.records import dataclass
from netverify.sources.globs import Pattern, has_magic
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions, checkout_root, leaves
from netverify.sources.reading import UnreadableError, read_regular

_MOST_FILES = 200


class IntentError(DiagnosedError):
    """Intent that cannot be used."""


def found_beside(folder: Path) -> Path | None:
    """The intent file of ``folder``; None where there is none."""
    return next((folder / name for name in FILE_NAMES if (folder / name).is_file()), None)


def read_spec(
    paths: Sequence[str], permissions: Permissions = NOTHING_ALLOWED, scanned: Sequence[Path] | None = None
) -> Spec:
    """What the files at ``paths`` say together, with those that they include.

    A file in a checkout (without ``.git``: in a folder) may name only what is in there, unless ``permissions`` let it.
    One that is in none, and not where ``scanned`` leads (by default the current folder), is trusted.

    Raises :class:`IntentError` for files that cannot be read, are not of the shape, lead out of their checkout, or
    contradict each other.
    """
    reading = _Reading(permissions)
    for path in paths:
        reading.begin(Path(path), path, scanned if scanned is not None else (Path(),))
    reading.check_names()
    if reading.diagnostics:
        raise IntentError(tuple(sorted(reading.diagnostics, key=Diagnostic.sort_key)))
    return reading.spec()


def checkout_of_intent(path: Path, scanned: Sequence[Path]) -> Path | None:
    """The top of the checkout that binds the intent file at ``path``; None where it is trusted.

    Without ``.git`` it is the folder of the file, if that is in what is ``scanned`` or holds it.
    """
    name = Path(os.path.abspath(path))  # noqa: PTH100 - a link at the end must not be followed
    top = checkout_root(name)
    if top is not None:
        return top
    folder = name.parent.resolve()
    for one in scanned:
        place = checkout_root(Path(os.path.abspath(one))) or one.resolve()  # noqa: PTH100 - as above
        if folder.is_relative_to(place) or place.is_relative_to(folder):
            return folder
    return None


@dataclass(slots=True)
class _Reading:
    """What has been read so far."""

    permissions: Permissions
    root: Path | None = None
    parts: list[Spec] = field(default_factory=list)
    diagnostics: list[Diagnostic] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)

    def begin(self, path: Path, shown_path: str, scanned: Sequence[Path]) -> None:
        """One file that is named, with its checkout, and with those that it includes."""
        self.root = checkout_of_intent(path, scanned)
        if not self.permissions.lets(path, self.root):
            self.diagnostics.append(leaves(shown_path, Origin(shown_path)))
            return
        self.file(path, shown_path)

    def file(self, path: Path, shown_path: str) -> None:
        """One file, unless it was read before; then those that it includes."""
        try:
            resolved = path.resolve()
            if resolved in self.seen:
                return
            self.seen.add(resolved)
        except (OSError, ValueError, RuntimeError):
            self._refuse("NV701", "an intent file that cannot be read", Origin(shown_path))
            return
        document, found = mapping_in(path, shown_path, INTENT)
        self.diagnostics += found
        shape = self._shape(document) if document is not None else None
        if document is None or shape is None:
            return
        converter = Converter(document, Path(os.path.dirname(shown_path)))  # noqa: PTH120 - as the user wrote it
        spec = converter.spec(shape)
        self.parts.append(replace(spec, checkouts=() if self.root is None else (self.root,)))
        self.diagnostics += self._leaving(spec)
        self.diagnostics += converter.diagnostics
        for number, text in enumerate(shape.include):
            self._include(document, number, text, path.parent)

    def _leaving(self, spec: Spec) -> Iterator[Diagnostic]:
        """What is wrong with the paths that ``spec`` names: they lead out of the checkout that its file is in."""
        yield from leaving(spec.sources, self.permissions, self.root)
        compared = [one.statement.directory for one in spec.assertions if isinstance(one.statement, ComparedTo)]
        for directory in compared:
            if directory is not None and not lets(directory.text, self.permissions, self.root):
                yield leaves(directory.text, directory.origin)

    def _shape(self, document: Document) -> IntentShape | None:
        try:
            return IntentShape.model_validate(document.value)
        except ValidationError as error:
            self.diagnostics += problems(error, document)
            return None

    def _include(self, document: Document, number: int, text: str, folder: Path) -> None:
        origin = document.origin(("include", number))
        target = folder / text
        try:
            is_below = target.resolve().is_relative_to(folder.resolve()) and not Path(text).is_absolute()
        except (OSError, ValueError, RuntimeError):
            is_below = False
        if not is_below:
            advice = "move it there, or name it with `--spec`"
            self._refuse("NV705", f"{shown(text)} is not below the folder of this file", origin, advice)
        elif not target.is_file():
            self._refuse("NV705", f"there is no file {shown(text)}", origin, "paths are relative to this file")
        elif len(self.seen) >= _MOST_FILES:
            self._refuse("NV705", f"more than {_MOST_FILES} intent files", origin, "put some together")
        else:
            base = os.path.dirname(document.path)  # noqa: PTH120 - as the user wrote it
            self.file(target, os.path.normpath(os.path.join(base, text)))  # noqa: PTH118 - as above

    def check_names(self) -> None:
        """Every zone, assertion and exception has a name of its own."""
        zones = [zone for part in self.parts for zone in part.zones]
        assertions = [one for part in self.parts for one in part.assertions]
        exceptions = [one for part in self.parts for one in part.exceptions]
        self._once("zone", [(zone.name, zone) for zone in zones])
        self._once("assertion", [(one.id, one) for one in assertions])
        self._once("exception", [(one.id, one) for one in exceptions])

    def _once(self, what: str, named: Sequence[tuple[str, ZoneText | Assertion | ExceptionText]]) -> None:
        first: dict[str, Origin] = {}
        for name, one in named:
            if name in first:
                self.diagnostics.append(
                    Diagnostic(
                        "NV704",
                        Severity.ERROR,
                        f"two {what}s are called {shown(name)}",
                        one.origin,
                        "give one of them another name",
                        ((first[name], "the first one"),),
                    )
                )
            first.setdefault(name, one.origin)

    def spec(self) -> Spec:
        """All parts together; what can be said only once is that of the first file that says it."""
        parts = self.parts
        return Spec(
            files=tuple(name for part in parts for name in part.files),
            checkouts=tuple(dict.fromkeys(one for part in parts for one in part.checkouts)),
            sources=tuple(one for part in parts for one in part.sources),
            namespace=next((part.namespace for part in parts if part.namespace), None),
            cni=next((part.cni for part in parts if part.cni), None),
            assumptions=tuple(_assumptions(parts)),
            cluster_domain=next((part.cluster_domain for part in parts if part.cluster_domain), None),
            node_local_dns=next((part.node_local_dns for part in parts if part.node_local_dns is not None), None),
            api_servers=next((part.api_servers for part in parts if part.api_servers), ()),
            ingress_controller=next((part.ingress_controller for part in parts if part.ingress_controller), None),
            zones=tuple(one for part in parts for one in part.zones),
            assertions=tuple(one for part in parts for one in part.assertions),
            exceptions=tuple(one for part in parts for one in part.exceptions),
        )

    def _refuse(self, code: str, message: str, origin: Origin, advice: str = "") -> None:
        self.diagnostics.append(_error(code, message, origin, advice))


def leaving(sources: Iterable[SourceText], permissions: Permissions, root: Path | None) -> Iterator[Diagnostic]:
    """Each path of ``sources`` that leads out of the checkout with the top ``root``, unless ``permissions`` let it."""
    for source in sources:
        for text in (source.path, *source.values):
            if not lets(text, permissions, root):
                yield leaves(text, source.origin)


def lets(text: str, permissions: Permissions, root: Path | None) -> bool:
    """Whether a file of the checkout with the top ``root`` may name the path, or glob, ``text``."""
    places = {text, Pattern(text).base} if has_magic(text) else {text}
    return all(permissions.lets(Path(one), root) for one in places)


INTENT: Final = ("an intent file", "begin with `netverify init`", "name another one with `--spec`")
"""What a file of intent is called, and what to do where it is none, or cannot be read."""


def mapping_in(
    path: Path, shown_path: str, kind: tuple[str, str, str]
) -> tuple[Document | None, tuple[Diagnostic, ...]]:
    """The one mapping in the file at ``path``, or what is wrong with it; ``kind`` as :data:`INTENT` has it.

    Nothing in it may be left without a value.
    """
    what, instead, another = kind
    try:
        data = read_regular(path, DEFAULT_LIMITS.file_bytes)
    except UnreadableError as error:
        reason = error.message.removeprefix("cannot be read: ")
        advice = another if error.code == "NV133" else error.advice
        return None, (_error("NV701", f"{what} that cannot be read: {reason}", Origin(shown_path), advice),)
    except (OSError, ValueError, RuntimeError):
        return None, (_error("NV701", f"{what} that cannot be read", Origin(shown_path)),)
    loaded = load(shown_path, data)
    if errors := tuple(one for one in loaded.diagnostics if one.severity is Severity.ERROR):
        return None, errors
    documents = [one for one in loaded.documents if one.value is not None]
    if loaded.templated or len(documents) != 1 or not isinstance(documents[0].value, dict):
        text = f"a template, not {what}" if loaded.templated else f"{what} is one YAML mapping"
        return None, (_error("NV701", text, Origin(shown_path), instead),)
    document = documents[0]
    # Left out means anyone, or any port: what somebody began to write must not.
    empty = [
        _error("NV703", f"`{render_path(at)}` has no value", document.key_origin(at), "give it one, or leave it out")
        for at in _nulls(document.value, ())
    ]
    return (None if empty else document), tuple(empty)


def _error(code: str, message: str, origin: Origin, advice: str = "") -> Diagnostic:
    return Diagnostic(code, Severity.ERROR, message, origin, advice)


def _assumptions(parts: Sequence[Spec]) -> Iterator[Written]:
    """What ``parts`` assume: each setting as the first file says that has it, except for ranges, which add up."""
    said: dict[str, Spec] = {}
    for part in parts:
        for one in part.assumptions:
            key = one.text.partition("=")[0]
            if key in RANGES or said.setdefault(key, part) is part:
                yield one


def _nulls(value: Value, path: FieldPath) -> Iterator[FieldPath]:
    """Where in ``value`` nothing is written; the reader has bounded how deep that can be."""
    if value is None:
        yield path
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _nulls(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield from _nulls(inner, (*path, number))
