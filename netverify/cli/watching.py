"""Check again whenever a file changes."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from netverify.cli.outputs import Output
from netverify.cli.refusal import Refusal
from netverify.cli.request import CheckRequest
from netverify.cli.statuses import ExitStatus
from netverify.cli.streams import complain, complain_of
from netverify.cli.watched import files_of, watched_places
from netverify.diagnostics import DiagnosedError
from netverify.report.diagnostics import render_diagnostics
from netverify.report.terminal import line

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
