"""From events to a value: an explicit stack, the scalar rules of Kubernetes, a place for every node.

What Kubernetes and libyaml read differently is refused, as is what a reviewer would read differently: explicit tags,
merge keys, keys that are no strings, duplicate keys. Aliases are expanded into copies under a budget.
"""

from __future__ import annotations

from array import array
from collections import Counter
from collections.abc import Callable
from itertools import chain, islice
from typing import Any, Final

from yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
)

from netverify.documents.aliases import Anchor, Anchors, copy_within
from netverify.documents.characters import check_visible
from netverify.documents.document import Value
from netverify.documents.early import IsIrrelevant
from netverify.documents.limits import Limits
from netverify.documents.positions import Offsets, mark_of_offset, node_of_key
from netverify.documents.reasons import (
    container_as_key,
    directive,
    escaped_slash,
    explicit_tag,
    merge_key,
    question_mark,
    repeated_key,
    second_document,
    too_deep,
    too_long,
    too_many_nodes,
)
from netverify.documents.refusal import Mark, Refusal
from netverify.documents.scalars import Memory, key_of, resolve, resolve_key
from netverify.patterns import pattern

_KEY: Final = 0
_VALUE: Final = 1
_ITEM: Final = 2
_ENTRY: Final = 3
"""What comes next: a key, the value of a key, an item of a list, an entry of the top-level ``items``."""

_BETWEEN_CHECKS, _SHORT = 2048, 128
_ESCAPED_SLASH: Final = pattern(r"(?<!\\)(?:\\\\)*\\/")


class Builder:
    """The value of one document, and what is known about it besides.

    ``root`` holds the value once there is one, ``offsets`` one number per node, ``dropped`` how many entries of
    ``items`` were left out by kind, ``deferred`` a reason to refuse the document unless its kind turns out to be
    irrelevant.
    """

    __slots__ = (
        "_anchors",
        "_budget_from",
        "_chunk",
        "_escapes_slash",
        "_is_irrelevant",
        "_limits",
        "_memory",
        "_text",
        "deferred",
        "dropped",
        "offsets",
        "root",
    )

    def __init__(self, chunk: bytes, limits: Limits, memory: Memory, is_irrelevant: IsIrrelevant) -> None:
        self.root: list[Value] = []
        self.offsets: Offsets = array("I")
        self.dropped: Counter[str] = Counter()
        self.deferred: Refusal | None = None
        self._chunk = chunk
        self._limits = limits
        self._memory = memory
        self._is_irrelevant = is_irrelevant
        self._anchors = Anchors(limits.alias_nodes, {})
        self._budget_from = 0
        self._text = ""
        self._escapes_slash = b"\\/" in chunk

    def run(self, next_event: Callable[[], Any]) -> None:  # noqa: C901, PLR0912, PLR0915 - a call costs more than a line
        """Consume events up to ``None``; the budget of nodes is looked at now and then, libyaml being as lazy.

        Raises ``Refusal`` with its place in the chunk.
        """
        keys, values = self._memory.keys, self._memory.values
        quoted = {} if self._escapes_slash else self._memory.quoted
        is_decorated = b"!" in self._chunk or b"&" in self._chunk
        deepest = self._limits.depth
        place = self.offsets.append
        stack: list[tuple[Any, Any, int, int, str | None]] = []
        container: Any = self.root
        key: Any = None
        mode = _ITEM
        flow = 0
        event: Any = None
        events = iter(next_event, None)
        try:
            while (following := next(events, None)) is not None:
                for event in chain((following,), islice(events, _BETWEEN_CHECKS)):
                    kind = event.__class__
                    if kind is ScalarEvent:
                        place(event.start_mark.index)
                        text = event.value
                        known = quoted if event.style else keys if mode == _KEY else values
                        try:
                            value = known[text]
                        except KeyError:
                            value = self._new_scalar(event, text, is_key=mode == _KEY, in_flow=flow > 0)
                        if is_decorated and (event.tag or event.anchor):
                            self._decorated(event, text)
                        if mode >= _ITEM:
                            container.append(value)
                            continue
                        if mode == _VALUE:
                            container[key] = value
                            mode = _KEY
                            continue
                        if value in container:
                            raise self._duplicate(container, stack[-1][3], value, text)
                        key = value
                        event = next_event()  # noqa: PLW2901 - the value follows its key
                        kind = event.__class__
                        if kind is ScalarEvent:
                            place(event.start_mark.index)
                            text = event.value
                            try:
                                container[key] = quoted[text] if event.style else values[text]
                            except KeyError:
                                container[key] = self._new_scalar(event, text, is_key=False, in_flow=flow > 0)
                            if is_decorated and (event.tag or event.anchor):
                                self._decorated(event, text)
                            continue
                        mode = _VALUE
                    if kind is MappingStartEvent or kind is SequenceStartEvent:
                        if is_decorated and (event.tag or event.anchor):
                            self._decorated(event, None)
                        if mode == _KEY:
                            raise container_as_key()
                        if len(stack) >= deepest:
                            raise too_deep()
                        if mode == _ENTRY:
                            self._start_entry()
                        if flow or event.flow_style:
                            flow += 1
                        stack.append((container, key, mode, len(self.offsets), event.anchor))
                        place(event.start_mark.index)
                        if kind is MappingStartEvent:
                            container = {}
                            mode = _KEY
                        else:
                            container = []
                            mode = _ENTRY if len(stack) == 2 and mode == _VALUE and key == "items" else _ITEM
                    elif kind is MappingEndEvent or kind is SequenceEndEvent:
                        done = container
                        container, key, mode, first, anchor = stack.pop()
                        if flow:
                            flow -= 1
                        if anchor:
                            self._anchors.close(anchor, Anchor(done, self.offsets[first:]))
                        if mode == _VALUE:
                            container[key] = done
                            mode = _KEY
                        elif mode == _ITEM or not self._drop_entry(done, first):
                            container.append(done)
                    elif kind is AliasEvent:
                        value = self._alias(
                            event, len(stack), container, is_key=mode == _KEY, first=stack[-1][3] if stack else 0
                        )
                        if mode == _KEY:
                            key = value
                            mode = _VALUE
                        elif mode == _VALUE:
                            container[key] = value
                            mode = _KEY
                        else:
                            container.append(value)
                    elif kind is DocumentStartEvent:
                        self._document(event)
                self._check_nodes()
        except Refusal as refusal:
            refusal.mark = refusal.mark or Mark(event.start_mark.line, event.start_mark.column)
            raise

    def _check_nodes(self) -> None:
        """Raise ``Refusal`` (NV117) iff the document, or the current entry of its ``items``, has too many nodes."""
        if len(self.offsets) - self._budget_from > self._limits.nodes:
            raise too_many_nodes(self._limits.nodes)

    def _document(self, event: Any) -> None:
        """A document starts; there is at most one, without directives."""
        if event.version or event.tags:
            raise directive()
        if self.root:
            raise second_document()

    def _decorated(self, event: Any, text: str | None) -> None:
        """A node with a tag, which is refused, or an anchor; ``text`` is that of a scalar."""
        if event.tag is not None:
            raise explicit_tag(event.tag)
        if text is None:
            self._anchors.open(event.anchor)
        else:
            value = text if event.style else resolve(text)
            self._anchors.close(event.anchor, Anchor(value, self.offsets[-1:], text))

    def _alias(self, event: Any, depth: int, container: Any, *, is_key: bool, first: int) -> Value:
        """A copy of what the anchor of an alias names, found at the place of the alias; as a key, its text."""
        anchor = self._anchors.resolve(event.anchor)
        self.offsets.append(event.start_mark.index)
        self.offsets.extend(anchor.offsets[1:])
        if not is_key:
            return copy_within(anchor.value, self._limits.depth - depth)
        if isinstance(anchor.value, (dict, list)):
            raise container_as_key()
        key = key_of(anchor.value, anchor.text)
        if key in container:
            raise self._duplicate(container, first, key, anchor.text)
        return key

    def _new_scalar(self, event: Any, text: str, *, is_key: bool, in_flow: bool) -> Value:
        """The value of a scalar that was not seen before; it is remembered if it means the same everywhere."""
        if event.style:
            return self._new_quoted(event, text)
        if is_key and text == "<<":
            raise merge_key()
        if in_flow and "?" in text:
            raise question_mark(text)
        is_same_everywhere = self._check_text(event, text) and "?" not in text
        if is_key:
            key = resolve_key(text)
            if is_same_everywhere:
                self._memory.keys[text] = key
            return key
        value = resolve(text)
        if is_same_everywhere:
            self._memory.values[text] = value
        return value

    def _new_quoted(self, event: Any, text: str) -> str:
        if self._escapes_slash and event.style == '"' and "/" in text:
            self._text = self._text or self._chunk.decode("utf-8")
            if _ESCAPED_SLASH.search(self._text, event.start_mark.index, event.end_mark.index):
                raise escaped_slash()
            self._check_text(event, text)
        elif self._check_text(event, text):
            self._memory.quoted[text] = text
        return text

    def _check_text(self, event: Any, text: str) -> bool:
        """Whether ``text`` is worth remembering; defers a refusal if it is too long or holds invisible characters."""
        if len(text) <= _SHORT and text.isascii():
            return True
        try:
            if len(text) > self._limits.scalar_bytes:
                raise too_long(len(text))
            if not text.isascii():
                check_visible(text)
        except Refusal as refusal:
            refusal.mark = Mark(event.start_mark.line, event.start_mark.column)
            self.deferred = self.deferred or refusal
            return False
        return len(text) <= _SHORT

    def _duplicate(self, mapping: dict[str, Value], first_node: int, key: str, text: str) -> Refusal:
        return repeated_key(text, key, mark_of_offset(self._chunk, self.offsets[node_of_key(mapping, first_node, key)]))

    def _start_entry(self) -> None:
        """An entry of ``items`` starts: it has its own budget, and what was deferred before it is not its own."""
        self._check_nodes()
        if self.deferred is not None:
            raise self.deferred
        self._budget_from = len(self.offsets)

    def _drop_entry(self, entry: Value, first_node: int) -> bool:
        """Whether the entry of ``items`` that is complete is irrelevant; if so, no trace of it is kept."""
        if not isinstance(entry, dict):
            return False
        api_version, kind = entry.get("apiVersion"), entry.get("kind")
        if not (isinstance(api_version, str) and isinstance(kind, str) and self._is_irrelevant(api_version, kind)):
            return False
        del self.offsets[first_node:]
        self._budget_from = len(self.offsets)
        self.dropped[kind] += 1
        self.deferred = None
        return True
