"""What other programs or controllers make manifests of: overlays, charts, and what Flux and Argo CD apply."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from netverify.records import dataclass

if TYPE_CHECKING:
    from netverify.diagnostics import Diagnostic
    from netverify.model.cluster import Unsupported
    from netverify.sources.programs import Program
    from netverify.sources.sources import Source


@dataclass(frozen=True, slots=True)
class KustomizeBuild:
    """An overlay, built by kustomize."""

    directory: str


@dataclass(frozen=True, slots=True)
class HelmChart:
    """A chart, rendered by helm with value files and ``KEY=VALUE`` settings of its own.

    ``namespace`` is that of the release, where objects are that name none (None: the default one of the run);
    ``release`` is its name (None: the one that helm makes up).
    """

    chart: str
    values: tuple[str, ...] = ()
    sets: tuple[str, ...] = ()
    namespace: str | None = None
    release: str | None = None


@dataclass(frozen=True, slots=True)
class FluxPath:
    """A folder as Flux applies it: ``Kustomization`` and ``HelmRelease`` objects are followed inside the checkout."""

    path: str


@dataclass(frozen=True, slots=True)
class ArgoPath:
    """A folder with ``Application`` objects of Argo CD, which are followed inside the checkout."""

    path: str


Rendering: TypeAlias = KustomizeBuild | HelmChart | FluxPath | ArgoPath


def place_of(rendering: Rendering) -> str:
    """The path of what is rendered, as the user wrote it."""
    match rendering:
        case KustomizeBuild(directory):
            return directory
        case HelmChart(chart):
            return chart
        case FluxPath(path) | ArgoPath(path):
            return path


def moved(rendering: Rendering, move: Callable[[str], str]) -> Rendering:
    """``rendering`` with each of its paths where ``move`` says that it is."""
    match rendering:
        case KustomizeBuild(directory):
            return KustomizeBuild(move(directory))
        case HelmChart(chart, values):
            return replace(rendering, chart=move(chart), values=tuple(map(move, values)))
        case FluxPath(path):
            return FluxPath(move(path))
        case ArgoPath(path):
            return ArgoPath(move(path))


@dataclass(frozen=True, slots=True)
class Rendition:
    """What one rendering gave.

    ``made`` are the things that programs rendered, ``fetched`` what they fetched for them, ``gaps`` what may come of
    what is ``unrendered``. ``unrendered`` and ``skipped`` are those of
    :class:`~netverify.sources.coverage.Coverage`; ``consumed`` are files whose objects are among the sources
    already, as they are applied.
    """

    sources: tuple[Source, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    made: tuple[tuple[str, Program], ...] = ()
    fetched: tuple[tuple[str, str], ...] = ()
    unrendered: tuple[tuple[str, str], ...] = ()
    gaps: tuple[Unsupported, ...] = ()
    skipped: tuple[tuple[str, str], ...] = ()
    consumed: frozenset[Path] = frozenset()
