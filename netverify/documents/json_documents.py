"""JSON texts: decoded by the standard library, with the numbers and the refusals of the YAML reading.

kubectl takes several JSON values one after the other; so does this.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterable, Iterator
from typing import Final, NoReturn

from netverify.documents.characters import check_visible
from netverify.documents.document import Value
from netverify.documents.limits import DEFAULT_LIMITS, Limits
from netverify.documents.positions import Offsets, mark_of_offset
from netverify.documents.reasons import too_deep, too_long, too_many_nodes
from netverify.documents.refusal import Refusal, shown
from netverify.documents.scalars import resolve_json_number
from netverify.patterns import pattern
from netverify.records import dataclass

_SPACE: Final = pattern(r"[ \t\r\n]*+")
_NODE: Final = pattern(r'"(?:[^"\\]++|\\.)*+"|[{\[]|[^ \t\r\n{}\[\],:"]++')
_TOKEN: Final = pattern(r'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|[^ \t\r\n{}\[\],:"]++')


@dataclass(frozen=True, slots=True)
class JsonText:
    """One JSON value and where it stands in its chunk, in characters."""

    value: Value
    start: int
    end: int


class _DuplicateKeyError(Exception):
    """Some object of the text has a key twice."""


def starts_like_json(chunk: bytes) -> bool:
    """Whether the first character that is no space opens an object or an array."""
    return chunk.lstrip(b" \t\r\n")[:1] in (b"{", b"[")


def read_json(chunk: bytes) -> list[JsonText] | None:
    """All JSON values of ``chunk``; ``None`` if it is not JSON, which leaves it to the YAML reading.

    Raises ``Refusal`` for JSON that Kubernetes would read in part or not at all: duplicate keys (NV102), numbers out
    of range (NV115), nesting beyond the depth of Python's decoder (NV116).
    """
    text = chunk.decode("utf-8")
    texts: list[JsonText] = []
    start = _skip_space(text, 0)
    try:
        while start < len(text):
            value, end = _DECODER.raw_decode(text, start)
            texts.append(JsonText(value, start, end))
            start = _skip_space(text, end)
    except _DuplicateKeyError:
        raise _duplicate(chunk, text[start:], start) from None
    except RecursionError:
        refusal = too_deep()
        refusal.mark = mark_of_offset(chunk, _too_deep_at(text, start))
        raise refusal from None
    except json.JSONDecodeError:
        return None
    except Refusal as refusal:
        refusal.mark = refusal.mark or mark_of_offset(chunk, start)
        raise
    return texts


def _too_deep_at(text: str, start: int) -> int:
    """Where the value at ``start`` begins to nest deeper than is allowed by default."""
    depth = 0
    for found in _TOKEN.finditer(text, start):
        depth += {"[": 1, "{": 1, "]": -1, "}": -1}.get(found.group(), 0)
        if depth > DEFAULT_LIMITS.depth:
            return found.start()
    return start


def json_offsets(chunk: bytes, start: int, end: int) -> Offsets:
    """The offset of each key and value of the JSON value between ``start`` and ``end``, in the order of the text."""
    return array("I", [found.start() for found in _NODE.finditer(chunk.decode("utf-8"), start, end)])


def check_size(chunk: bytes, text: JsonText, limits: Limits) -> None:
    """Raise ``Refusal`` iff the value is beyond a budget (NV116 to NV118) or holds invisible characters (NV109)."""
    budget = limits.nodes
    for number, (depth, node) in enumerate(_nodes(text.value)):
        try:
            if depth > limits.depth:
                raise too_deep()
            if isinstance(node, str):
                _check_string(node, limits)
            elif depth == 3 and isinstance(node, (dict, list)):
                budget = number + limits.nodes
            if number > budget:
                raise too_many_nodes(limits.nodes)
        except Refusal as refusal:
            refusal.mark = mark_of_offset(chunk, json_offsets(chunk, text.start, text.end)[number])
            raise


def _check_string(text: str, limits: Limits) -> None:
    if len(text) > limits.scalar_bytes:
        raise too_long(len(text))
    if not text.isascii():
        check_visible(text)


def _nodes(value: Value) -> Iterator[tuple[int, Value]]:
    """Every key and value with its depth, in the order of the text; a container at the top has depth 1."""
    stack: list[Iterator[Value]] = [iter((value,))]
    while stack:
        for node in stack[-1]:
            match node:
                case dict():
                    yield len(stack), node
                    stack.append(_keys_and_values(node))
                    break
                case list():
                    yield len(stack), node
                    stack.append(iter(node))
                    break
                case _:
                    yield len(stack) - 1, node
        else:
            stack.pop()


def _keys_and_values(mapping: dict[str, Value]) -> Iterator[Value]:
    for key, value in mapping.items():
        yield key
        yield value


def _object(pairs: Iterable[tuple[str, Value]]) -> dict[str, Value]:
    listed = list(pairs)
    mapping = dict(listed)
    if len(mapping) != len(listed):
        raise _DuplicateKeyError
    return mapping


def _no_constant(name: str) -> NoReturn:
    raise Refusal(
        "NV115", f"{shown(name)} is not a number that Kubernetes accepts", help="write it in quotes if it is a string"
    )


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_object,
    parse_int=resolve_json_number,
    parse_float=resolve_json_number,
    parse_constant=_no_constant,
)


def _skip_space(text: str, start: int) -> int:
    found = _SPACE.match(text, start)
    return found.end() if found else start


def _duplicate(chunk: bytes, text: str, start: int) -> Refusal:
    """The refusal of the first key in ``text`` that its object already has."""
    keys: list[dict[str, int] | None] = []
    previous = ""
    for found in _TOKEN.finditer(text):
        token = found.group()
        if token in ("{", "["):
            keys.append({} if token == "{" else None)  # noqa: S105 - a token of JSON
        elif token in ("}", "]"):
            keys.pop()
        elif previous in ("{", ",") and keys and (known := keys[-1]) is not None:
            key = json.loads(token)
            if key in known:
                return Refusal(
                    "NV102",
                    f"the key {shown(key)} appears twice in the same object",
                    help="keep one: Kubernetes takes the last one or refuses the object",
                    mark=mark_of_offset(chunk, start + found.start()),
                    secondary=(mark_of_offset(chunk, start + known[key]), "first given here"),
                )
            known[key] = found.start()
        previous = token
    return Refusal("NV102", "a key appears twice in the same object", mark=mark_of_offset(chunk, start))
