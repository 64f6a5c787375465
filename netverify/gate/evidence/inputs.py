"""Digests of all that verdicts depend on: what was read, and the options that change what is proved."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import TypeAlias

from netverify.records import dataclass

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"

Digests: TypeAlias = tuple[tuple[str, str], ...]
"""Names with the digest of the bytes behind each, sorted."""


def digest_of(data: bytes) -> str:
    """``sha256:`` and 64 hexadecimal digits."""
    return f"sha256:{sha256(data).hexdigest()}"


def digest_of_json(value: Json) -> str:
    """The digest of ``value`` as canonical JSON: keys sorted, no spaces, UTF-8. See ``docs/evidence.md``."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return digest_of(text.encode("utf-8", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Inputs:
    """The ``sources`` of manifests, the ``intent`` files, and the manifests that assertions are ``compared`` with."""

    sources: Digests = ()
    intent: Digests = ()
    compared: Digests = ()

    def json(self) -> dict[str, Json]:
        """All names with their digests, and one digest of it all."""
        value: dict[str, Json] = {
            "sources": _rows(self.sources),
            "intent": _rows(self.intent),
            "compared": _rows(self.compared),
        }
        return {"digest": digest_of_json(value), **value}


def _rows(digests: Iterable[tuple[str, str]]) -> list[Json]:
    return [{"name": name, "digest": digest} for name, digest in sorted(set(digests))]


def with_digest(options: Mapping[str, Json]) -> dict[str, Json]:
    """``options`` with one digest of them all."""
    return {"digest": digest_of_json(dict(options)), **options}
