"""Overlays and charts rendered by the programs that own them: kustomize, kubectl and helm, if they are installed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.refusal import shown
from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.sources import programs
from netverify.sources.chart_reach import fetched_by_chart, links_in
from netverify.sources.overlay_reach import OverlayReach, remote
from netverify.sources.permissions import NOTHING_ALLOWED, Permissions, leaves
from netverify.sources.programs import Program, ProgramFailedError
from netverify.sources.reading import UnreadableError
from netverify.sources.scratch import HOW_TO_GET_ROOM, no_room
from netverify.sources.sources import Source
from netverify.sources.tree import exists
from netverify.visible import visible

TIMEOUT_S: Final = 120.0
HOW_TO_GET_KUSTOMIZE: Final = "install kubectl or kustomize, or render it elsewhere and pipe the result in with `-f -`"
HOW_TO_GET_HELM: Final = "install helm, or render the chart elsewhere and pipe the result in with `-f -`"
RELEASE_NAME: Final = pattern(r"[a-z0-9](?:[-.a-z0-9]{0,51}[a-z0-9])?")
"""What helm takes as the name of a release."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a program made of its input: ``source`` if it succeeded, and which ``program``; else errors.

    ``fetched`` is what it had to fetch, each with the digest of what all came to.
    """

    source: Source | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    program: Program | None = None
    fetched: tuple[tuple[str, str], ...] = ()


def render_kustomize(
    directory: str, timeout_s: float = TIMEOUT_S, permissions: Permissions = NOTHING_ALLOWED
) -> Rendered:
    """The manifests that the overlay in ``directory`` builds, by ``kustomize build`` or else ``kubectl kustomize``.

    Errors: NV151 if neither program is found, NV152 if it fails or takes longer than ``timeout_s`` seconds; those of
    :class:`OverlayReach` before any program is started.
    """
    program = programs.kustomizer()
    if program is None:
        return missing(directory, "neither `kustomize` nor `kubectl` is installed", HOW_TO_GET_KUSTOMIZE)
    reach = OverlayReach(permissions)
    reach.follow(directory)
    if reach.diagnostics:
        return Rendered(diagnostics=tuple(dict.fromkeys(reach.diagnostics)))
    return _run(program, [_placed(directory)], directory, timeout_s, reach.fetched)


def render_helm(  # noqa: PLR0913 one argument for each thing that decides what a chart gives
    chart: str,
    values: Sequence[str] = (),
    sets: Sequence[str] = (),
    *,
    namespace: str | None = None,
    release: str | None = None,
    timeout_s: float = TIMEOUT_S,
    permissions: Permissions = NOTHING_ALLOWED,
) -> Rendered:
    """The manifests that ``chart`` renders to by ``helm template``, with value files and ``KEY=VALUE`` settings.

    Errors as in :func:`render_kustomize`; NV152 also for a ``release`` that is not a valid name.
    """
    program = programs.helm()
    if program is None:
        return missing(chart, "`helm` is not installed", HOW_TO_GET_HELM)
    if release is not None and not RELEASE_NAME.fullmatch(release):
        return failed(chart, f"{shown(release)} is not a valid release name", "use lower case letters, digits and `-`")
    wrong, fetched = chart_reach(chart, values, permissions)
    if wrong:
        return Rendered(diagnostics=wrong)
    arguments = [*([] if release is None else [release]), _placed(chart)]
    for file in values:
        arguments += ["--values", _placed(file)]
    for setting in sets:
        arguments += ["--set", setting]
    if namespace is not None:
        arguments += ["--namespace", namespace]
    return _run(program, arguments, chart, timeout_s, fetched)


def chart_reach(
    chart: str, values: Sequence[str], permissions: Permissions
) -> tuple[tuple[Diagnostic, ...], tuple[str, ...]]:
    """What is wrong with what helm would read, and what it would fetch where ``permissions`` let it."""
    remote_texts: list[str] = []
    wrong: list[Diagnostic] = []
    for text in (chart, *values):
        path = Path(text)
        if not exists(path):
            remote_texts.append(shown(text))
        elif not permissions.lets_named(path):
            wrong.append(leaves(text, Origin(text)))
    path = Path(chart)
    if exists(path) and not wrong:
        root = permissions.root_of(path) or path.resolve()
        wrong += (leaves(str(one), Origin(str(one))) for one in links_in(path) if not permissions.lets(one, root))
        try:
            remote_texts += fetched_by_chart(path) if not wrong else ()
        except UnreadableError as error:
            wrong.append(error.diagnostic(chart))
    if not permissions.network:
        wrong += (remote(text, Origin(chart)) for text in remote_texts)
    return tuple(dict.fromkeys(wrong)), tuple(remote_texts)


def _run(program: Program, arguments: list[str], path: str, timeout_s: float, fetched: Sequence[str]) -> Rendered:
    try:
        text = programs.run(program, arguments, timeout_s, network=bool(fetched))
    except ProgramFailedError as error:
        return failed(path, error.message, error.said.replace(_placed(path), path))
    digest = f"sha256:{hashlib.sha256(text).hexdigest()}"
    source = Source(f"{path} (rendered)", data=text, rendered=True)
    return Rendered(source, program=program, fetched=tuple((visible(one), digest) for one in fetched))


def _placed(path: str) -> str:
    """``path`` from wherever a program runs: what is in another place stays as it is written."""
    if not exists(Path(path)):
        return f"./{path}" if path.startswith("-") else path
    return os.path.abspath(path)  # noqa: PTH100 - links are kept


def missing(path: str, message: str, advice: str) -> Rendered:
    """The program that ``path`` needs is not installed."""
    return Rendered(diagnostics=(Diagnostic("NV151", Severity.ERROR, message, Origin(path), advice),))


def failed(path: str, message: str, advice: str) -> Rendered:
    """The program that ``path`` needs did not render it."""
    return Rendered(diagnostics=(Diagnostic("NV152", Severity.ERROR, message, Origin(path), advice),))


def uncopied(path: str, error: OSError) -> Rendered:
    """What the program that ``path`` needs is to render cannot be copied to where it would see nothing else."""
    return failed(path, f"no copy of it can be made to render: {no_room(error)}", HOW_TO_GET_ROOM)
