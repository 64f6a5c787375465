"""Check again whenever a file changes."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from netverify.cli.intended import intent_of, sources_with
from netverify.cli.outputs import Output
from netverify.cli.refusal import Refusal
from netverify.cli.request import CheckRequest, Sources
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_of
from netverify.diagnostics import DiagnosedError
from netverify.gate.intent.spec import ComparedTo, Spec
from netverify.report.diagnostics import render_diagnostics
from netverify.report.terminal import line
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


_BETWEEN_S = 0.5


def watch(request: CheckRequest, check: Callable[[CheckRequest], ExitStatus]) -> ExitStatus:
    """Does ``check`` now, and whenever something changes that is read or is below the current folder."""
    if "-" in request.sources.filenames:
        raise Refusal("NV420", "`--watch` cannot read standard input again", "name files or folders")
    places = watched_places(request)
    before: dict[str, tuple[int, int]] | None = None
    while True:
        now = _stamps(request, places)
        if now != before:
            places = watched_places(request)
            before = _stamps(request, places)
            _once(request, check)
            request = replace(request, budget=replace(request.budget, since=None))
        time.sleep(_BETWEEN_S)


def _once(request: CheckRequest, check: Callable[[CheckRequest], ExitStatus]) -> None:
    """One run; what ends other runs is told, and watching goes on."""
    try:
        status = check(request)
    except Refusal as refusal:
        complain_of(refusal, request.color)
        status = refusal.status
    except DiagnosedError as error:
        complain(render_diagnostics(error.diagnostics), request.color)
        status = ExitStatus.USAGE
    at = datetime.now().astimezone().strftime("%H:%M:%S")
    complain([line(f"{at}: status {int(status)}; watching for changes, interrupt to end")], request.color)


def _stamps(request: CheckRequest, places: frozenset[Path]) -> dict[str, tuple[int, int]]:
    """When each file was changed last, and its size."""
    written = {Path(path).resolve() for path in _written(request.outputs, request)}
    found: dict[str, tuple[int, int]] = {}
    for path in files_of(places):
        try:
            status = path.stat()
        except OSError:
            continue
        if path.resolve() not in written and request.smt2_folder not in path.parents:
            found[str(path)] = (status.st_mtime_ns, status.st_size)
    return found


def _written(outputs: tuple[Output, ...], request: CheckRequest) -> Iterator[str]:
    yield from (output.path for output in outputs if output.path is not None)
    if request.write_baseline is not None:
        yield request.write_baseline
