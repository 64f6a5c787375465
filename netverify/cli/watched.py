"""Which files a run of ``netverify check`` depends on, to be looked at again and again."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from netverify.cli.intended import intent_of, sources_with
from netverify.cli.refusal import Refusal
from netverify.cli.request import CheckRequest, Sources
from netverify.diagnostics import DiagnosedError
from netverify.gate.intent.spec import ComparedTo, Spec
from netverify.sources.kustomization import FILE_NAMES
from netverify.sources.renderings import HelmChart, place_of
from netverify.sources.sources import find_sources

_SUFFIXES = (".yaml", ".yml", ".json", ".tpl", ".txt")


def watched_places(request: CheckRequest) -> frozenset[Path]:
    """Files, and folders with all below them, that ``request`` reads as things stand; the current folder always.

    What the intent and kustomizations name elsewhere is among them. Intent that cannot be used names nothing.
    """
    places = {Path(), *map(Path, request.specs)}
    if request.baseline is not None:
        places.add(Path(request.baseline))
    sources = request.sources
    try:
        spec = intent_of(request).spec
    except (Refusal, DiagnosedError):
        return frozenset(places | set(_of_sources(sources)))
    sources = sources_with(sources, spec)
    return frozenset(places | set(map(Path, spec.files)) | set(_of_sources(sources)) | set(_compared(spec)))


def files_of(places: frozenset[Path]) -> Iterator[Path]:
    """Every file that is one of ``places``, or below one and of a kind that is read; hidden folders are left alone."""
    for place in places:
        if place.is_file():
            yield place
        for folder, folders, files in os.walk(place):
            folders[:] = [one for one in folders if not one.startswith(".")]
            yield from (Path(folder, one) for one in files if one.endswith(_SUFFIXES) or one in FILE_NAMES)


def _of_sources(sources: Sources) -> Iterator[Path]:
    yield from map(Path, (*sources.filenames, *sources.kustomize, *sources.helm, *sources.values))
    for rendering in sources.renderings:
        yield Path(place_of(rendering))
        yield from map(Path, rendering.values if isinstance(rendering, HelmChart) else ())
    # What is rendered may name anything of its repository.
    rendered = (*sources.kustomize, *sources.helm, *map(place_of, sources.renderings))
    yield from (top for place in rendered if (top := _repository(Path(place))) is not None)
    found = find_sources(sources.filenames, None)
    yield from (one.file for one in found.sources if one.file is not None)
    yield from (folder / name for folder in found.looked_into for name in FILE_NAMES)


def _compared(spec: Spec) -> Iterator[Path]:
    statements = [one.statement for one in spec.assertions]
    yield from (
        Path(one.directory.text) for one in statements if isinstance(one, ComparedTo) and one.directory is not None
    )


def _repository(place: Path) -> Path | None:
    """The top of the checkout that ``place`` is in."""
    whole = place.resolve()
    return next((folder for folder in (whole, *whole.parents) if (folder / ".git").exists()), None)
