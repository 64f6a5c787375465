"""Files in a folder that hold manifests in a form that is not read: templates, other languages, compressed files.

Only names that such files have are looked into, and only their first bytes: a large tree costs next to nothing more.
"""

from __future__ import annotations

import os
import re
import zlib
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from netverify.documents.placeholders import is_in_chart
from netverify.patterns import pattern

HOLDS_MANIFESTS: Final = "it holds manifests in a form that is not read"
"""Why such a file is left alone."""
_FIRST_BYTES: Final = 8192
_TEMPLATES: Final = (".gotmpl", ".tmpl", ".tpl", ".template", ".j2", ".jinja", ".jinja2", ".erb", ".mustache", ".ytt")
_LANGUAGES: Final = (".jsonnet", ".libsonnet", ".cue", ".dhall", ".pkl", ".hcl", ".tf", ".k", ".star", ".toml")
_COMPRESSED: Final = (".gz", ".tgz")
_OTHERS: Final = (".txt", ".bak", ".orig", ".old", ".disabled", ".off", ".enc", ".dec", ".sops", ".in", ".sample")
_SUFFIXES: Final = frozenset({*_TEMPLATES, *_LANGUAGES, *_COMPRESSED, *_OTHERS})
_BEFORE: Final = pattern(r"\.(?:ya?ml|json)\.", re.IGNORECASE)
_FIELDS: Final = tuple(pattern(rb"\b%s[\"']?\s*[:=]" % name) for name in (b"apiVersion", b"kind"))
_TERRAFORM: Final = pattern(rb"\bresource\s+\"(?:kubernetes|kubectl|helm)_")


def in_other_forms(skipped: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """Of ``skipped`` paths with their reasons, those of files that hold manifests, each once."""
    return tuple(dict.fromkeys(path for path, reason in skipped if reason == HOLDS_MANIFESTS))


def holds_manifests(entry: os.DirEntry[str]) -> bool:
    """Whether the regular file ``entry``, whose name is that of no manifest, holds some all the same, at its start."""
    suffix = os.path.splitext(entry.name)[1].lower()  # noqa: PTH122 - no path is needed for each file of a tree
    if suffix and suffix not in _SUFFIXES and not _BEFORE.search(entry.name):
        return False
    data = _first_bytes(entry.path, is_compressed=suffix in _COMPRESSED)
    found = all(field.search(data) for field in _FIELDS) or _TERRAFORM.search(data) is not None
    # What helps the templates of a chart is no input of its own.
    return found and not is_in_chart(Path(entry.path))


def form_of(name: str) -> str:
    """How a file called ``name`` is counted: by its suffix."""
    return Path(name).suffix or "without a suffix"


def _first_bytes(path: str, *, is_compressed: bool) -> bytes:
    """The first bytes of a file, those that it was compressed from; none where there are none to be had."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            data = os.read(descriptor, _FIRST_BYTES)
        finally:
            os.close(descriptor)
        return zlib.decompressobj(wbits=31).decompress(data, 8 * _FIRST_BYTES) if is_compressed else data
    except (OSError, zlib.error):
        return b""
