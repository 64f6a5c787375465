"""What sources gave once their text is gone: facts, counts and findings, each independent of the other sources.

Nothing here knows YAML or pydantic: it can be merged, stored, and sent from one process to another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import field

from netverify.diagnostics import Diagnostic, Origin
from netverify.kinds.read_object import ReadObject
from netverify.model.cluster import Unsupported
from netverify.records import dataclass


@dataclass(frozen=True, slots=True, order=True)
class Digest:
    """What a source was called, and the SHA-256 of its bytes, in hexadecimal digits."""

    name: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Gathered:
    """What became of the documents of some sources: each is in exactly one count, or in ``unread``.

    The mappings count documents by kind. ``files`` counts the sources, ``templates`` are those that are no manifests;
    ``narrowing`` names the kinds of a mesh that may refuse what policy allows, each with the places of its objects.
    ``digests`` are those of the sources that were read.
    """

    files: int = 0
    reads: tuple[ReadObject, ...] = ()
    modelled: Mapping[str, int] = field(default_factory=dict)
    irrelevant: Mapping[str, int] = field(default_factory=dict)
    approximated: Mapping[str, int] = field(default_factory=dict)
    unsupported_kinds: Mapping[str, int] = field(default_factory=dict)
    unrendered_kinds: Mapping[str, int] = field(default_factory=dict)
    not_manifests: int = 0
    templates: tuple[Origin, ...] = ()
    unread: tuple[Origin, ...] = ()
    unsupported: tuple[Unsupported, ...] = ()
    narrowing: Mapping[str, tuple[Origin, ...]] = field(default_factory=dict)
    diagnostics: tuple[Diagnostic, ...] = ()
    digests: tuple[Digest, ...] = ()


def merged(parts: Iterable[Gathered]) -> Gathered:
    """All of ``parts`` as one, in their order."""
    parts = tuple(parts)
    narrowing: dict[str, tuple[Origin, ...]] = {}
    for part in parts:
        for name, origins in part.narrowing.items():
            narrowing[name] = narrowing.get(name, ()) + origins
    return Gathered(
        files=sum(part.files for part in parts),
        reads=tuple(read for part in parts for read in part.reads),
        modelled=_summed(part.modelled for part in parts),
        irrelevant=_summed(part.irrelevant for part in parts),
        approximated=_summed(part.approximated for part in parts),
        unsupported_kinds=_summed(part.unsupported_kinds for part in parts),
        unrendered_kinds=_summed(part.unrendered_kinds for part in parts),
        not_manifests=sum(part.not_manifests for part in parts),
        templates=tuple(origin for part in parts for origin in part.templates),
        unread=tuple(origin for part in parts for origin in part.unread),
        unsupported=tuple(item for part in parts for item in part.unsupported),
        narrowing=narrowing,
        diagnostics=tuple(finding for part in parts for finding in part.diagnostics),
        digests=tuple(digest for part in parts for digest in part.digests),
    )


def _summed(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for count in counts:
        total.update(count)
    return dict(total)
