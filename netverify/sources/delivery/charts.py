"""Charts of a checkout, rendered by helm from a private copy, without network, plugins or anything of the user."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from netverify.diagnostics import Origin
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.documents.refusal import shown
from netverify.records import dataclass
from netverify.sources import programs
from netverify.sources.chart_reach import fetched_by_chart
from netverify.sources.delivery.checkout import Checkout
from netverify.sources.delivery.delivered import Delivered, Reach
from netverify.sources.programs import Program, ProgramFailedError
from netverify.sources.reading import UnreadableError, read_regular
from netverify.sources.rendering import HOW_TO_GET_HELM, RELEASE_NAME, TIMEOUT_S, failed, missing, uncopied
from netverify.sources.scratch import Scratch
from netverify.sources.sources import Source
from netverify.visible import visible


@dataclass(frozen=True, slots=True)
class Release:
    """One chart with what it is rendered with: ``values`` are texts of values files, later ones win over earlier ones.

    ``sets`` and ``texts`` are ``KEY=VALUE`` as for ``--set`` and ``--set-string``, ``files`` keys with their content.
    """

    what: str
    chart: Path
    name: str
    namespace: str
    origin: Origin
    values: tuple[bytes, ...] = ()
    sets: tuple[str, ...] = ()
    texts: tuple[str, ...] = ()
    files: tuple[tuple[str, bytes], ...] = ()
    labels: tuple[tuple[str, str], ...] = ()
    with_crds: bool = True
    with_tests: bool = False


class _NotRenderableError(Exception):
    """A chart needs what a checkout does not have; the message says what."""


def render_release(release: Release, checkout: Checkout, delivered: Delivered) -> None:
    """Add what ``release`` renders to; what keeps it from that is told to ``delivered``."""
    path = checkout.shown(release.chart)
    if not RELEASE_NAME.fullmatch(release.name):
        delivered.gap(
            release.what, f"{shown(release.name)} is not a valid release name", release.origin, Reach(release.namespace)
        )
        return
    program = programs.helm()
    if program is None:
        delivered.diagnostics += missing(path, "`helm` is not installed", HOW_TO_GET_HELM).diagnostics
        return
    try:
        with Scratch() as scratch:
            text = _printed(release, checkout, program, scratch.path)
    except _NotRenderableError as error:
        delivered.gap(release.what, str(error), release.origin, Reach(release.namespace))
        return
    except UnreadableError as error:
        delivered.diagnostics.append(error.diagnostic(path))
        return
    except ProgramFailedError as error:
        delivered.diagnostics += failed(path, error.message, error.said).diagnostics
        return
    except OSError as error:
        delivered.diagnostics += uncopied(path, error).diagnostics
        return
    delivered.made.append((release.what, program))
    if programs.is_blank(text):
        delivered.gap(release.what, programs.printed_nothing(program), release.origin, Reach(release.namespace))
    title = f"{path} (rendered for {visible(release.what)})"
    delivered.sources.append(Source(title, data=text, home=release.namespace, labels=release.labels, rendered=True))


def _printed(release: Release, checkout: Checkout, program: Program, scratch: Path) -> bytes:
    """What helm makes of a copy of the chart below ``scratch``."""
    copy = scratch / "chart"
    _copy_tree(release.chart, copy, checkout)
    _check_nothing_is_fetched(copy)
    arguments = [release.name, str(copy), "--namespace", release.namespace, *_arguments(release, scratch)]
    try:
        return programs.run(program, arguments, TIMEOUT_S)
    except ProgramFailedError as error:
        said = error.said.replace(str(copy), checkout.shown(release.chart))
        raise ProgramFailedError(error.message, said) from None


def _arguments(release: Release, scratch: Path) -> Iterator[str]:
    """The flags of ``helm template``; what comes from the repository is the value of a flag, or a file of ours."""
    if release.with_crds:
        yield "--include-crds"
    if not release.with_tests:
        yield "--skip-tests"
    for number, text in enumerate(release.values):
        file = scratch / f"values-{number}.yaml"
        file.write_bytes(text)
        yield from ("--values", str(file))
    for setting in release.sets:
        yield from ("--set", setting)
    for setting in release.texts:
        yield from ("--set-string", setting)
    for number, (key, content) in enumerate(release.files):
        file = scratch / f"file-{number}"
        file.write_bytes(content)
        yield from ("--set-file", f"{key}={file}")


def _check_nothing_is_fetched(chart: Path) -> None:
    if (needed := next(fetched_by_chart(chart), None)) is not None:
        raise _NotRenderableError(f"{needed} is not in its folder `charts`, or comes from another place")


def _copy_tree(chart: Path, into: Path, checkout: Checkout) -> None:
    """Copy every file of a chart; a link out of the checkout, or to a folder, is refused."""
    left = DEFAULT_LIMITS.total_bytes
    for folder, _, names in os.walk(chart):
        here = into / Path(folder).relative_to(chart)
        here.mkdir(parents=True, exist_ok=True)
        for name in names:
            file = Path(folder) / name
            if not checkout.holds(file):
                raise _NotRenderableError(f"{shown(checkout.shown(file))} is a link that leads out of the checkout")
            data = read_regular(file, DEFAULT_LIMITS.file_bytes)
            left -= len(data)
            if left < 0:
                raise _NotRenderableError(f"its chart has more than {DEFAULT_LIMITS.total_bytes:,} bytes")
            (here / name).write_bytes(data)
        if link := next((one for one in Path(folder).iterdir() if one.is_symlink() and one.is_dir()), None):
            raise _NotRenderableError(f"{shown(checkout.shown(link))} is a link to a folder")
