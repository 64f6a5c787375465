"""What is said about kustomizations that netverify does not apply, or not in whole."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.refusal import shown
from netverify.sources.kustomization import Entry, Kustomization
from netverify.sources.kustomization_fields import LOCAL_CONFIG

_LISTED: Final = 3


def to_render_finding(overlay: Kustomization, root: str) -> Diagnostic:
    """Fields that change what policies see, which stand in ``overlay``."""
    fields = ", ".join(f"`{entry.text}`" for entry in overlay.to_render)
    return Diagnostic(
        "NV141",
        Severity.ERROR,
        f"the kustomization uses {fields}, which only kustomize can apply",
        overlay.to_render[0].origin,
        help=f"render it: `netverify ... -k {root}`",
    )


def local_config_finding(entry: Entry, root: str) -> Diagnostic:
    """A file of objects that kustomize may leave out."""
    return Diagnostic(
        "NV141",
        Severity.ERROR,
        f"{shown(entry.text)} has the annotation `{LOCAL_CONFIG.decode()}`, by which kustomize leaves objects out",
        entry.origin,
        help=f"render it: `netverify ... -k {root}`",
    )


def remote_finding(entry: Entry, root: str) -> Diagnostic:
    """A resource that is not in this tree."""
    return Diagnostic(
        "NV141",
        Severity.ERROR,
        f"the kustomization takes {shown(entry.text)} from another place, which only kustomize can fetch",
        entry.origin,
        help=f"render it: `netverify ... -k {root}`",
    )


def unnamed_finding(origin: Origin, files: list[str]) -> Diagnostic:
    """``files`` that the kustomization at ``origin`` does not name."""
    return Diagnostic(
        "NV142",
        Severity.WARNING,
        f"{_listed(files, 'file')} not named by this kustomization, and so not read",
        replace(origin, line=0, column=0),
        help="add what belongs to it to `resources`, or give the file itself with `-f`",
    )


def unused_finding(origin: Origin, folders: list[str]) -> Diagnostic:
    """``folders`` with kustomizations that nothing applies."""
    return Diagnostic(
        "NV145",
        Severity.WARNING,
        f"{_listed(folders, 'kustomization')} not used by any kustomization that is applied, and so not read",
        replace(origin, line=0, column=0),
        help="apply one by itself with `-k FOLDER` or `-f FOLDER`, or name it in `resources` or `components`",
    )


def _listed(names: list[str], noun: str) -> str:
    some = ", ".join(f"`{name}`" for name in names[:_LISTED])
    if len(names) > _LISTED:
        return f"{len(names)} {noun}s ({some}, ...) are"
    return f"{some} {'is' if len(names) == 1 else 'are'}"
