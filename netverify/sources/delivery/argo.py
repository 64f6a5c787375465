"""Follows what Argo CD applies: Applications to their paths, and the Applications that these hold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from netverify.diagnostics import Origin
from netverify.documents.refusal import shown
from netverify.sources.delivery.app_charts import AppChart
from netverify.sources.delivery.application_sets import applications_of
from netverify.sources.delivery.applications import (
    TYPES,
    AppSource,
    NotRenderedError,
    cluster_of,
    kustomize_edits,
    sources_of,
)
from netverify.sources.delivery.building import Builder, placed
from netverify.sources.delivery.charts import render_release
from netverify.sources.delivery.checkout import Checkout, LeavesCheckoutError
from netverify.sources.delivery.delivered import Delivered, Reach
from netverify.sources.delivery.kustomizations import ill_typed
from netverify.sources.delivery.objects import Found as FoundObject
from netverify.sources.delivery.objects import objects_of
from netverify.sources.delivery.patterns import PatternError, path_pattern
from netverify.sources.delivery.repositories import Repositories
from netverify.sources.kustomization import FILE_NAMES
from netverify.sources.reading import UnreadableError
from netverify.sources.sources import Source
from netverify.sources.tree import Found, Notes, exists, is_folder, walk

_MOST: Final = 5000
_FOLLOWED: Final = ("Application", "ApplicationSet")


class Argo:
    """One run of Argo CD over a checkout; what came of it is in ``delivered``."""

    def __init__(self, checkout: Checkout, delivered: Delivered) -> None:
        self._checkout = checkout
        self._delivered = delivered
        self._builder = Builder(checkout, delivered)
        self._repositories = Repositories(checkout)
        self._pending: list[FoundObject] = []
        self._seen: dict[tuple[str, str], FoundObject] = {}
        self._clusters: frozenset[str] = frozenset({""})

    def follow(self, folder: Path) -> None:
        """Follow the Applications in ``folder``; what else is there is only read where one of them applies it."""
        path = self._checkout.shown(folder)
        scratch = Delivered(self._delivered.strict)
        sources = Builder(self._checkout, scratch).build(f"the folder {path}", folder, {}) or ()
        found = {source: _followed(source, scratch) for source in sources}
        self._delivered.diagnostics += [one for one in scratch.diagnostics if one.code not in {"NV142", "NV145"}]
        self._delivered.unrendered += scratch.unrendered
        self._delivered.gaps += scratch.gaps
        listed = [one for objects in found.values() for one in objects]
        self._repositories.choose_home(one for one in listed if one.kind == "Application")
        everything = self._expanded(listed)
        self._repositories.choose_home(everything)
        self._clusters = self._chosen_clusters(everything)
        self._enqueue(everything)
        while self._pending:
            self._apply(self._pending.pop(0))
        for source, objects in found.items():
            if not objects and source.file is not None and source.file.resolve() not in self._delivered.consumed:
                self._delivered.skipped.append((source.path, "not applied by any Application"))
        if not any(found.values()):
            message = "no Application of Argo CD in this folder"
            advice = "name the folder that holds the Applications; or read plain manifests with `-f`"
            self._delivered.refuse("NV154", message, Origin(path), advice)

    def _expanded(self, found: Iterable[FoundObject]) -> list[FoundObject]:
        """Applications, those of ApplicationSets included."""
        applications: list[FoundObject] = []
        for one in found:
            if one.kind == "Application":
                applications.append(one)
                continue
            try:
                applications += applications_of(one, self._checkout, self._repositories)
            except NotRenderedError as error:
                self._delivered.gap(one.title, str(error), one.origin, one.reach)
        return applications

    def _chosen_clusters(self, found: Iterable[FoundObject]) -> frozenset[str]:
        """The clusters that are followed: the one of Argo CD, and another one where all Applications go there."""
        named = {cluster_of(one) for one in found if ill_typed(one, TYPES) is None}
        return frozenset({"", *named}) if len(named) == 1 else frozenset({""})

    def _enqueue(self, found: Iterable[FoundObject]) -> None:
        for one in found:
            known = self._seen.setdefault((one.namespace, one.name), one)
            if known is one and len(self._seen) <= _MOST:
                self._pending.append(one)
            elif known.value != one.value:
                message = f"{one.title} appears twice with different content"
                self._delivered.refuse(
                    "NV149", message, one.origin, "follow one cluster at a time: `--argocd apps/prod`"
                )

    def _apply(self, found: FoundObject) -> None:
        if (field := ill_typed(found, TYPES)) is not None:
            message = f"{found.title}: `{field}` is missing or of the wrong type"
            self._delivered.refuse("NV147", message, found.origin, "write it as the documentation of Argo CD says")
            return
        try:
            sources = sources_of(found)
        except NotRenderedError as error:
            self._delivered.gap(found.title, str(error), found.origin, found.reach)
            return
        if (cluster := cluster_of(found)) not in self._clusters:
            self._delivered.gap(found.title, f"it goes to another cluster, {shown(cluster)}", found.origin)
            return
        if found.spec("syncPolicy", "managedNamespaceMetadata", "labels"):
            what = f"the labels of the namespace of {found.title}"
            self._delivered.gap(what, _LABELS, found.origin, Reach(says=found.reach.says))
        for source in sources:
            self._apply_source(found, source, sources)

    def _apply_source(self, found: FoundObject, source: AppSource, beside: tuple[AppSource, ...]) -> None:
        if source.is_only_referred_to:
            return
        before = len(self._delivered.sources)
        try:
            self._render(found, source, beside)
        except NotRenderedError as error:
            self._delivered.gap(found.title, str(error), found.origin, found.reach)
        except LeavesCheckoutError as error:
            advice = "name what is in the checkout"
            self._delivered.refuse("NV146", f"{found.title}: {error}", found.origin, advice)
        except UnreadableError as error:
            self._delivered.diagnostics.append(error.diagnostic(found.origin.path))
        made = self._delivered.sources[before:]
        self._enqueue(self._expanded(one for source in made for one in _followed(source, self._delivered)))

    def _render(self, found: FoundObject, source: AppSource, beside: tuple[AppSource, ...]) -> None:
        folder = self._folder(source)
        namespace = found.text("destination", "namespace")
        for name in (".argocd-source.yaml", f".argocd-source-{found.name}.yaml"):
            if exists(folder / name):
                raise NotRenderedError(f"its folder holds {shown(name)}, which netverify does not read")
        match _tool(source, folder):
            case "helm":
                here = frozenset(one.text("ref") for one in beside if self._repositories.is_here(one.text("repoURL")))
                chart = AppChart(found, source, folder, self._checkout, here)
                render_release(chart.release(namespace or "default"), self._checkout, self._delivered)
            case "kustomize":
                sources = self._builder.build(found.title, folder, kustomize_edits(source)) or ()
                self._delivered.sources += placed(sources, namespace or None, {})
            case _:
                self._delivered.sources += placed(self._directory(source, folder), namespace or None, {})

    def _folder(self, source: AppSource) -> Path:
        """Where the path of a source is. Raises :class:`NotRenderedError` and :class:`LeavesCheckoutError`."""
        url, path = source.text("repoURL"), source.text("path")
        if chart := source.text("chart"):
            raise NotRenderedError(f"its chart {shown(chart)} comes from {shown(url)}, which is not this checkout")
        if "plugin" in source.fields:
            raise NotRenderedError("a plugin of Argo CD renders it")
        if not self._repositories.is_here(url):
            raise NotRenderedError(f"its source is the repository {shown(url)}, which is not this checkout")
        folder = self._checkout.inside(path)
        if not is_folder(folder):
            raise NotRenderedError(f"this checkout has no folder {shown(path)}")
        return folder.resolve()

    def _directory(self, source: AppSource, folder: Path) -> tuple[Source, ...]:
        notes = Notes()
        files = files_of(folder, source.tool("directory"), self._checkout, notes)
        self._delivered.skipped += notes.skipped
        self._delivered.consumed |= {one.file.resolve() for one in files}
        return tuple(Source(one.shown, file=one.file) for one in files)


_LABELS: Final = "`managedNamespaceMetadata` is not applied"


def _tool(source: AppSource, folder: Path) -> str:
    """Which tool makes manifests of ``folder``: the one that the source names, else the one that the folder is for.

    Raises :class:`NotRenderedError` where Argo CD would refuse the choice.
    """
    named = [name for name in ("kustomize", "helm", "directory") if source.fields.get(name) is not None]
    if len(named) > 1:
        raise NotRenderedError(f"it has both `{named[0]}` and `{named[1]}`")
    signs = {"kustomize": FILE_NAMES, "helm": ("Chart.yaml",), "directory": (".",)}
    held = [tool for tool, names in signs.items() if any(exists(folder / name) for name in names)]
    if named and named[0] not in held:
        raise NotRenderedError(f"its folder is nothing for `{named[0]}`")
    return (named or held)[0]


def _followed(source: Source, delivered: Delivered) -> list[FoundObject]:
    found = (one for one in objects_of(source, delivered) if one.kind in _FOLLOWED)
    return [one for one in found if str(one.value.get("apiVersion")).startswith("argoproj.io/")]


# Source of what a ``directory`` applies: argo-cd ``reposerver/repository/repository.go``
# (``getPotentiallyValidManifests``): without ``recurse`` only the folder itself; ``exclude`` wins over ``include``;
# patterns match the path below the folder, and ``*`` matches ``/`` too.

_FIELDS: Final = {"recurse": bool, "include": str, "exclude": str, "jsonnet": dict}


def files_of(folder: Path, given: dict[str, Any], checkout: Checkout, notes: Notes) -> tuple[Found, ...]:
    """The manifests that Argo CD reads in ``folder``. Raises :class:`NotRenderedError` where that cannot be told."""
    for name, value in given.items():
        if name not in _FIELDS or not isinstance(value, _FIELDS[name] | None):
            raise NotRenderedError(f"it uses `directory.{name}` in a way that netverify does not know")
    top = walk(folder, checkout.shown(folder), notes)
    folders = list(top.everything()) if given.get("recurse") else [top]
    taken = _Taken(given.get("include") or "", given.get("exclude") or "")
    if script := next((file for one in folders for file in _scripts(one.path) if taken(file, folder)), None):
        raise NotRenderedError(f"it applies {shown(checkout.shown(script))}, and netverify does not run Jsonnet")
    found = [each for one in folders for each in (*one.manifests, *one.kustomizations)]
    if leaving := next((one for one in notes.leaving), None):
        raise NotRenderedError(f"{shown(leaving)} is a link that leads out of the checkout")
    return tuple(each for each in found if taken(each.file, folder) and checkout.holds(each.file))


class _Taken:
    """Whether a file is taken. Raises :class:`NotRenderedError` for patterns that netverify does not read."""

    def __init__(self, include: str, exclude: str) -> None:
        try:
            self._include = path_pattern(include, crossing=True) if include else None
            self._exclude = path_pattern(exclude, crossing=True) if exclude else None
        except PatternError as error:
            raise NotRenderedError(str(error)) from None

    def __call__(self, file: Path, folder: Path) -> bool:
        """Whether ``file`` below ``folder`` is included and not excluded."""
        path = file.relative_to(folder).as_posix()
        if self._exclude is not None and self._exclude.matches(path):
            return False
        return self._include is None or self._include.matches(path)


def _scripts(folder: Path) -> Iterator[Path]:
    return iter(sorted(folder.glob("*.jsonnet")))
