"""What an ``Application`` of Argo CD says: its sources, their tools, and where their objects go.

Source: argo-cd ``pkg/apis/application/v1alpha1/types.go``; ``reposerver/repository/repository.go``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from netverify.documents.document import Value
from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.sources.delivery.objects import Found

IN_CLUSTER: Final = ("https://kubernetes.default.svc", "in-cluster")
TYPES: Final[Mapping[tuple[str, ...], type]] = {
    (): dict,
    ("source",): dict,
    ("sources",): list,
    ("destination",): dict,
    ("destination", "namespace"): str,
    ("destination", "server"): str,
    ("destination", "name"): str,
}
_SOURCE_TYPES: Final[Mapping[str, type]] = {
    **dict.fromkeys(("repoURL", "path", "chart", "ref"), str),
    **dict.fromkeys(("helm", "kustomize", "directory", "plugin"), dict),
}
_KUSTOMIZE: Final[Mapping[str, type]] = {
    **dict.fromkeys(("namePrefix", "nameSuffix", "namespace", "version", "kubeVersion"), str),
    **dict.fromkeys(("commonLabels", "commonAnnotations"), dict),
    **dict.fromkeys(("images", "replicas", "patches", "components", "apiVersions"), list),
    **dict.fromkeys(("forceCommonLabels", "forceCommonAnnotations", "commonAnnotationsEnvsubst"), bool),
    **dict.fromkeys(("labelWithoutSelector", "labelIncludeTemplates", "ignoreMissingComponents"), bool),
}
_NOT_BUILT: Final = ("labelIncludeTemplates", "ignoreMissingComponents")
_OWN_VARIABLE: Final = pattern(r"\$\{?ARGOCD_")


class NotRenderedError(Exception):
    """A source is not rendered; the message says why."""


@dataclass(frozen=True, slots=True)
class AppSource:
    """One source of an Application. ``fields`` are as they are written, and of the right types."""

    fields: Mapping[str, Any]

    def text(self, name: str) -> str:
        """The text of a field; empty where there is none."""
        value = self.fields.get(name)
        return value if isinstance(value, str) else ""

    def tool(self, name: str) -> dict[str, Any]:
        """What it says to ``helm``, ``kustomize`` or ``directory``; empty where it says nothing."""
        value = self.fields.get(name)
        return value if isinstance(value, dict) else {}

    @property
    def is_only_referred_to(self) -> bool:
        """Whether nothing is made of it: other sources take files from it."""
        return bool(self.text("ref")) and not self.text("path") and not self.text("chart")


def sources_of(found: Found) -> tuple[AppSource, ...]:
    """The sources of an Application; ``sources`` wins over ``source``.

    Raises :class:`NotRenderedError` where they cannot be told.
    """
    if found.spec("sourceHydrator"):
        raise NotRenderedError("its source is hydrated (`spec.sourceHydrator`), which netverify does not do")
    listed = found.spec("sources") or [found.spec("source")]
    sources = []
    for one in listed:
        if not isinstance(one, dict):
            raise NotRenderedError("it has no source")
        for name, expected in _SOURCE_TYPES.items():
            if one.get(name) is not None and not isinstance(one[name], expected):
                raise NotRenderedError(f"`{name}` of its source is of the wrong type")
        sources.append(AppSource(one))
    return tuple(sources)


def cluster_of(found: Found) -> str:
    """The cluster that an Application goes to; empty for the one that Argo CD runs in."""
    named = found.text("destination", "server") or found.text("destination", "name")
    return "" if named in IN_CLUSTER else named


def kustomize_edits(source: AppSource) -> dict[str, Any]:
    """What a source changes in the kustomization of its path, by the name of the field there.

    Raises :class:`NotRenderedError` for what only a running Argo CD can do.
    """
    given = source.tool("kustomize")
    for name, value in given.items():
        if name not in _KUSTOMIZE or (value and name in _NOT_BUILT):
            raise NotRenderedError(f"it uses `kustomize.{name}`, which netverify does not do")
        if value is not None and not isinstance(value, _KUSTOMIZE[name]):
            raise NotRenderedError(f"`kustomize.{name}` is of the wrong type")
    check_variables(given)
    copied = ("namePrefix", "nameSuffix", "namespace", "patches", "components", "replicas", "commonAnnotations")
    edits = {name: given[name] for name in copied if given.get(name)}
    if labels := given.get("commonLabels"):
        if given.get("labelWithoutSelector"):
            edits["labels"] = [{"pairs": labels}]
        else:
            edits["commonLabels"] = labels
    return edits


def check_variables(value: Value) -> None:
    """Raises :class:`NotRenderedError` where ``value`` uses variables of the build environment of Argo CD."""
    if any(_OWN_VARIABLE.search(text) for text in _texts(value)):
        raise NotRenderedError("it uses variables of Argo CD such as `$ARGOCD_APP_NAME`")


def _texts(value: Value) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for item in value.values():
                yield from _texts(item)
        case list():
            for item in value:
                yield from _texts(item)
