"""What kustomizations and charts name that is not in the files at hand, found before any program renders them.

kustomize takes a URL wherever it takes a path, and fields in capitals or small letters alike; what is not plainly a
name of something that exists counts as remote.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, Final

from netverify.documents.document import Value
from netverify.documents.loader import load
from netverify.patterns import pattern

_HOSTS: Final = ("github.com", "gitlab.com/", "bitbucket.org/", "git@", "gh:")
_ELSEWHERE: Final = pattern(
    r"\.git(?:[/?]|\Z)|_git/|\?(?:ref|version|timeout|submodules)=|amazonaws\.com|googleapis\.com"
)
_URL: Final = pattern(r"://|\b(?:https?|oci|ssh|git|ftp|file):", re.IGNORECASE)
_LISTS: Final = (
    *("resources", "bases", "components", "crds"),
    *("configurations", "generators", "transformers", "validators", "patchesstrategicmerge"),
)
_WITH_PATHS: Final = ("patches", "patchesjson6902", "replacements")
_GENERATORS: Final = ("configmapgenerator", "secretgenerator")
CONFIGURED: Final = ("generators", "transformers", "validators")
"""Lists whose entries configure programs of kustomize, which name paths of their own."""
_MAY_BE_TEXT: Final = (*CONFIGURED, "patchesstrategicmerge")
_CHARTS: Final = ("helmcharts", "helmchartinflationgenerator")


def is_remote(text: str) -> bool:
    """Whether kustomize takes ``text`` for something in another place, even where a file has that name."""
    return ":" in text or text.lower().startswith(_HOSTS)


def looks_remote(text: str) -> bool:
    """Whether ``text``, which names nothing that is here, is meant to be in another place."""
    return is_remote(text) or _ELSEWHERE.search(text) is not None


def has_url(text: str) -> bool:
    """Whether there is an address anywhere in ``text``."""
    return _URL.search(text) is not None


def references(value: dict[str, Value]) -> Iterator[tuple[str, str]]:
    """Every path that a kustomization names, with the field, in small letters, that it stands in.

    Texts that are manifests or configuration themselves are not among them.
    """
    small = _small(value)
    for name in _LISTS:
        for text in _texts(small.get(name)):
            if name not in _MAY_BE_TEXT or inline(text) is None:
                yield name, text
    for name in _WITH_PATHS:
        for entry in _mappings(small.get(name)):
            yield from ((name, text) for text in _texts([entry.get("path")]))
    for name in _GENERATORS:
        for generator in _mappings(small.get(name)):
            listed = (*_texts(generator.get("files")), *_texts(generator.get("envs")), *_texts([generator.get("env")]))
            yield from ((name, text.partition("=")[2] or text) for text in listed)
    schema = small.get("openapi")
    if isinstance(schema, dict):
        yield from (("openapi", text) for text in _texts([schema.get("path")]))


def inline_texts(value: dict[str, Value]) -> Iterator[str]:
    """Every text in what configures kustomize and stands in the kustomization itself."""
    small = _small(value)
    for name in CONFIGURED:
        for text in _texts(small.get(name)):
            for part in inline(text) or ():
                yield from all_texts(part)


def fetches_charts(value: dict[str, Value]) -> str | None:
    """The field of a kustomization that has charts fetched; None if there is none."""
    return next((name for name in value if name.lower() in _CHARTS and value[name]), None)


def inline(text: str) -> tuple[Value, ...] | None:
    """The mappings that ``text`` is made of; None for a path."""
    if not any(sign in text for sign in "\n{:"):
        return None
    values = tuple(one.value for one in load("", text.encode()).documents)
    if "\n" in text:
        return values
    return values if values and all(isinstance(one, dict) for one in values) else None


def all_texts(value: Value) -> Iterator[str]:
    """Every text in ``value``, keys left out."""
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from all_texts(item)
        case list():
            for item in value:
                yield from all_texts(item)


def _small(value: Value) -> Any:
    """``value`` with its keys in small letters, as kustomize matches them; lists of one key are put together."""
    if isinstance(value, list):
        return [_small(one) for one in value]
    if not isinstance(value, dict):
        return value
    small: dict[str, Any] = {}
    for key, one in value.items():
        new, before = _small(one), small.get(key.lower())
        small[key.lower()] = [*before, *new] if isinstance(before, list) and isinstance(new, list) else new
    return small


def _texts(value: object) -> Iterator[str]:
    return (one for one in value if isinstance(one, str) and one) if isinstance(value, list) else iter(())


def _mappings(value: object) -> Iterator[dict[str, Any]]:
    return (one for one in value if isinstance(one, dict)) if isinstance(value, list) else iter(())
