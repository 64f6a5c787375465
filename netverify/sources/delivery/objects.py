"""The objects of a source that a delivery is made of: those to follow, and those that hold values for them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from netverify.diagnostics import Diagnostic, Origin
from netverify.documents.document import Document, Value
from netverify.documents.loader import load
from netverify.records import dataclass
from netverify.sources.classification import group_of
from netverify.sources.delivered_kinds import effect_of_delivery
from netverify.sources.delivery.delivered import Delivered, Reach
from netverify.sources.lists import objects_in
from netverify.sources.sources import Source
from netverify.sources.unmodelled import digest_of

_GROUPS: Final = ("kustomize.toolkit.fluxcd.io", "helm.toolkit.fluxcd.io", "source.toolkit.fluxcd.io", "argoproj.io")
_VALUES: Final = ("ConfigMap", "Secret")
_SIGNS: Final = (b"toolkit.fluxcd.io", b"argoproj.io", b"ConfigMap", b"Secret")


@dataclass(frozen=True, slots=True)
class Found:
    """One such object: what it is called, what it says, and where."""

    kind: str
    namespace: str
    name: str
    value: Mapping[str, Any]
    origin: Origin

    @property
    def title(self) -> str:
        """How to call it: ``HelmRelease shop/cache``."""
        return f"{self.kind} {self.namespace}/{self.name}" if self.namespace else f"{self.kind} {self.name}"

    @property
    def reach(self) -> Reach:
        """Where what it has applied may change anything."""
        effect = effect_of_delivery(group_of(str(self.value.get("apiVersion"))), self.kind, self.namespace, self.value)
        return Reach(effect.place or None, digest_of(self.value))

    def spec(self, *path: str) -> Value:
        """What ``spec`` says at ``path``; None where it says nothing."""
        value: Value = self.value.get("spec")
        for key in path:
            value = value.get(key) if isinstance(value, dict) else None
        return value

    def text(self, *path: str) -> str:
        """The text at ``path`` of ``spec``; empty where there is none."""
        value = self.spec(*path)
        return value if isinstance(value, str) else ""

    def texts(self, *path: str) -> tuple[str, ...]:
        """The texts in the list at ``path`` of ``spec``."""
        value = self.spec(*path)
        return tuple(one for one in value if isinstance(one, str)) if isinstance(value, list) else ()

    def mappings(self, *path: str) -> tuple[dict[str, Any], ...]:
        """The mappings in the list at ``path`` of ``spec``."""
        value = self.spec(*path)
        return tuple(one for one in value if isinstance(one, dict)) if isinstance(value, list) else ()


def objects_of(source: Source, delivered: Delivered) -> tuple[Found, ...]:
    """The objects in ``source`` that a delivery is made of.

    What is refused of it is told to ``delivered``: where the source is read, objects of these kinds are only counted. A
    source that cannot be read, and values that are refused, are told there or where they are needed.
    """
    data = source.read()
    if isinstance(data, Diagnostic) or not any(sign in data for sign in _SIGNS):
        return ()
    loaded = load(source.path, data, is_irrelevant=_is_no_part)
    if loaded.diagnostics:
        delivered.diagnostics += load(source.path, data, is_irrelevant=_is_not_followed).diagnostics
    return tuple(one for document in loaded.documents for one in _found(document, source))


def _found(document: Document, source: Source) -> Iterator[Found]:
    for item in objects_in(document):
        value = item.value
        if not isinstance(value, dict) or _is_no_part(str(value.get("apiVersion")), str(value.get("kind"))):
            continue
        meta = value.get("metadata")
        fields = meta if isinstance(meta, dict) else {}
        namespace = source.namespace or _text(fields.get("namespace")) or source.home or ""
        yield Found(str(value["kind"]), namespace, _text(fields.get("name")), value, item.origin())


def _is_no_part(api_version: str, kind: str) -> bool:
    if kind.endswith("List"):
        return False
    return not (group_of(api_version) in _GROUPS or (api_version == "v1" and kind in _VALUES))


def _is_not_followed(api_version: str, kind: str) -> bool:
    return _is_no_part(api_version, kind) or kind in _VALUES


def _text(value: Value) -> str:
    return value if isinstance(value, str) else ""
