"""The ConfigMaps that arguments of controllers name, read in a second pass over the sources that may hold them.

All other ConfigMaps are irrelevant, and cost only their scanning: which ones matter is known when all workloads are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import replace

from netverify.diagnostics import Diagnostic
from netverify.documents.chunks import Chunk, split
from netverify.documents.document import Document, Value
from netverify.documents.limits import DEFAULT_LIMITS, Limits
from netverify.kinds.read_object import ReadObject
from netverify.model.cluster import Workload
from netverify.model.controller import ConfigEntry, ConfigMap, named_config_maps
from netverify.sources.gathered import Gathered
from netverify.sources.lists import objects_in
from netverify.sources.sources import Source

_KIND = "ConfigMap"
_LISTS = ("List", "ConfigMapList")


def with_config_maps(
    gathered: Gathered, sources: Iterable[Source], default_namespace: str, limits: Limits = DEFAULT_LIMITS
) -> Gathered:
    """``gathered`` from ``sources``, with the ConfigMaps among them that the workloads of ``gathered`` name."""
    wanted = _wanted(gathered)
    if not wanted:
        return gathered
    names = frozenset(name.encode() for _, name in wanted)
    reads: list[ReadObject] = []
    for source in sources:
        data = source.read(limits)
        if not isinstance(data, Diagnostic) and _speaks_of(data, names):
            documents = _documents(source, data, names, limits)
            reads += _config_maps(documents, source.home or default_namespace)
    return _with(gathered, reads, wanted)


def with_config_maps_of(gathered: Gathered, documents: Iterable[Document], default_namespace: str) -> Gathered:
    """As :func:`with_config_maps`, where the documents of all sources are at hand."""
    wanted = _wanted(gathered)
    return _with(gathered, _config_maps(documents, default_namespace), wanted) if wanted else gathered


def _wanted(gathered: Gathered) -> frozenset[tuple[str, str]]:
    """Namespace and name of each ConfigMap to look for; none where the sources hold no ConfigMap at all."""
    return frozenset(_named(gathered.reads)) if gathered.irrelevant.get(_KIND) else frozenset()


def _named(reads: Iterable[ReadObject]) -> Iterator[tuple[str, str]]:
    for read in reads:
        if isinstance(read.fact, Workload) and read.fact.arguments:
            yield from named_config_maps(read.fact.arguments, read.fact.key.namespace)


def _with(gathered: Gathered, reads: Iterable[ReadObject], wanted: Collection[tuple[str, str]]) -> Gathered:
    found = [read for read in reads if read.identity[2:] in wanted]
    irrelevant = {**gathered.irrelevant, _KIND: gathered.irrelevant[_KIND] - len(found)}
    return replace(
        gathered,
        reads=(*gathered.reads, *found),
        modelled={**gathered.modelled, _KIND: len(found)} if found else gathered.modelled,
        irrelevant={kind: count for kind, count in irrelevant.items() if count > 0},
    )


def _documents(source: Source, data: bytes, names: Collection[bytes], limits: Limits) -> Iterator[Document]:
    """What is in the chunks of ``data`` that speak of one of ``names``; one that cannot be read is left out."""
    from netverify.documents.loader import load  # noqa: PLC0415 only to read text is YAML needed

    for index, chunk in enumerate(split(data)):
        if not isinstance(chunk, Chunk):
            return
        if _KIND.encode() in chunk.data and _speaks_of(chunk.data, names):
            text = b"\n" * chunk.first_line + chunk.data
            loaded = load(source.path, text, limits, is_irrelevant=_is_other, namespace=source.namespace)
            yield from (replace(one, index=index + one.index) for one in loaded.documents)


def _config_maps(documents: Iterable[Document], home: str) -> Iterator[ReadObject]:
    for document in documents:
        for one in objects_in(document):
            if _is_config_map(one.value):
                yield _config_map(one, home)


def _speaks_of(text: bytes, names: Collection[bytes]) -> bool:
    return any(name in text for name in names)


def _is_other(api_version: str, kind: str) -> bool:
    """Whether an object is no ConfigMap, and none is in it."""
    return api_version != "v1" or (kind != _KIND and kind not in _LISTS)


def _is_config_map(value: Value) -> bool:
    if not isinstance(value, dict) or (value.get("apiVersion"), value.get("kind")) != ("v1", _KIND):
        return False
    meta = value.get("metadata")
    return isinstance(meta, dict) and isinstance(meta.get("name"), str)


def _config_map(document: Document, home: str) -> ReadObject:
    meta, data = document.value["metadata"], document.value.get("data")
    written = document.namespace or meta.get("namespace")
    entries = tuple(
        ConfigEntry(key, value, document.key_origin(("data", key)))
        for key, value in (sorted(data.items()) if isinstance(data, dict) else ())
        if isinstance(value, str)
    )
    namespace = written if isinstance(written, str) and written else home
    return ReadObject(ConfigMap(namespace, meta["name"], entries, document.origin()), "", _KIND, placed=bool(written))
