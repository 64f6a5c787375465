"""What the manifests of a folder are applied by: found by the files that each tool needs."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from netverify.diagnostics import NOWHERE
from netverify.documents.limits import DEFAULT_LIMITS
from netverify.gate.intent.spec import SourceKind, SourceText
from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.sources.kustomization import Kustomization, parse
from netverify.sources.reading import UnreadableError, read_regular
from netverify.sources.tree import Folder, Found, Notes, walk

_FLUX = pattern(rb"^apiVersion:[ \t]*[\"']?kustomize\.toolkit\.fluxcd\.io/", re.MULTILINE)
_ARGO = pattern(rb"^apiVersion:[ \t]*[\"']?argoproj\.io/", re.MULTILINE)
_APPLICATION = pattern(rb"^kind:[ \t]*[\"']?Application(?:Set)?[\"']?[ \t\r]*$", re.MULTILINE)
_LIVE = pattern(r"prod(?:uction)?|live|prd", re.IGNORECASE)
_CLUSTERS, _FLUX_SYSTEM, _CHART = "clusters", "flux-system", "Chart.yaml"


@dataclass(frozen=True, slots=True)
class Detected:
    """The sources of a folder; ``alternatives`` are left out because the same objects would come twice."""

    sources: tuple[SourceText, ...]
    alternatives: tuple[SourceText, ...] = ()


def detected(root: Path) -> Detected:
    """What applies the manifests below ``root``, with paths relative to it.

    Flux and Argo CD say themselves what they apply, so where one is found nothing else counts. Else there are overlays
    that no other one uses, and charts; the folder as it is where there is neither. Of overlays side by side, one is a
    source, that of production if there is one.
    """
    folders = list(walk(root, ".", Notes()).everything())
    if flux := _topmost(_flux_folders(folders)):
        return _one_of(SourceKind.FLUX, flux)
    if argo := _topmost(
        _shown_of(folder) for folder in folders if any(_is_application(one) for one in folder.manifests)
    ):
        return Detected(tuple(_source(SourceKind.ARGOCD, path) for path in argo))
    charts = _topmost(_shown_of(folder) for folder in folders if any(_is_chart(one) for one in folder.manifests))
    overlays = [path for path in _overlays(folders) if not any(_is_in(path, chart) for chart in charts)]
    chosen = _one_of(SourceKind.KUSTOMIZE, overlays) if overlays else Detected(())
    sources = (*chosen.sources, *(_source(SourceKind.HELM, path) for path in charts))
    return Detected(sources or (_source(SourceKind.MANIFESTS, "."),), chosen.alternatives)


def _source(kind: SourceKind, path: str) -> SourceText:
    return SourceText(kind, path, NOWHERE)


def _shown_of(folder: Folder) -> str:
    return os.path.normpath(folder.shown)


def _is_in(path: str, folder: str) -> bool:
    return folder in (".", path) or path.startswith(f"{folder}/")


def _topmost(paths: Iterable[str]) -> list[str]:
    """``paths`` without those that are in another one, in order."""
    found: list[str] = []
    for path in sorted(set(paths)):
        if not any(_is_in(path, one) for one in found):
            found.append(path)
    return found


def _bytes_of(found: Found) -> bytes:
    """What ``found`` holds; nothing where it cannot be read, which reading the source will say."""
    try:
        return read_regular(found.file, DEFAULT_LIMITS.file_bytes)
    except (OSError, UnreadableError):
        return b""


def _flux_folders(folders: Iterable[Folder]) -> Iterator[str]:
    """The folders that Flux is bootstrapped on: below ``clusters``, or above ``flux-system``."""
    for folder in folders:
        if any(_FLUX.search(_bytes_of(one)) for one in (*folder.manifests, *folder.kustomizations)):
            parts = Path(_shown_of(folder)).parts
            if _CLUSTERS in parts[:-1]:
                yield str(Path(*parts[: parts.index(_CLUSTERS) + 2]))
            elif _FLUX_SYSTEM in parts:
                yield str(Path(*parts[: parts.index(_FLUX_SYSTEM)]))
            else:
                yield _shown_of(folder)


def _is_application(found: Found) -> bool:
    data = _bytes_of(found)
    return bool(_ARGO.search(data) and _APPLICATION.search(data))


def _is_chart(found: Found) -> bool:
    return found.file.name == _CHART and not re.search(rb"^type:[ \t]*[\"']?library", _bytes_of(found), re.MULTILINE)


def _overlays(folders: Iterable[Folder]) -> list[str]:
    """The kustomizations that no other one uses, components aside."""
    found: dict[Path, tuple[str, Kustomization]] = {}
    for folder in folders:
        for file in folder.kustomizations:
            read = parse(folder.path, file.shown, folder.shown, _bytes_of(file))
            if isinstance(read, Kustomization):
                found[folder.path.resolve()] = (_shown_of(folder), read)
    used = {
        (path / text).resolve()
        for path, (_, one) in found.items()
        for text in (*(entry.text for entry in one.resources), *one.components)
        if "://" not in text and "\0" not in text
    }
    return [shown for path, (shown, one) in found.items() if path not in used and not one.is_component]


def _one_of(kind: SourceKind, paths: Iterable[str]) -> Detected:
    """Of ``paths`` side by side in a folder of ``clusters`` or ``overlays`` one, of others all."""
    sources: list[SourceText] = []
    alternatives: list[SourceText] = []
    beside: dict[str, list[str]] = {}
    for path in paths:
        parent = os.path.dirname(path)  # noqa: PTH120 - as it is shown
        if os.path.basename(parent) in (_CLUSTERS, "overlays", "environments", "envs"):  # noqa: PTH119 - as above
            beside.setdefault(parent, []).append(path)
        else:
            sources.append(_source(kind, path))
    for group in beside.values():
        best = next((path for path in group if _LIVE.search(Path(path).name)), group[0])
        sources.append(_source(kind, best))
        alternatives += [_source(kind, path) for path in group if path != best]
    return Detected(tuple(sources), tuple(alternatives))
