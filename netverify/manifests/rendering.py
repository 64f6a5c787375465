"""Overlays and charts rendered by the programs that own them: kustomize, kubectl and helm, if they are installed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.manifests import programs
from netverify.manifests.programs import Program, ProgramFailedError
from netverify.manifests.refusal import shown
from netverify.manifests.sources import Source

TIMEOUT_S: Final = 120.0
HOW_TO_GET_KUSTOMIZE: Final = "install kubectl or kustomize, or render it elsewhere and pipe the result in with `-f -`"
HOW_TO_GET_HELM: Final = "install helm, or render the chart elsewhere and pipe the result in with `-f -`"
RELEASE_NAME: Final = re.compile(r"[a-z0-9](?:[-.a-z0-9]{0,51}[a-z0-9])?")
"""What helm takes as the name of a release."""


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a program made of its input: ``source`` if it succeeded, and which ``program``; else one error."""

    source: Source | None = None
    diagnostics: tuple[Diagnostic, ...] = ()
    program: Program | None = None


def render_kustomize(directory: str, timeout_s: float = TIMEOUT_S) -> Rendered:
    """The manifests that the overlay in ``directory`` builds, by ``kustomize build`` or else ``kubectl kustomize``.

    Errors: NV151 if neither program is found, NV152 if it fails or takes longer than ``timeout_s`` seconds.
    """
    program = programs.kustomizer()
    if program is None:
        return missing(directory, "neither `kustomize` nor `kubectl` is installed", HOW_TO_GET_KUSTOMIZE)
    return _run(program, [_not_a_flag(directory)], directory, timeout_s)


def render_helm(  # noqa: PLR0913 one argument for each thing that decides what a chart gives
    chart: str,
    values: Sequence[str] = (),
    sets: Sequence[str] = (),
    *,
    namespace: str | None = None,
    release: str | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Rendered:
    """The manifests that ``chart`` renders to by ``helm template``, with value files and ``KEY=VALUE`` settings.

    Errors as in :func:`render_kustomize`; NV152 also for a ``release`` that is no name of one.
    """
    program = programs.helm()
    if program is None:
        return missing(chart, "`helm` is not installed", HOW_TO_GET_HELM)
    if release is not None and not RELEASE_NAME.fullmatch(release):
        return failed(chart, f"{shown(release)} is no name of a release", "use lower case letters, digits and `-`")
    arguments = [*([] if release is None else [release]), _not_a_flag(chart)]
    for file in values:
        arguments += ["--values", _not_a_flag(file)]
    for setting in sets:
        arguments += ["--set", setting]
    if namespace is not None:
        arguments += ["--namespace", namespace]
    return _run(program, arguments, chart, timeout_s)


def _run(program: Program, arguments: list[str], path: str, timeout_s: float) -> Rendered:
    try:
        text = programs.run(program, arguments, timeout_s)
    except ProgramFailedError as error:
        return failed(path, error.message, error.said)
    return Rendered(Source(f"{path} (rendered)", data=text, rendered=True), program=program)


def _not_a_flag(path: str) -> str:
    return f"./{path}" if path.startswith("-") else path


def missing(path: str, message: str, advice: str) -> Rendered:
    """The program that ``path`` needs is not installed."""
    return Rendered(diagnostics=(Diagnostic("NV151", Severity.ERROR, message, Origin(path), advice),))


def failed(path: str, message: str, advice: str) -> Rendered:
    """The program that ``path`` needs did not render it."""
    return Rendered(diagnostics=(Diagnostic("NV152", Severity.ERROR, message, Origin(path), advice),))
