"""Documents of irrelevant kinds found from their text alone, so that they cost only scanning."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final, TypeAlias

from netverify.patterns import pattern

IsIrrelevant: TypeAlias = Callable[[str, str], bool]
"""Whether objects of this apiVersion and kind can never change a verdict."""

_END: Final = rb"""[ \t]*(?:#[^\n]*|\r)?$(?=[\r\n]*+(?![ \t]))"""
_KIND: Final = pattern(rb"""^kind:[ \t]+(["']?)([A-Za-z][A-Za-z0-9]*)\1""" + _END, re.MULTILINE)
_API_VERSION: Final = pattern(rb"""^apiVersion:[ \t]+(["']?)([A-Za-z0-9./-]+)\1""" + _END, re.MULTILINE)
_STARTS_AT_MARGIN: Final = pattern(rb"(?:[ \r]*+(?:#[^\n]*+)?\n)*+[A-Za-z]")
_ORDINARY: Final = pattern(
    rb"(?:(?:(?:[A-Za-z][A-Za-z0-9]*+:|-)(?:[ \t\r][^\n]*+)?+|[ \t\r#][^\n]*+|(?=\n))(?:\n|\Z))*+\Z"
)
_MOST_BRACKETS: Final = 2000


def irrelevant_kind(chunk: bytes, is_irrelevant: IsIrrelevant) -> str | None:
    """The kind of the one document in ``chunk`` if that is certain from its lines at the left margin and is irrelevant.

    Certain means: the first line with content is at the margin, so the document is a block mapping whose keys stand
    there; every line at the margin is ``word:`` or an entry of a list; exactly one of them is ``kind:`` and one is
    ``apiVersion:``, each with one plain word that the next line does not continue. Such a line may still belong to a
    quoted text, but then the document has no kind at all.

    Texts with very many brackets are left to the event stream, whose depth is watched: libyaml is quadratic in it.
    """
    kind = _line(_KIND, b"kind:", chunk)
    api_version = _line(_API_VERSION, b"apiVersion:", chunk) if kind is not None else None
    if kind is None or api_version is None:
        return None
    name = kind.group(2).decode("ascii")
    if not is_irrelevant(api_version.group(2).decode("ascii"), name):
        return None
    if chunk.count(b"[") + chunk.count(b"{") > _MOST_BRACKETS or not _STARTS_AT_MARGIN.match(chunk):
        return None
    if not _ORDINARY.match(chunk):
        return None
    return name if _count(b"kind:", chunk) == _count(b"apiVersion:", chunk) == 1 else None


def _count(key: bytes, chunk: bytes) -> int:
    """How many lines at the margin begin with ``key``."""
    return chunk.startswith(key) + chunk.count(b"\n" + key)


def _line(form: re.Pattern[bytes], key: bytes, chunk: bytes) -> re.Match[bytes] | None:
    """The first line of ``form``, which begins with ``key``; to look for that is faster than to try every line."""
    place = 0 if chunk.startswith(key) else chunk.find(b"\n" + key) + 1
    if not place and not chunk.startswith(key):
        return None
    while (found := form.match(chunk, place)) is None:
        place = chunk.find(b"\n" + key, place) + 1
        if not place:
            return None
    return found
