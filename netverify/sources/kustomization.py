"""A kustomization file: what of it netverify applies itself, and what only kustomize can.

Source: kustomize v5 ``api/types/kustomization.go``.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import MappingProxyType
from typing import Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.document import Document, Value
from netverify.documents.loader import load
from netverify.documents.refusal import shown
from netverify.kinds.names import dns_label_problems
from netverify.records import dataclass
from netverify.sources.kustomization_fields import is_field, is_of_its_type, only_kustomize_can_apply

FILE_NAMES: Final = ("kustomization.yaml", "kustomization.yml", "Kustomization")
_GROUP: Final = "kustomize.config.k8s.io/"
_API_VERSIONS: Final = MappingProxyType({"Kustomization": f"{_GROUP}v1beta1", "Component": f"{_GROUP}v1alpha1"})


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of ``resources`` with its place."""

    text: str
    origin: Origin


@dataclass(frozen=True, slots=True)
class Kustomization:
    """What one kustomization file says.

    ``folder`` is where it stands and ``shown`` how the user would write that folder. ``namespace`` is empty if it sets
    none. ``to_render`` are the fields with content that only kustomize can apply, each with its place; ``data`` are
    files that generators read, which are no manifests of their own.
    """

    folder: Path
    shown: str
    origin: Origin
    is_component: bool
    namespace: str
    resources: tuple[Entry, ...]
    to_render: tuple[Entry, ...]
    data: frozenset[str]
    components: tuple[str, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


def parse(
    folder: Path, shown_file: str, shown_folder: str, data: bytes
) -> Kustomization | tuple[Diagnostic, ...] | None:
    """The kustomization in ``data``; why it cannot be read; ``None`` if it is an object of another API after all.

    Flux has a kind ``Kustomization`` of its own, in the group ``kustomize.toolkit.fluxcd.io``: an ordinary manifest.
    """
    loaded = load(shown_file, data)
    if loaded.diagnostics:
        return loaded.diagnostics
    if loaded.templated or len(loaded.documents) != 1 or not isinstance(loaded.documents[0].value, dict):
        return (refused(Origin(shown_file), "the kustomization is not one YAML mapping"),)
    document = loaded.documents[0]
    value = document.value
    api_version = value.get("apiVersion")
    if api_version and not str(api_version).startswith(_GROUP):
        return None
    return _read(folder, shown_folder, document)


def _read(folder: Path, folder_shown: str, document: Document) -> Kustomization:
    value = document.value
    diagnostics = list(_wrong_fields(document))
    namespace = value.get("namespace") or ""
    if not isinstance(namespace, str) or (namespace and dns_label_problems(namespace)):
        problem = "is not a valid name" if isinstance(namespace, str) else "is not a text"
        diagnostics.append(refused(document.origin(("namespace",)), f"the namespace {problem}"))
        namespace = ""
    resources: list[Entry] = []
    for field in ("resources", "bases"):
        listed = value.get(field)
        for index, text in enumerate((listed or ()) if isinstance(listed, list | None) else (None,)):
            origin = document.origin((field, index))
            if isinstance(text, str) and text:
                resources.append(Entry(text, origin))
            else:
                diagnostics.append(refused(origin, f"an entry of `{field}` is not a path"))
    to_render = tuple(
        Entry(name, document.key_origin((name,))) for name in value if only_kustomize_can_apply(name, value)
    )
    return Kustomization(
        folder=folder,
        shown=folder_shown,
        origin=document.origin(),
        is_component=value.get("kind") == "Component",
        namespace=namespace,
        resources=tuple(resources),
        to_render=to_render,
        data=frozenset(data_files(value)),
        components=tuple(_texts(value.get("components"))),
        diagnostics=tuple(diagnostics),
    )


def _wrong_fields(document: Document) -> Iterator[Diagnostic]:
    """What kustomize refuses about the fields that are written, whatever the resources are."""
    value = document.value
    for name in [name for name in value if not is_field(name)][:1]:
        yield refused(document.key_origin((name,)), f"a kustomization has no field {shown(name)}")
    for name in [name for name in value if not is_of_its_type(name, value[name])]:
        yield refused(document.origin((name,)), f"the value of {shown(name)} has another type than this field")
    kind = value.get("kind") or "Kustomization"
    if not isinstance(kind, str) or kind not in _API_VERSIONS:
        yield refused(document.origin(("kind",)), "the kind is neither Kustomization nor Component")
    elif value.get("apiVersion") not in (None, "", _API_VERSIONS[kind]):
        wanted = f"kustomize knows a {kind} of {shown(_API_VERSIONS[kind])} alone"
        yield refused(document.origin(("apiVersion",)), wanted)


def data_files(value: dict[str, Value]) -> Iterator[str]:
    """The files that generators read: ``files`` entries may be ``key=path``."""
    for field in ("configMapGenerator", "secretGenerator"):
        generators = value.get(field)
        for generator in generators if isinstance(generators, list) else ():
            if isinstance(generator, dict):
                for source in ("files", "envs"):
                    yield from (text.partition("=")[2] or text for text in _texts(generator.get(source)))
                yield from _texts([generator.get("env")])
    yield from _texts(value.get("crds"))
    if isinstance(schema := value.get("openapi"), dict):
        yield from _texts([schema.get("path")])


def _texts(value: Value) -> Iterator[str]:
    return (text for text in value if isinstance(text, str)) if isinstance(value, list) else iter(())


def refused(origin: Origin, message: str) -> Diagnostic:
    """What kustomize refuses about a kustomization, too."""
    return Diagnostic("NV143", Severity.ERROR, message, origin, help="kustomize refuses it too: fix the kustomization")
