"""``ApplicationSet`` objects of Argo CD: the Applications that lists and the folders and files of a repository give.

Source: the documentation of ApplicationSet; argo-cd ``applicationset/generators`` and ``applicationset/utils``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from netverify.documents.document import Value
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.loader import load
from netverify.documents.refusal import shown
from netverify.patterns import pattern
from netverify.sources.delivery.applications import NotRenderedError
from netverify.sources.delivery.checkout import Checkout
from netverify.sources.delivery.objects import Found
from netverify.sources.delivery.patterns import PathPattern, PatternError, path_pattern
from netverify.sources.delivery.repositories import Repositories
from netverify.sources.reading import UnreadableError, read_regular

Parameters = Mapping[str, Value]
_PLACEHOLDER: Final = pattern(r"\{\{(.*?)\}\}", re.DOTALL)
_GO_FIELD: Final = pattern(r"(?:\.[A-Za-z_]\w*)+")
_GO_INDEX: Final = pattern(r"index (\.[A-Za-z_][\w.]*) (\d{1,3})")
_UNKNOWN: Final = ("templatePatch", "ignoreApplicationDifferences")
_MOST: Final = 2000
_MOST_FILES: Final = 20000


def applications_of(found: Found, checkout: Checkout, repositories: Repositories) -> tuple[Found, ...]:
    """The Applications that ``found`` makes. Raises :class:`NotRenderedError` where these files do not tell."""
    if unknown := next((name for name in _UNKNOWN[:1] if found.spec(name)), None):
        raise NotRenderedError(f"it uses `{unknown}`, which netverify does not do")
    template = found.spec("template")
    generators = found.mappings("generators")
    if not isinstance(template, dict) or not generators:
        raise NotRenderedError("it has no generators or no template")
    rendering = _Rendering(is_go=found.spec("goTemplate") is True)
    applications: list[Found] = []
    for generator in generators:
        for parameters in _parameters(generator, checkout, repositories, rendering):
            value = rendering.value(template, parameters)
            meta = value.get("metadata") if isinstance(value.get("metadata"), dict) else {}
            whole = {"apiVersion": "argoproj.io/v1alpha1", "kind": "Application", **value}
            applications.append(Found("Application", found.namespace, str(meta.get("name")), whole, found.origin))
            if len(applications) > _MOST:
                raise NotRenderedError(f"it makes more than {_MOST:,} Applications")
    return tuple(applications)


def _parameters(
    generator: dict[str, Any], checkout: Checkout, repositories: Repositories, rendering: _Rendering
) -> Iterator[Parameters]:
    names = [name for name, value in generator.items() if value is not None]
    if len(names) != 1 or names[0] not in {"list", "git"}:
        raise NotRenderedError(f"netverify does not know its generator {shown(', '.join(sorted(names)))}")
    given = generator[names[0]]
    known = {"list": {"elements"}, "git": {"repoURL", "revision", "directories", "files", "requeueAfterSeconds"}}
    if not isinstance(given, dict) or given.keys() - known[names[0]]:
        raise NotRenderedError(f"its generator `{names[0]}` uses what netverify does not know")
    if names[0] == "list":
        yield from _elements(given.get("elements"))
        return
    if not repositories.is_here(str(given.get("repoURL"))):
        raise NotRenderedError(f"it looks into the repository {shown(str(given.get('repoURL')))}")
    yield from _folders(given.get("directories"), checkout, rendering)
    yield from _files(given.get("files"), checkout, rendering)


def _elements(elements: Value) -> Iterator[Parameters]:
    for one in elements if isinstance(elements, list) else ():
        if not isinstance(one, dict):
            raise NotRenderedError("an element of its list is not a mapping")
        yield one


def _folders(directories: Value, checkout: Checkout, rendering: _Rendering) -> Iterator[Parameters]:
    """One for each folder that a pattern matches and none excludes."""
    if not directories:
        return
    patterns = _patterns(directories)
    for folder in sorted(set(_parents(checkout))):
        path = checkout.relative(folder)
        if path != "." and _is_taken(path, patterns):
            yield rendering.of_path(path)


def _files(files: Value, checkout: Checkout, rendering: _Rendering) -> Iterator[Parameters]:
    """One for each file that a pattern matches, with what it holds."""
    if not files:
        return
    patterns = _patterns(files)
    for file in sorted(_everything(checkout)):
        path = checkout.relative(file)
        if not _is_taken(path, patterns):
            continue
        try:
            documents = load(path, read_regular(file, DEFAULT_LIMITS.file_bytes)).documents
        except UnreadableError as error:
            raise NotRenderedError(f"{shown(path)} cannot be read: {error.message}") from None
        value = documents[0].value if len(documents) == 1 else None
        for one in value if isinstance(value, list) else [value]:
            if not isinstance(one, dict):
                raise NotRenderedError(f"{shown(path)} is neither a mapping nor a list of mappings")
            flat = one if rendering.is_go else dict(_flattened(one, ""))
            yield {**flat, **rendering.of_path(checkout.relative(file.parent), file.name)}


def _patterns(entries: Value) -> tuple[list[PathPattern], list[PathPattern]]:
    """Those that include and those that exclude; ``*`` stays within one folder, ``**`` does not."""
    wanted: list[PathPattern] = []
    unwanted: list[PathPattern] = []
    for one in entries if isinstance(entries, list) else (None,):
        path = one.get("path") if isinstance(one, dict) else None
        if not isinstance(one, dict) or not isinstance(path, str):
            raise NotRenderedError("a path of its generator is not a text")
        try:
            (unwanted if one.get("exclude") is True else wanted).append(path_pattern(path, crossing=False))
        except PatternError as error:
            raise NotRenderedError(str(error)) from None
    return wanted, unwanted


def _is_taken(path: str, patterns: tuple[list[PathPattern], list[PathPattern]]) -> bool:
    wanted, unwanted = patterns
    return any(one.matches(path) for one in wanted) and not any(one.matches(path) for one in unwanted)


def _everything(checkout: Checkout) -> Iterator[Path]:
    """Every file of the checkout that is not hidden."""
    count = 0
    pending = [checkout.root]
    while pending:
        for path in sorted(pending.pop().iterdir()):
            if path.name.startswith(".") or path.is_symlink():
                continue
            if path.is_dir():
                pending.append(path)
                continue
            count += 1
            if count > _MOST_FILES:
                raise NotRenderedError(f"it looks at more than {_MOST_FILES:,} files")
            yield path


def _parents(checkout: Checkout) -> Iterator[Path]:
    for file in _everything(checkout):
        yield from (one for one in file.parents if one.is_relative_to(checkout.root))


def _flattened(value: Mapping[str, Value], prefix: str) -> Iterator[tuple[str, Value]]:
    for key, item in value.items():
        if isinstance(item, dict):
            yield from _flattened(item, f"{prefix}{key}.")
        else:
            yield prefix + key, item


class _Rendering:
    """Fills in templates: ``{{name}}``, or fields of Go templates."""

    def __init__(self, *, is_go: bool) -> None:
        self.is_go = is_go

    def of_path(self, path: str, filename: str = "") -> Parameters:
        """What a template can say about a folder or a file."""
        segments, base = path.split("/"), path.rpartition("/")[2]
        plain = re.sub(r"[^a-z0-9-]", "-", base.lower()).strip("-")
        if self.is_go:
            named = {"path": path, "basename": base, "basenameNormalized": plain, "segments": segments}
            return {"path": {**named, "filename": filename}}
        numbered = {f"path[{number}]": segment for number, segment in enumerate(segments)}
        named = {"path": path, "path.basename": base, "path.basenameNormalized": plain, "path.filename": filename}
        return {**numbered, **named}

    def value(self, template: Value, parameters: Parameters) -> Any:
        """``template`` with its placeholders filled in. Raises :class:`NotRenderedError` for what is unknown."""
        match template:
            case str():
                return _PLACEHOLDER.sub(lambda found: self._word(found[1].strip(), parameters), template)
            case dict():
                return {self.value(key, parameters): self.value(item, parameters) for key, item in template.items()}
            case list():
                return [self.value(item, parameters) for item in template]
            case _:
                return template

    def _word(self, word: str, parameters: Parameters) -> str:
        value: Value = parameters.get(word) if not self.is_go else None
        if self.is_go and _GO_FIELD.fullmatch(word):
            value = _field(word, parameters)
        elif self.is_go and (found := _GO_INDEX.fullmatch(word)):
            listed = _field(found[1], parameters)
            value = listed[int(found[2])] if isinstance(listed, list) and int(found[2]) < len(listed) else None
        if isinstance(value, bool | int | float):
            return str(value).lower() if isinstance(value, bool) else str(value)
        if not isinstance(value, str):
            raise NotRenderedError(f"netverify cannot fill in {shown('{{' + word + '}}')} of its template")
        return value


def _field(word: str, parameters: Parameters) -> Value:
    value: Value = parameters
    for name in word.split(".")[1:]:
        value = value.get(name) if isinstance(value, dict) else None
    return value
