"""The plainest block YAML, read line by line: most manifests are written in it, and it is three times as fast.

Only documents whose every line is in a small regular subset are read here: ``key:``, ``key: word``, ``- word`` and
``- key: word`` with plain or simply quoted words, indented by spaces. Whatever is not certain (other syntax, odd
indentation, duplicate keys, numbers that are refused) is left to :mod:`netverify.documents.events`, which also words
all refusals: this reading gives the same value with the same places, or none. Tests hold one against the other.

``compiled_lines`` is the same reading compiled, ten times as fast, where there was a C compiler when netverify was
built. What is here defines it, and tests compare the two.
"""

from __future__ import annotations

import os
import re
from array import array
from pathlib import Path
from types import ModuleType
from typing import Any, Final
from zlib import crc32

from netverify.documents.document import Value
from netverify.documents.limits import Limits
from netverify.documents.positions import Offsets
from netverify.documents.refusal import Refusal
from netverify.documents.scalars import Memory, resolve, resolve_key

_NOTHING: Final = r"(?: *+(?:#[^\n]*+)?\n)*+"
_KEY: Final = r"[A-Za-z_][A-Za-z0-9_./-]{0,200}+"
_WORD: Final = (
    r"(?:[A-Za-z0-9_/.]|-(?=[^ \n]))"
    r"(?:[A-Za-z0-9_/.=@%+,()<>;*$&|!~^-]|:(?=[^ \n])| (?=[A-Za-z0-9_/.=(+-]))*+"
)
_VALUE: Final = rf"""(?:({_WORD})|"([^"\\\n]*+)"|'([^'\n]*+)'|(\{{\}}|\[\]))"""
_LINE: Final = re.compile(rf"( *+)(- )?+(?:({_KEY}):(?:\ |(?=\n)))?+{_VALUE}?+(?<! )\n{_NOTHING}")
_BEFORE: Final = re.compile(_NOTHING)
_FOREIGN: Final = re.compile(rb"[^\n -~]")


def _compiled() -> ModuleType | None:
    """The compiled reading; None where it was not built, was made from another text, or is not wanted."""
    if os.environ.get("NETVERIFY_PURE_READER"):
        return None
    try:
        from netverify.documents import compiled_lines  # noqa: PLC0415 it need not be there
    except ImportError:
        return None
    text = Path(compiled_lines.__file__).with_name("compiled_lines.pyx")  # in a checkout; no wheel holds it
    is_old = text.exists() and crc32(text.read_bytes()) != compiled_lines.MADE_FROM
    return None if is_old else compiled_lines


COMPILED: Final = _compiled()


def read_plain(chunk: bytes, limits: Limits, memory: Memory) -> tuple[Value, Offsets] | None:
    """The value of the document in ``chunk`` and the offsets of its nodes; ``None`` if it is not of the plainest kind.

    Documents with a top-level ``items``, whose entries have rules of their own, are never read here.
    """
    if len(chunk) > min(limits.scalar_bytes, limits.nodes):
        return None
    try:
        if COMPILED is None:
            return read_lines(chunk, limits.depth, memory)
        plain: tuple[Value, Offsets] | None = COMPILED.read(chunk, limits.depth, resolve, resolve_key)
    except Refusal:
        return None
    return plain


def read_lines(chunk: bytes, deepest: int, memory: Memory) -> tuple[Value, Offsets] | None:
    """As :func:`read_plain`, without what is compiled; raises the ``Refusal`` of a number or a key."""
    if _FOREIGN.search(chunk):
        return None
    text = chunk.decode("ascii")
    if not text.endswith("\n"):
        text += "\n"
    return _read(text, deepest, memory)


def _read(text: str, deepest: int, memory: Memory) -> tuple[Value, Offsets] | None:  # noqa: C901, PLR0911, PLR0912, PLR0915 - the hot loop: a call costs more than a line
    keys, values = memory.keys, memory.values
    offsets: Offsets = array("I")
    place = offsets.append
    stack: list[tuple[int, Any]] = []
    column = -1
    container: Any = None
    is_list = False
    key: str | None = None
    colon = 0
    before = _BEFORE.match(text)
    end = before.end() if before else 0
    match = _LINE.match
    while line := match(text, end):
        spaces, dash, name, word, double, single, empty = line.groups()
        start = line.start()
        end = line.end()
        at = len(spaces)
        if key is not None or container is None:
            if at > column or (dash and at == column and key is not None):
                opened: Any = [] if dash else {}
                if key is not None:
                    container[key] = opened
                    key = None
                elif at:
                    return None
                if len(stack) >= deepest:
                    return None
                stack.append((column, container))
                column, container, is_list = at, opened, bool(dash)
                place(start + at)
            elif key is not None:
                container[key] = None
                key = None
                place(colon)
        while at < column:
            column, container = stack.pop()
            is_list = container.__class__ is list
        if at != column:
            return None
        if is_list and not dash and stack:
            column, container = stack.pop()
            is_list = container.__class__ is list
            if at != column:
                return None
        if bool(dash) is not is_list:
            return None
        start += at
        if dash:
            start += 2
            if name:
                opened = {}
                container.append(opened)
                if len(stack) >= deepest:
                    return None
                stack.append((column, container))
                column, container, is_list = at + 2, opened, False
                place(start)
        if name:
            place(start)
            known = keys.get(name)
            if known is None:
                known = keys[name] = resolve_key(name)
            if known in container:
                return None
            start += len(name) + 2
            if word is None and double is None and single is None and empty is None:
                key = known
                colon = start - 1
                continue
            place(start)
        elif dash:
            place(start)
        else:
            return None
        if word is not None:
            try:
                value: Value = values[word]
            except KeyError:
                value = values[word] = resolve(word)
        elif double is not None:
            value = double
        elif single is not None:
            value = single
        elif empty is not None:
            value = {} if empty == "{}" else []
            if len(stack) >= deepest:
                return None
        else:
            return None
        if name:
            container[known] = value
        else:
            container.append(value)
    if end != len(text) or container is None:
        return None
    if key is not None:
        container[key] = None
        place(colon)
    root = stack[1][1] if len(stack) > 1 else container
    return None if root.__class__ is dict and "items" in root else (root, offsets)
