"""Documents of irrelevant kinds found from their text alone, so that they cost only scanning."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

_KIND: Final = re.compile(rb"""^kind:[ \t]+(["']?)([A-Za-z][A-Za-z0-9]*)\1[ \t]*(?:#[^\n]*|\r)?$""", re.MULTILINE)
_API_VERSION: Final = re.compile(
    rb"""^apiVersion:[ \t]+(["']?)([A-Za-z0-9./-]+)\1[ \t]*(?:#[^\n]*|\r)?$""", re.MULTILINE
)
_AT_MARGIN: Final = re.compile(rb"(?:\A|\n)(?![ \t\r\n#])([^\n]+)")
_ORDINARY: Final = re.compile(rb"(?:[A-Za-z][A-Za-z0-9]*:(?:[ \t\r]|\Z)|-(?:[ \t\r]|\Z))")
_MOST_BRACKETS: Final = 2000


def irrelevant_kind(chunk: bytes, is_irrelevant: Callable[[str, str], bool]) -> str | None:
    """The kind of the one document in ``chunk`` if that is certain from its lines at the left margin and is irrelevant.

    Certain means: every line at the margin is ``word:`` or an entry of a list, and exactly one of them is ``kind:``
    and one ``apiVersion:``, each with a plain word. The keys of a block mapping stand in one column, so the
    document's own kind, if it has one, is that word: a line at the margin that belongs to a quoted text instead
    leaves the document without a kind.

    Texts with very many brackets are left to the event stream, whose depth is watched: libyaml is quadratic in the
    depth of braces.
    """
    kind, api_version = _KIND.search(chunk), _API_VERSION.search(chunk)
    if kind is None or api_version is None:
        return None
    name = kind.group(2).decode("ascii")
    if not is_irrelevant(api_version.group(2).decode("ascii"), name):
        return None
    if chunk.count(b"[") + chunk.count(b"{") > _MOST_BRACKETS:
        return None
    kinds = versions = 0
    for line in _AT_MARGIN.finditer(chunk):
        if not _ORDINARY.match(line.group(1)):
            return None
        kinds += line.group(1).startswith(b"kind:")
        versions += line.group(1).startswith(b"apiVersion:")
    return name if kinds == versions == 1 else None
