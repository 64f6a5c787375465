"""Reads one source: from its bytes to what it gives, which depends on nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.limits import DEFAULT_LIMITS, Limits
from netverify.kinds.read_object import ReadObject
from netverify.model.cluster import Namespace, Workload
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.records import dataclass
from netverify.sources.account import Account
from netverify.sources.classification import is_irrelevant
from netverify.sources.gathered import Gathered
from netverify.sources.reading import too_large
from netverify.sources.sources import Source
from netverify.sources.unmodelled import template


@dataclass(frozen=True, slots=True)
class Terms:
    """What, besides its bytes, decides what a source gives.

    ``default_namespace`` is that of objects that name none. With ``strict`` a template is an error.
    """

    default_namespace: str = "default"
    strict: bool = False
    limits: Limits = DEFAULT_LIMITS


@dataclass(frozen=True, slots=True)
class Content:
    """The bytes of one source; the other fields are those of :class:`Source`."""

    path: str
    data: bytes
    namespace: str | None = None
    home: str | None = None
    labels: tuple[tuple[str, str], ...] = ()
    follower: str = ""
    in_chart: bool | None = None


def contents(sources: Iterable[Source], limits: Limits) -> Iterator[Content | Gathered]:
    """The bytes of each source, or the error about one that cannot be read.

    The source that goes past ``limits.total_bytes`` is an error (NV119), and the last one looked at.
    """
    total = 0
    for source in sources:
        data = source.read(limits)
        if isinstance(data, Diagnostic):
            yield _unreadable(data)
            continue
        total += len(data)
        if total > limits.total_bytes:
            yield _unreadable(too_large(total, limits.total_bytes).diagnostic(source.path))
            return
        yield Content(source.path, data, source.namespace, source.home, source.labels, source.follower, source.in_chart)


def gather(content: Content, terms: Terms) -> Gathered:
    """What one source gives; depends on nothing but the arguments."""
    from netverify.documents.loader import load  # noqa: PLC0415 only to read text is YAML needed

    loaded = load(
        content.path,
        content.data,
        terms.limits,
        is_irrelevant=is_irrelevant,
        strict=terms.strict,
        namespace=content.namespace,
        in_chart=content.in_chart,
    )
    account = Account(content.home or terms.default_namespace, content.follower)
    account.diagnostics += loaded.diagnostics
    for kind, count in loaded.dropped.items():
        account.irrelevant[kind] += count
    for document in loaded.documents:
        account.add(document)
    if content.home is not None or content.labels:
        account.reads = [_as_applied(read, content) for read in account.reads]
    if loaded.templated:
        account.unsupported.append(template(Origin(content.path), content.data))
    gathered = account.gathered(files=1, templates=(Origin(content.path),) if loaded.templated else ())
    refused = [one.origin for one in loaded.diagnostics if one.severity is Severity.ERROR]
    return replace(gathered, unread=(*gathered.unread, *refused)) if refused else gathered


def _as_applied(read: ReadObject, content: Content) -> ReadObject:
    """``read`` with what was decided about all objects of ``content``; only namespaces and bare pods keep labels."""
    if content.home is not None:
        read = replace(read, placed=True)
    fact = read.fact
    if content.labels and (isinstance(fact, Namespace) or (isinstance(fact, Workload) and fact.single)):
        name = {NAMESPACE_NAME_LABEL: fact.name} if isinstance(fact, Namespace) else {}
        read = replace(
            read, fact=replace(fact, labels=dict(sorted({**fact.labels, **dict(content.labels), **name}.items())))
        )
    return read


def _unreadable(diagnostic: Diagnostic) -> Gathered:
    return Gathered(files=1, unread=(diagnostic.origin,), diagnostics=(diagnostic,))
