"""Variables in manifests as Flux replaces them: ``${var}``, with defaults and the other forms of envsubst.

Source: github.com/fluxcd/pkg/envsubst (``parse/parse.go``, ``funcs.go``), which Kustomizations with ``postBuild`` use.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final

from netverify.patterns import pattern
from netverify.records import dataclass

VARIABLE_NAME: Final = pattern(r"[_a-zA-Z][_a-zA-Z0-9]*")
"""What Flux takes as a key of ``substitute``. Source: ``varsubRegex`` in github.com/fluxcd/pkg/kustomize."""
_DEFAULTS: Final = (":=", ":-", ":?", ":+", "=")
_CASES: Final[Mapping[str, Callable[[str], str]]] = {
    "^^": str.upper,
    ",,": str.lower,
    "^": lambda text: text[:1].upper() + text[1:],
    ",": lambda text: text[:1].lower() + text[1:],
}
_DEEPEST: Final = 16


class SubstitutionError(Exception):
    """A text that Flux refuses to substitute, or a form that netverify does not know; the message says which."""


@dataclass(frozen=True, slots=True)
class Substituted:
    """A text with its variables replaced; ``nothing`` are those without a value, ``defaulted`` those with a default."""

    text: str
    nothing: frozenset[str]
    defaulted: frozenset[str]


def substitute(text: str, values: Mapping[str, str], limit: int) -> Substituted:
    """``text`` with its variables replaced, those without a value by nothing.

    ``$${`` stands for ``${``; ``$var`` without braces stays. Raises :class:`SubstitutionError`, also where
    variables stand for more than ``limit`` characters.
    """
    reading = _Reading(text, values, limit)
    return Substituted(reading.all(), frozenset(reading.nothing), frozenset(reading.defaulted))


class _Reading:
    """Reads one text from its start."""

    def __init__(self, text: str, values: Mapping[str, str], limit: int) -> None:
        self._text = text
        self._values = values
        self._limit = limit
        self._at = 0
        self.nothing: set[str] = set()
        self.defaulted: set[str] = set()

    def all(self) -> str:
        """The whole text."""
        parts: list[str] = []
        while self._at < len(self._text):
            if self._takes("$$"):
                part = "$"
            elif self._takes("${"):
                part = self._spent(self._expression(0))
            else:
                end = self._text.find("$", self._at + 1)
                end = len(self._text) if end < 0 else end
                part, self._at = self._text[self._at : end], end
            parts.append(part)
        return "".join(parts)

    def _expression(self, depth: int) -> str:
        """What stands for one ``${...}`` of which the start is read."""
        if depth > _DEEPEST:
            raise SubstitutionError("its variables are nested too deeply")
        if self._takes("#"):
            length = len(self._values.get(self._name(), "").encode())
            return self._closed(str(length))
        name = self._name()
        value = self._values.get(name, "")
        if self._takes("}"):
            if name not in self._values:
                self.nothing.add(name)
            return value
        for sign in _DEFAULTS:
            if self._takes(sign):
                default = self._default(depth)
                if not value:
                    self.defaulted.add(name)
                return value or default
        return self._changed(value)

    def _changed(self, value: str) -> str:
        """``value`` with another case, a part of it, or with parts replaced."""
        for sign, change in _CASES.items():
            if self._takes(sign):
                return self._closed(change(value))
        if self._takes(":"):
            return self._part(value)
        if self._takes("/"):
            return self._replaced(value)
        if self._text[self._at : self._at + 1] in {"#", "%"}:
            raise SubstitutionError("`${var#pattern}` and `${var%pattern}` are forms that netverify does not know")
        raise SubstitutionError("a `${` has no `}` after the name of a variable")

    def _spent(self, value: str) -> str:
        self._limit -= len(value)
        if self._limit < 0:
            raise SubstitutionError("its variables make too long a text of it")
        return value

    def _name(self) -> str:
        start = self._at
        while self._at < len(self._text) and (self._text[self._at].isalnum() or self._text[self._at] == "_"):
            self._at += 1
        if start == self._at:
            raise SubstitutionError("a `${` is not followed by the name of a variable")
        return self._text[start : self._at]

    def _default(self, depth: int) -> str:
        """What stands up to the closing brace, variables in it replaced."""
        parts: list[str] = []
        while not self._takes("}"):
            if self._takes("${"):
                parts.append(self._spent(self._expression(depth + 1)))
                continue
            start = self._at
            while (
                self._at < len(self._text) and self._text[self._at] != "}" and not self._text.startswith("${", self._at)
            ):
                self._at += 1
            if start == self._at:
                raise SubstitutionError("a `${` has no `}`")
            parts.append(self._text[start : self._at])
        return "".join(parts)

    def _part(self, value: str) -> str:
        """``${var:offset}`` and ``${var:offset:length}``, in bytes."""
        found = re.compile(r"(-?\d{1,9})(?::(\d{1,9}))?\}").match(self._text, self._at)
        if found is None:
            raise SubstitutionError("`${var:` is followed neither by a default nor by numbers")
        self._at = found.end()
        data, offset = value.encode(), int(found[1])
        start = max(0, len(data) + offset) if offset < 0 else offset
        end = len(data) if found[2] is None else start + int(found[2])
        return data[start:end].decode("utf-8", "replace")

    def _replaced(self, value: str) -> str:
        """``${var/old/new}``, ``//`` for every place, ``/#`` at the start, ``/%`` at the end."""
        found = re.compile(r"([/#%]?)([^/}$\\]+)/([^}$\\]*)\}").match(self._text, self._at)
        if found is None:
            raise SubstitutionError("`${var/old/new}` holds what netverify does not know")
        self._at = found.end()
        where, old, new = found.groups()
        match where:
            case "/":
                return value.replace(old, new)
            case "#":
                return new + value[len(old) :] if value.startswith(old) else value
            case "%":
                return value.removesuffix(old) + new if value.endswith(old) else value
            case _:
                return value.replace(old, new, 1)

    def _closed(self, value: str) -> str:
        if not self._takes("}"):
            raise SubstitutionError("a `${` has no `}` where it should end")
        return value

    def _takes(self, sign: str) -> bool:
        if not self._text.startswith(sign, self._at):
            return False
        self._at += len(sign)
        return True
