"""Overlays and charts rendered by the programs that own them: kustomize, kubectl and helm, if they are installed."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.manifests.refusal import escaped
from netverify.manifests.sources import Source

TIMEOUT_S: Final = 120.0
_LINES_SHOWN: Final = 8
_HOW_TO_GET_KUSTOMIZE: Final = "install kubectl or kustomize, or render it elsewhere and pipe the result in with `-f -`"
_HOW_TO_GET_HELM: Final = "install helm, or render the chart elsewhere and pipe the result in with `-f -`"


@dataclass(frozen=True, slots=True)
class Rendered:
    """What a program made of its input: ``source`` if it succeeded, else one error."""

    source: Source | None = None
    diagnostics: tuple[Diagnostic, ...] = ()


def render_kustomize(directory: str, timeout_s: float = TIMEOUT_S) -> Rendered:
    """The manifests that the overlay in ``directory`` builds, by ``kustomize build`` or else ``kubectl kustomize``.

    Errors: NV151 if neither program is found, NV152 if it fails or takes longer than ``timeout_s`` seconds.
    """
    folder = _not_a_flag(directory)
    if program := shutil.which("kustomize"):
        return _run([program, "build", folder], directory, timeout_s)
    if program := shutil.which("kubectl"):
        return _run([program, "kustomize", folder], directory, timeout_s)
    return _missing(directory, "neither `kustomize` nor `kubectl` is installed", _HOW_TO_GET_KUSTOMIZE)


def render_helm(
    chart: str,
    values: Sequence[str] = (),
    sets: Sequence[str] = (),
    *,
    namespace: str | None = None,
    timeout_s: float = TIMEOUT_S,
) -> Rendered:
    """The manifests that ``chart`` renders to by ``helm template``, with value files and ``KEY=VALUE`` settings.

    Errors as in :func:`render_kustomize`.
    """
    program = shutil.which("helm")
    if program is None:
        return _missing(chart, "`helm` is not installed", _HOW_TO_GET_HELM)
    command = [program, "template", _not_a_flag(chart)]
    for file in values:
        command += ["--values", _not_a_flag(file)]
    for setting in sets:
        command += ["--set", setting]
    if namespace is not None:
        command += ["--namespace", namespace]
    return _run(command, chart, timeout_s)


def _run(command: list[str], shown: str, timeout_s: float) -> Rendered:
    name = " ".join([command[0].rsplit("/", 1)[-1], command[1]])
    try:
        done = subprocess.run(  # noqa: S603 - no shell; the program is the user's own
            command, stdin=subprocess.DEVNULL, capture_output=True, timeout=timeout_s, check=False
        )
    except subprocess.TimeoutExpired:
        return _failed(shown, f"`{name}` took longer than {timeout_s:g} seconds", "try it by hand")
    except OSError as error:
        return _failed(
            shown, f"`{name}` cannot be started: {(error.strerror or 'unknown reason').lower()}", "try it by hand"
        )
    if done.returncode:
        return _failed(shown, f"`{name}` failed with exit status {done.returncode}", _quoted(done.stderr))
    return Rendered(Source(f"{shown} (rendered)", data=done.stdout))


def _quoted(output: bytes) -> str:
    """The last lines that a program printed, made harmless for a terminal."""
    lines = [line for line in output.decode("utf-8", "replace").splitlines() if line.strip()]
    return (
        "it said: " + " / ".join(escaped(line.strip()) for line in lines[-_LINES_SHOWN:])
        if lines
        else "it said nothing"
    )


def _not_a_flag(path: str) -> str:
    return f"./{path}" if path.startswith("-") else path


def _missing(shown: str, message: str, advice: str) -> Rendered:
    return Rendered(diagnostics=(Diagnostic("NV151", Severity.ERROR, message, Origin(shown), advice),))


def _failed(shown: str, message: str, advice: str) -> Rendered:
    return Rendered(diagnostics=(Diagnostic("NV152", Severity.ERROR, message, Origin(shown), advice),))
