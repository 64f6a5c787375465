"""Quoted glob patterns: ``*`` and ``?`` stay within a name, ``**`` goes into folders."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Final

from netverify.patterns import pattern

_MAGIC: Final = pattern(r"[*?\[]")


def has_magic(argument: str) -> bool:
    """Whether ``argument`` is a pattern rather than a path."""
    return _MAGIC.search(argument) is not None


class Pattern:
    """A pattern; ``base`` is the folder that everything it can match lies in."""

    def __init__(self, text: str) -> None:
        parts = os.path.normpath(text).split("/")
        fixed = next(index for index, part in enumerate(parts) if has_magic(part))
        self.base = "/".join(parts[:fixed]) or ("/" if text.startswith("/") else ".")
        self._pattern = re.compile("/".join(map(_expression, parts[fixed:])).replace("**/", "(?:[^/]+/)*") + r"\Z")

    def matches(self, path: Path) -> bool:
        """Whether the file at ``path``, found below ``base``, matches."""
        below = os.path.relpath(path, self.base)
        return self._pattern.match(below) is not None


def _expression(part: str) -> str:
    """A regular expression for one name; ``**`` stays as it is."""
    if part == "**":
        return part
    out = ""
    rest = part
    while rest:
        head, rest = rest[0], rest[1:]
        if head == "*":
            out += "[^/]*"
        elif head == "?":
            out += "[^/]"
        elif head == "[" and (end := rest.find("]", 1)) > 0:
            chosen, rest = rest[:end], rest[end + 1 :]
            negated = chosen[0] in "!^"
            out += (
                f"[{'^' if negated else ''}{re.escape(chosen[1:] if negated else chosen).replace(chr(92) + '-', '-')}]"
            )
        else:
            out += re.escape(head)
    return out
