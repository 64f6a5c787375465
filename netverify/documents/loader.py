"""The bytes of one source become documents: values as Kubernetes reads them, places, and what was refused."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import partial
from typing import TYPE_CHECKING, Final

from netverify.diagnostics import Diagnostic, Origin, Severity
from netverify.documents.characters import checked_text
from netverify.documents.chunks import Chunk, check_markers, split
from netverify.documents.confidential import holds_secrets, without_quotes
from netverify.documents.document import Document, Value
from netverify.documents.early import IsIrrelevant, irrelevant_kind
from netverify.documents.json_documents import JsonText, check_size, json_offsets, read_json, starts_like_json
from netverify.documents.limits import DEFAULT_LIMITS, Limits
from netverify.documents.placeholders import is_template, placeholder
from netverify.documents.plain_lines import COMPILED, read_plain
from netverify.documents.positions import NodePositions, Offsets
from netverify.documents.refusal import Mark, Refusal
from netverify.documents.scalars import Memory
from netverify.late import is_loaded, late
from netverify.records import dataclass

if TYPE_CHECKING:
    from netverify.documents import events
else:
    (events,) = late("netverify.documents", "events")

_SMALL: Final = 4096
"""In bytes, below which it takes less to read lines than to load libyaml."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What one source holds.

    ``documents`` leaves out those of irrelevant kinds (and such entries of a ``List``), which ``dropped`` counts by
    kind. ``templated`` iff the source is a template and not manifests: then there are no documents and nothing else
    is said about it.
    """

    documents: tuple[Document, ...] = ()
    diagnostics: tuple[Diagnostic, ...] = ()
    templated: bool = False
    dropped: Mapping[str, int] = field(default_factory=dict)


def never_irrelevant(api_version: str, kind: str) -> bool:
    """Keep every document."""
    del api_version, kind
    return False


def load(  # noqa: PLR0913 one argument for each thing that decides what a source gives
    path: str,
    data: bytes,
    limits: Limits = DEFAULT_LIMITS,
    *,
    is_irrelevant: IsIrrelevant = never_irrelevant,
    strict: bool = False,
    namespace: str | None = None,
    in_chart: bool | None = None,
) -> Loaded:
    """The documents in ``data``, read from ``path``; never raises, whatever the bytes.

    A refused document gives one ``ERROR`` at its place and the others are still read. Null documents are skipped as
    kubectl does. With ``strict`` a template is an error too (NV122). ``namespace`` is that of :class:`Document`;
    ``in_chart`` says whether the source is a template of a chart, and is None where that is not known.
    """
    loading = _Loading(path, limits, is_irrelevant, namespace, in_chart)
    loading.data = data
    try:
        if len(data) > limits.file_bytes:
            raise too_large(len(data), limits.file_bytes)
        text = checked_text(data)
        loading.read(text)
        loading.check_template(text)
    except Refusal as refusal:
        loading.refuse(refusal, 0)
    except _IsTemplateError:
        return _template(path, strict=strict)
    return Loaded(tuple(loading.documents), tuple(loading.diagnostics), dropped=dict(sorted(loading.dropped.items())))


def too_large(size: int, limit: int) -> Refusal:
    """The source has more bytes than are read."""
    return Refusal(
        "NV119",
        f"{size:,} bytes are more than the {limit:,} that netverify reads from one input",
        help="split it, or leave it out if it holds no manifests",
    )


class _IsTemplateError(Exception):
    """The source is a template: none of its documents counts."""


class _Loading:
    """The state between two documents of one source."""

    def __init__(
        self, path: str, limits: Limits, is_irrelevant: IsIrrelevant, namespace: str | None, in_chart: bool | None
    ) -> None:
        self.path = path
        self.in_chart = in_chart
        self.has_placeholders = False
        self.namespace = namespace
        self.limits = limits
        self.is_irrelevant = is_irrelevant
        self.memory = Memory()
        self.documents: list[Document] = []
        self.diagnostics: list[Diagnostic] = []
        self.dropped: Counter[str] = Counter()
        self.index = 0
        self.data = b""
        self.reads_first = COMPILED is not None
        """Reading lines takes less than finding the kind of a document, which gives the same where it has one."""
        self._holds_secrets: bool | None = None

    def read(self, data: bytes) -> None:
        """All documents of ``data`` in order."""
        for chunk in split(data):
            if isinstance(chunk, Refusal):
                self.has_placeholders |= placeholder(chunk, data) is not None
                self.refuse(chunk, 0)
                continue
            if self.index >= self.limits.documents:
                self.refuse(_too_many_documents(self.limits), chunk.first_line)
                return
            try:
                self.chunk(chunk)
            except Refusal as refusal:
                instead = placeholder(refusal, chunk.data)
                self.has_placeholders |= instead is not None
                self.refuse(instead or refusal, chunk.first_line)
                self.index += 1
                if len(self.diagnostics) >= self.limits.refusals:
                    self.refuse(_too_many_refusals(self.limits), chunk.first_line)
                    return

    def check_template(self, data: bytes) -> None:
        """Raises where ``data`` is a template: all of it in a chart; elsewhere only where no document can be read.

        A document beside one with a placeholder counts, as what the placeholder is in may be a slip.
        """
        beside = self.dropped or any(_has_kind(document.value) for document in self.documents)
        if self.has_placeholders and (self.in_chart or not beside) and is_template(data, in_chart=self.in_chart):
            raise _IsTemplateError

    def chunk(self, chunk: Chunk) -> None:
        """The document of one chunk, or its JSON values."""
        plain = read_plain(chunk.data, self.limits, self.memory) if self.reads_first else None
        if plain is not None and _type_of(plain[0]) is not None:
            self.plain(plain, chunk)
        elif (kind := irrelevant_kind(chunk.data, self.is_irrelevant)) is not None:
            check_markers(chunk.data)
            self.check_syntax(chunk.data)
            self.drop(kind)
        elif starts_like_json(chunk.data) and (texts := read_json(chunk.data)) is not None:
            for text in texts:
                self.json(chunk, text)
        else:
            self.yaml(chunk)

    def check_syntax(self, chunk: bytes) -> None:
        """Raises where ``chunk`` is not YAML; libyaml tells, but is not loaded for what can be read without it."""
        is_plain = len(chunk) < _SMALL and not is_loaded(events)
        if not (is_plain and read_plain(chunk, self.limits, self.memory)):
            events.check_syntax(chunk)

    def yaml(self, chunk: Chunk) -> None:
        """The document of one chunk of YAML."""
        if (plain := read_plain(chunk.data, self.limits, self.memory)) is not None:
            self.plain(plain, chunk)
            return
        check_markers(chunk.data)
        built = events.build(chunk.data, self.limits, self.memory, self.is_irrelevant)
        if (kind := self.irrelevant(built.value)) is not None:
            self.drop(kind)
            return
        if built.deferred is not None:
            raise built.deferred
        self.dropped.update(built.dropped)
        self.keep(built.value, chunk, partial(_same, built.offsets))

    def plain(self, plain: tuple[Value, Offsets], chunk: Chunk) -> None:
        """The document of one chunk that was read line by line."""
        value, offsets = plain
        if (kind := self.irrelevant(value)) is not None:
            self.drop(kind)
        else:
            self.keep(value, chunk, partial(_same, offsets))

    def json(self, chunk: Chunk, text: JsonText) -> None:
        """One of the JSON values of a chunk."""
        if (kind := self.irrelevant(text.value)) is not None:
            self.drop(kind)
            return
        check_size(chunk.data, text, self.limits)
        self.keep(text.value, chunk, partial(json_offsets, chunk.data, text.start, text.end))

    def irrelevant(self, value: Value) -> str | None:
        """The kind of ``value`` if it is irrelevant."""
        type_ = _type_of(value)
        return type_[1] if type_ is not None and self.is_irrelevant(*type_) else None

    def keep(self, value: Value, chunk: Chunk, read_offsets: Callable[[], Offsets]) -> None:
        """A document to hand on, unless it is null."""
        if value is None:
            return
        positions = NodePositions(value, chunk.data, chunk.first_line, read_offsets)
        self.documents.append(Document(self.path, self.index, value, positions, self.namespace))
        self.index += 1

    def drop(self, kind: str) -> None:
        """A document that is only counted."""
        self.dropped[kind] += 1
        self.index += 1

    def may_hold_secrets(self) -> bool:
        """Whether what is refused may be part of a secret: errors can keep documents from being told apart."""
        if self._holds_secrets is None:
            self._holds_secrets = holds_secrets(self.data.decode("utf-8", "replace"))
        return self._holds_secrets

    def refuse(self, refusal: Refusal, first_line: int) -> None:
        """An error at the place of ``refusal``, whose chunk starts in ``first_line``."""
        secondary: tuple[tuple[Origin, str], ...] = ()
        if refusal.secondary is not None:
            mark, text = refusal.secondary
            secondary = ((self.origin(mark, first_line), text),)
        origin = self.origin(refusal.mark, first_line)
        message, advice = refusal.message, refusal.help
        if "`" in message + advice and self.may_hold_secrets():
            message, advice = without_quotes(message), without_quotes(advice)
        self.diagnostics.append(Diagnostic(refusal.code, Severity.ERROR, message, origin, advice, secondary))

    def origin(self, mark: Mark | None, first_line: int) -> Origin:
        """The place of ``mark`` in the source; the whole source where there is no mark."""
        if mark is None:
            return Origin(self.path, self.index)
        return Origin(self.path, self.index, first_line + mark.line + 1, mark.column + 1)


def _type_of(value: Value) -> tuple[str, str] | None:
    """The apiVersion and the kind of ``value`` if it has both, as texts."""
    if not isinstance(value, dict):
        return None
    api_version, kind = value.get("apiVersion"), value.get("kind")
    return (api_version, kind) if isinstance(api_version, str) and isinstance(kind, str) else None


def _has_kind(value: Value) -> bool:
    return isinstance(value, dict) and "kind" in value


def _template(path: str, *, strict: bool) -> Loaded:
    if not strict:
        return Loaded(templated=True)
    diagnostic = Diagnostic(
        "NV122",
        Severity.ERROR,
        "a template, not manifests: its placeholders `{{ }}` are not filled in",
        Origin(path),
        help="render it first: `netverify ... --helm CHART`, or leave it out",
    )
    return Loaded(diagnostics=(diagnostic,), templated=True)


def _same(offsets: Offsets) -> Offsets:
    return offsets


def _too_many_documents(limits: Limits) -> Refusal:
    return Refusal(
        "NV117", f"the source has more than {limits.documents:,} documents", help="split it", mark=Mark(0, 0)
    )


def _too_many_refusals(limits: Limits) -> Refusal:
    return Refusal(
        "NV123",
        f"more than {limits.refusals} documents were refused; the rest of this input is not read",
        help="is this a file of manifests? leave it out if not",
        mark=Mark(0, 0),
    )
