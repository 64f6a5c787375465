"""From events to a value: an explicit stack, the scalar rules of Kubernetes, a place for every node.

What Kubernetes and libyaml read differently is refused, as is what a reviewer would read differently: explicit tags,
merge keys, keys that are no strings, duplicate keys. Aliases are expanded into copies under a budget.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from netverify.manifests.aliases import Anchor, Anchors, copy_within, too_deep
from netverify.manifests.characters import check_visible
from netverify.manifests.document import Value
from netverify.manifests.limits import Limits
from netverify.manifests.positions import Offsets, mark_of_offset, node_of_key
from netverify.manifests.refusal import Mark, Refusal, shown
from netverify.manifests.scalars import key_of, resolve, resolve_key

IsIrrelevant = Callable[[str, str], bool]
"""Whether objects of this apiVersion and kind can never change a verdict."""

_NO_KEY: Final = object()
_SHORT: Final = 128
_ESCAPED_SLASH: Final = re.compile(r"(?<!\\)(?:\\\\)*\\/")


@dataclass(slots=True)
class Memory:
    """Scalars seen before in the same file: each distinct one is resolved, checked and stored once."""

    values: dict[str, Value] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    quoted: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class _Frame:
    """A container that is being filled. In a mapping ``key`` is the one whose value comes next."""

    container: Any
    is_mapping: bool
    in_flow: bool
    first_node: int = 0
    anchor: str | None = None
    key: Any = _NO_KEY
    is_items: bool = False


class Builder:
    """The state between two events of one document.

    Its handlers raise ``Refusal``, without a place if it is the place of the event.
    """

    __slots__ = (
        "_anchors",
        "_budget_from",
        "_chunk",
        "_escapes_slash",
        "_frame",
        "_is_irrelevant",
        "_limits",
        "_memory",
        "_stack",
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
        self._stack: list[_Frame] = []
        self._frame = _Frame(self.root, is_mapping=False, in_flow=False)
        self._budget_from = 0
        self._text = ""
        self._escapes_slash = b"\\/" in chunk

    def document(self, event: Any) -> None:
        """A document starts; there is at most one, without directives."""
        if event.version or event.tags:
            raise Refusal("NV104", "a YAML directive: Kubernetes refuses or ignores it", help="delete the line")
        if self.root:
            raise Refusal(
                "NV113", "a second document without a line `---` before it", help="put `---` on a line of its own"
            )

    def scalar(self, event: Any) -> None:
        """A key, or a value under the key before it or in a list."""
        self.offsets.append(event.start_mark.index)
        frame = self._frame
        text = event.value
        memory = self._memory
        if event.style:
            is_key = frame.is_mapping and frame.key is _NO_KEY
            value = memory.quoted[text] if text in memory.quoted else self._new_quoted(event, text)
        elif frame.is_mapping and frame.key is _NO_KEY:
            is_key = True
            value = memory.keys[text] if text in memory.keys else self._new_key(event, text)
        else:
            is_key = False
            value = memory.values[text] if text in memory.values else self._new_value(event, text)
        if event.tag is not None:
            raise _explicit_tag(event.tag)
        if event.anchor is not None:
            self._anchor_scalar(event, text)
        if is_key:
            if value in frame.container:
                raise self._duplicate(frame, value, text)
            frame.key = value
        elif frame.is_mapping:
            frame.container[frame.key] = value
            frame.key = _NO_KEY
        else:
            frame.container.append(value)

    def start(self, event: Any) -> None:
        """A mapping or a list starts."""
        parent = self._frame
        if event.tag is not None:
            raise _explicit_tag(event.tag)
        is_mapping = event.__class__.__name__ == "MappingStartEvent"
        if parent.is_mapping and parent.key is _NO_KEY:
            raise _container_as_key()
        if len(self._stack) >= self._limits.depth:
            raise too_deep()
        if event.anchor is not None:
            self._anchors.open(event.anchor)
        if parent.is_items:
            self._start_item()
        container: Any = {} if is_mapping else []
        frame = _Frame(container, is_mapping, bool(event.flow_style), len(self.offsets), event.anchor)
        frame.is_items = not is_mapping and len(self._stack) == 1 and parent.key == "items"
        self.offsets.append(event.start_mark.index)
        self._stack.append(parent)
        self._frame = frame

    def end(self, _event: Any) -> None:
        """The innermost mapping or list is complete."""
        frame = self._frame
        self._frame = parent = self._stack.pop()
        if frame.anchor is not None:
            self._anchors.close(frame.anchor, Anchor(frame.container, self.offsets[frame.first_node :]))
        if parent.is_items and self._drop_item(frame):
            return
        if parent.is_mapping:
            parent.container[parent.key] = frame.container
            parent.key = _NO_KEY
        else:
            parent.container.append(frame.container)

    def alias(self, event: Any) -> None:
        """An alias: a copy of what its anchor names, found at the place of the alias."""
        frame = self._frame
        anchor = self._anchors.resolve(event.anchor)
        self.offsets.append(event.start_mark.index)
        self.offsets.extend(anchor.offsets[1:])
        if frame.is_mapping and frame.key is _NO_KEY:
            if isinstance(anchor.value, (dict, list)):
                raise _container_as_key()
            key = key_of(anchor.value, anchor.text)
            if key in frame.container:
                raise self._duplicate(frame, key, anchor.text)
            frame.key = key
            return
        value = copy_within(anchor.value, self._limits.depth - len(self._stack))
        if frame.is_mapping:
            frame.container[frame.key] = value
            frame.key = _NO_KEY
        else:
            frame.container.append(value)

    def check_nodes(self) -> None:
        """Raise ``Refusal`` (NV117) iff the document, or the current entry of its ``items``, has too many nodes."""
        if len(self.offsets) - self._budget_from > self._limits.nodes:
            raise Refusal(
                "NV117",
                f"the document has more than {self._limits.nodes:,} keys and values",
                help="split it, or exclude it if it is no manifest",
            )

    def _new_key(self, event: Any, text: str) -> str:
        if text == "<<":
            raise Refusal(
                "NV105",
                "a merge key `<<`: which of two values wins depends on the reader",
                help="write the fields out",
            )
        key = resolve_key(text)
        if self._check_text(event, text) and not self._differs_in_flow(text):
            self._memory.keys[text] = key
        return key

    def _new_value(self, event: Any, text: str) -> Value:
        value = resolve(text)
        if self._check_text(event, text) and not self._differs_in_flow(text):
            self._memory.values[text] = value
        return value

    def _new_quoted(self, event: Any, text: str) -> str:
        if self._escapes_slash and event.style == '"' and "/" in text:
            self._text = self._text or self._chunk.decode("utf-8")
            if _ESCAPED_SLASH.search(self._text, event.start_mark.index, event.end_mark.index):
                raise Refusal("NV121", r"the escape `\/`: Kubernetes refuses it in YAML", help="write `/`")
            self._check_text(event, text)
        elif self._check_text(event, text):
            self._memory.quoted[text] = text
        return text

    def _differs_in_flow(self, text: str) -> bool:
        """Whether ``text`` means something else inside braces, where it is refused."""
        if "?" not in text:
            return False
        if self._frame.in_flow:
            raise Refusal(
                "NV121",
                f"Kubernetes refuses the `?` of {shown(text)} between braces or brackets",
                help="write the text in quotes",
            )
        return True

    def _check_text(self, event: Any, text: str) -> bool:
        """Whether ``text`` is worth remembering; defers a refusal if it is too long or holds invisible characters."""
        if len(text) <= _SHORT and text.isascii():
            return True
        try:
            if len(text) > self._limits.scalar_bytes:
                raise _too_long(len(text))
            if not text.isascii():
                check_visible(text)
        except Refusal as refusal:
            refusal.mark = Mark(event.start_mark.line, event.start_mark.column)
            self.deferred = self.deferred or refusal
            return False
        return len(text) <= _SHORT

    def _anchor_scalar(self, event: Any, text: str) -> None:
        value = text if event.style else resolve(text)
        self._anchors.close(event.anchor, Anchor(value, self.offsets[-1:], text))

    def _duplicate(self, frame: _Frame, key: str, text: str) -> Refusal:
        first = self.offsets[node_of_key(frame.container, frame.first_node, key)]
        became = f" (it becomes {shown(key)})" if text != key else ""
        return Refusal(
            "NV102",
            f"the key {shown(text)} stands twice in the same mapping{became}",
            help="keep one: Kubernetes takes the last one or refuses the object",
            secondary=(mark_of_offset(self._chunk, first), "first given here"),
        )

    def _start_item(self) -> None:
        """An entry of ``items`` starts: it has its own budget, and what was deferred before it is not its own."""
        self.check_nodes()
        if self.deferred is not None:
            raise self.deferred
        self._budget_from = len(self.offsets)

    def _drop_item(self, frame: _Frame) -> bool:
        """Whether the entry of ``items`` that is complete is irrelevant; if so, no trace of it is kept."""
        if not frame.is_mapping:
            return False
        item = frame.container
        api_version, kind = item.get("apiVersion"), item.get("kind")
        if not (isinstance(api_version, str) and isinstance(kind, str) and self._is_irrelevant(api_version, kind)):
            return False
        del self.offsets[frame.first_node :]
        self._budget_from = len(self.offsets)
        self.dropped[kind] += 1
        self.deferred = None
        return True


def _explicit_tag(tag: str) -> Refusal:
    written = tag.replace("tag:yaml.org,2002:", "!!")
    return Refusal(
        "NV103",
        f"the tag {shown(written)}: readers of YAML disagree about tags",
        help="delete the tag; quote the value if it is a string",
    )


def _container_as_key() -> Refusal:
    return Refusal(
        "NV106",
        "a mapping or list stands where a key is expected",
        help="put text with braces in quotes",
    )


def _too_long(length: int) -> Refusal:
    return Refusal(
        "NV118",
        f"a text of {length:,} characters is longer than netverify reads",
        help="no field of a policy or workload needs this",
    )
