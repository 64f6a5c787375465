"""The ``helm`` part of a source of Argo CD: from its fields to a release.

Source: argo-cd ``reposerver/repository/repository.go`` (``helmTemplate``): values files in order, then the values that
stand in the source itself, then parameters.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.refusal import shown
from netverify.records import dataclass
from netverify.sources.delivery.applications import AppSource, NotRenderedError, check_variables
from netverify.sources.delivery.charts import Release
from netverify.sources.delivery.checkout import Checkout
from netverify.sources.delivery.objects import Found
from netverify.sources.globs import has_magic
from netverify.sources.reading import read_regular
from netverify.sources.tree import exists

_FIELDS: Final[Mapping[str, type]] = {
    **dict.fromkeys(("releaseName", "values", "version", "namespace"), str),
    **dict.fromkeys(("valueFiles", "parameters", "fileParameters"), list),
    **dict.fromkeys(("ignoreMissingValueFiles", "skipCrds", "skipTests", "skipSchemaValidation"), bool),
    "passCredentials": bool,
    "valuesObject": dict,
}


@dataclass(frozen=True, slots=True)
class AppChart:
    """A source whose path holds a chart. ``references`` are the names of sources that are this checkout, too."""

    found: Found
    source: AppSource
    folder: Path
    checkout: Checkout
    references: frozenset[str]

    def release(self, namespace: str) -> Release:
        """What helm is to render.

        Raises :class:`NotRenderedError`, :class:`~netverify.sources.delivery.checkout.LeavesCheckoutError` and
        :class:`~netverify.sources.reading.UnreadableError`.
        """
        given = self.source.tool("helm")
        for name, value in given.items():
            if name not in _FIELDS:
                raise NotRenderedError(f"it uses `helm.{name}`, which netverify does not do")
            if value is not None and not isinstance(value, _FIELDS[name]):
                raise NotRenderedError(f"`helm.{name}` is of the wrong type")
        check_variables(given)
        parameters = _named(given.get("parameters"), "value")
        return Release(
            what=self.found.title,
            chart=self.folder,
            name=given.get("releaseName") or self.found.name,
            namespace=given.get("namespace") or namespace,
            origin=self.found.origin,
            values=(*self._files(given), *_written(given)),
            sets=tuple(f"{name}={value}" for name, value, one in parameters if not one.get("forceString")),
            texts=tuple(f"{name}={value}" for name, value, one in parameters if one.get("forceString")),
            files=tuple(self._parameters(given)),
            with_crds=not given.get("skipCrds"),
            with_tests=False,
        )

    def _files(self, given: dict[str, Any]) -> Iterator[bytes]:
        for name in given.get("valueFiles") or ():
            if not isinstance(name, str) or has_magic(name):
                raise NotRenderedError(
                    f"its values file {shown(str(name))} is a pattern, which netverify does not follow"
                )
            file = self._place(name)
            if exists(file):
                yield read_regular(file, DEFAULT_LIMITS.file_bytes)
            elif not given.get("ignoreMissingValueFiles"):
                raise NotRenderedError(f"its values file {shown(name)} is not in this checkout")

    def _parameters(self, given: dict[str, Any]) -> Iterator[tuple[str, bytes]]:
        for name, path, _ in _named(given.get("fileParameters"), "path"):
            file = self._place(path)
            if not exists(file):
                raise NotRenderedError(f"its file {shown(path)} is not in this checkout")
            yield name, read_regular(file, DEFAULT_LIMITS.file_bytes)

    def _place(self, name: str) -> Path:
        """Where a file is: in the folder of the chart, from the root (``/``), or in another source (``$ref/``)."""
        if "://" in name:
            raise NotRenderedError(f"its file {shown(name)} comes from another place")
        if name.startswith("$"):
            reference, _, rest = name[1:].partition("/")
            if reference not in self.references:
                raise NotRenderedError(f"its file {shown(name)} is in a repository that is not this checkout")
            return self.checkout.inside(f"/{rest}")
        return self.checkout.inside(name, self.folder)


def _written(given: dict[str, Any]) -> Iterator[bytes]:
    """Values that stand in the source itself; the object wins over the text."""
    if values := given.get("valuesObject"):
        yield json.dumps(values).encode()
    elif text := given.get("values"):
        yield text.encode()


def _named(entries: object, field: str) -> tuple[tuple[str, str, dict[str, Any]], ...]:
    if entries is None:
        return ()
    named = []
    for one in entries if isinstance(entries, list) else (None,):
        if not isinstance(one, dict) or not isinstance(one.get("name"), str) or not isinstance(one.get(field, ""), str):
            raise NotRenderedError("a parameter of its chart is not a name with a text")
        named.append((one["name"], one.get(field, ""), one))
    return tuple(named)
