"""Both sides of a comparison: two sets of sources, or one at a revision and now."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import chdir
from dataclasses import replace
from pathlib import Path

from netverify.cli.reading import read_sources
from netverify.cli.refusal import Refusal
from netverify.cli.request import DiffRequest, Sources
from netverify.cli.statuses import ExitStatus
from netverify.diff.outcome import Inputs
from netverify.documents.refusal import shown
from netverify.sources.coverage import Inventory
from netverify.sources.emptiness import refused_if_empty
from netverify.sources.git import RevisionError
from netverify.sources.globs import has_magic
from netverify.sources.renderings import moved, place_of
from netverify.sources.revision import checkout
from netverify.sources.shared import Shared
from netverify.sources.sources import STANDARD_INPUT


def read_both(request: DiffRequest) -> Inputs:
    """Both sides, read. Raises :class:`Refusal` (``NV423``) for a revision that cannot be had."""
    shared = Shared()
    if request.base is None:
        old, new = (read_sources(_may_be_empty(one), shared) for one in (request.old, request.sources))
        return _not_empty(Inputs(old, new), request)
    sources = _may_be_empty(_relative(request.sources))
    paths = tuple(_paths(sources))
    try:
        with checkout(
            request.base, ".", tuple(_without_magic(path) for path in paths), sources.permissions.outside
        ) as root:
            absent = [path for path in paths if not has_magic(path) and not _exists(root / path)]
            gone = [path for path in paths if not has_magic(path) and not _exists(Path(path))]
            # What is there on neither side is a slip, and is refused as ever.
            for path in {*absent} & {*gone}:
                absent.remove(path)
                gone.remove(path)
            with chdir(root):
                old = _read(sources, absent, f"not in revision {request.base}", shared)
    except RevisionError as error:
        status = ExitStatus.USAGE if error.misused else ExitStatus.INPUT
        raise Refusal("NV423", error.message, error.help, status) from None
    return _not_empty(Inputs(old, _read(sources, gone, "not in the work tree", shared)), request)


def _may_be_empty(sources: Sources) -> Sources:
    return replace(sources, allow_empty=True)


def _not_empty(inputs: Inputs, request: DiffRequest) -> Inputs:
    """``inputs``, with an error where the new side is empty: nothing is ever new there, whatever was meant.

    The old side may be: what is in a new folder is all new.
    """
    if request.sources.allow_empty:
        return inputs
    advice = "if everything is to go, allow it with `--allow-empty`; else name the manifests"
    return replace(inputs, new=refused_if_empty(inputs.new, request.sources.names, advice))


def read_revision(sources: Sources, revision: str) -> Inventory:
    """``sources`` as they were at ``revision``. Raises :class:`Refusal` (``NV423``) for one that cannot be had."""
    at_both = _relative(sources)
    paths = tuple(_paths(at_both))
    try:
        with checkout(
            revision, ".", tuple(_without_magic(path) for path in paths), sources.permissions.outside
        ) as root:
            absent = [path for path in paths if not has_magic(path) and not _exists(root / path)]
            if paths and len(absent) == len(paths):
                # Compared with nothing at all, everything would be as permissive as before.
                raise Refusal("NV423", f"revision {shown(revision)} has none of the sources", "name one that has them")
            with chdir(root):
                return _read(at_both, absent, f"not in revision {revision}")
    except RevisionError as error:
        status = ExitStatus.USAGE if error.misused else ExitStatus.INPUT
        raise Refusal("NV423", error.message, error.help, status) from None


def _read(sources: Sources, absent: Sequence[str], why: str, shared: Shared | None = None) -> Inventory:
    """What ``sources`` give on a side where some of them are ``absent``, which its account says."""
    inventory = read_sources(_without(sources, absent), shared)
    skipped = (*inventory.coverage.skipped, *((path, why) for path in absent))
    return replace(inventory, coverage=replace(inventory.coverage, skipped=skipped))


def _relative(sources: Sources) -> Sources:
    """``sources`` with paths from here, which are valid in either tree. Raises :class:`Refusal` for a stream."""
    if STANDARD_INPUT in sources.filenames:
        advice = "name files or folders of the repository"
        raise Refusal("NV420", "standard input has no revision: `-f -` does not go with `--base`", advice)
    return replace(
        sources,
        filenames=tuple(map(_from_here, sources.filenames)),
        kustomize=tuple(map(_from_here, sources.kustomize)),
        helm=tuple(_from_here(chart) if _exists(Path(chart)) else chart for chart in sources.helm),
        values=tuple(_from_here(file) if _exists(Path(file)) else file for file in sources.values),
        renderings=tuple(
            moved(one, lambda path: _from_here(path) if _exists(Path(path)) else path) for one in sources.renderings
        ),
    )


def _from_here(path: str) -> str:
    """``path`` relative to the current folder; one that is so already stays as it is written."""
    if not os.path.isabs(path):  # noqa: PTH117 - keeps what the user wrote
        return path
    return os.path.relpath(path, os.path.realpath("."))


def _paths(sources: Sources) -> Iterator[str]:
    yield from sources.filenames
    yield from sources.kustomize
    yield from (path for path in (*sources.helm, *sources.values) if _exists(Path(path)))
    yield from (path for path in map(place_of, sources.renderings) if _exists(Path(path)))


def _without_magic(path: str) -> str:
    """The part of a glob before its first wildcard."""
    parts = Path(path).parts
    plain = next((number for number, part in enumerate(parts) if has_magic(part)), len(parts))
    return str(Path(*parts[:plain]))


def _without(sources: Sources, absent: Sequence[str]) -> Sources:
    return replace(
        sources,
        filenames=tuple(path for path in sources.filenames if path not in absent),
        kustomize=tuple(path for path in sources.kustomize if path not in absent),
        helm=tuple(chart for chart in sources.helm if chart not in absent),
        renderings=tuple(one for one in sources.renderings if place_of(one) not in absent),
    )


def _exists(path: Path) -> bool:
    try:
        return os.path.lexists(path)
    except ValueError:
        return False
