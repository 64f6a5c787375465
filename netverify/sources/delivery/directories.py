"""The ``directory`` part of a source of Argo CD: which files of a folder are applied as they stand.

Source: argo-cd ``reposerver/repository/repository.go`` (``getPotentiallyValidManifests``): without ``recurse`` only the
folder itself; ``exclude`` wins over ``include``; patterns match the path below the folder, and ``*`` matches ``/`` too.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from netverify.documents.refusal import shown
from netverify.sources.delivery.applications import NotRenderedError
from netverify.sources.delivery.checkout import Checkout
from netverify.sources.delivery.patterns import PatternError, path_pattern
from netverify.sources.tree import Found, Notes, walk

_FIELDS: Final = {"recurse": bool, "include": str, "exclude": str, "jsonnet": dict}


def files_of(folder: Path, given: dict[str, Any], checkout: Checkout, notes: Notes) -> tuple[Found, ...]:
    """The manifests that Argo CD reads in ``folder``. Raises :class:`NotRenderedError` where that cannot be told."""
    for name, value in given.items():
        if name not in _FIELDS or not isinstance(value, _FIELDS[name] | None):
            raise NotRenderedError(f"it uses `directory.{name}` in a way that netverify does not know")
    top = walk(folder, checkout.shown(folder), notes)
    folders = list(top.everything()) if given.get("recurse") else [top]
    taken = _Taken(given.get("include") or "", given.get("exclude") or "")
    if script := next((file for one in folders for file in _scripts(one.path) if taken(file, folder)), None):
        raise NotRenderedError(f"it applies {shown(checkout.shown(script))}, and netverify does not run Jsonnet")
    found = [each for one in folders for each in (*one.manifests, *one.kustomizations)]
    if leaving := next((one for one in notes.leaving), None):
        raise NotRenderedError(f"{shown(leaving)} is a link that leads out of the checkout")
    return tuple(each for each in found if taken(each.file, folder) and checkout.holds(each.file))


class _Taken:
    """Whether a file is taken. Raises :class:`NotRenderedError` for patterns that netverify does not read."""

    def __init__(self, include: str, exclude: str) -> None:
        try:
            self._include = path_pattern(include, crossing=True) if include else None
            self._exclude = path_pattern(exclude, crossing=True) if exclude else None
        except PatternError as error:
            raise NotRenderedError(str(error)) from None

    def __call__(self, file: Path, folder: Path) -> bool:
        """Whether ``file`` below ``folder`` is included and not excluded."""
        path = file.relative_to(folder).as_posix()
        if self._exclude is not None and self._exclude.matches(path):
            return False
        return self._include is None or self._include.matches(path)


def _scripts(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob("*.jsonnet")))
