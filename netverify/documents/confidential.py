"""Which text of an input may hold a secret, so that nothing quotes it.

Errs on the side of silence: where a syntax error keeps one from telling documents apart, what stands anywhere in a file
counts. What a document is called and of which kind it is may always be said.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Final

from netverify.patterns import pattern

_SECRET: Final = pattern(r"secret(generator)?", re.IGNORECASE)
_KIND_BEFORE: Final = pattern(r"""kind["']?\s{0,4}[:=][^\n]{0,20}\n?[^\n\w]{0,20}\w{0,40}\Z""", re.IGNORECASE)
_WINDOW: Final = 90
_NAME: Final = (
    r"(?:pass(?:word|wd|phrase|code)|pwd|secret|token|credential|authorization|bearer|cookie|dsn"
    r"|(?:api|access|private|encryption|signing|master|account|shared|license)[-_.]?key|connection[-_.]?string)"
)
_KEY: Final = pattern(_NAME + r"""[\w.\-\[\]]{0,64}\s{0,8}["']?\s{0,8}[:=]""", re.IGNORECASE)
_NAMED: Final = pattern(rf"""name["']?\s{{0,8}}:\s{{0,8}}["']?[\w.\-]{{0,64}}{_NAME}""", re.IGNORECASE)
_WORD: Final = pattern(_NAME, re.IGNORECASE)
_SEPARATOR: Final = pattern(r"---(?:\s|\Z)")
_PLAIN: Final = pattern(
    r"""(?:---.*|\.\.\.|\s*#?\s*|apiVersion:.*|kind:.*|metadata:\s*|type:.*|  (?:name|namespace):.*)"""
)
_QUOTED: Final = pattern(r"`.*`", re.DOTALL)


def holds_secrets(text: str) -> bool:
    """Whether any document in ``text`` is of a kind that holds secrets, or has a field that is called like one."""
    return _has_kind(text) or _KEY.search(text) is not None or _NAMED.search(text) is not None


def _has_kind(text: str) -> bool:
    """Whether a word that ends in ``Secret`` is the value of a ``kind``."""
    for found in _SECRET.finditer(text):
        before = text[max(0, found.start() - _WINDOW) : found.start()]
        if found.group(1) or ("kind" in before.lower() and _KIND_BEFORE.search(before)):
            return True
    return False


def mentions_secrets(text: str) -> bool:
    """Whether ``text``, which is no manifest, speaks of secrets at all."""
    return _WORD.search(text) is not None


def confidential_lines(lines: Sequence[str]) -> frozenset[int]:
    """Which lines (from 0) of a file that could be read may hold a secret, each document by itself.

    In a document of a kind that holds secrets it is every line; elsewhere a field that is called like one, with all
    that is nested below it, and the value beside such a name.
    """
    starts = [number for number, line in enumerate(lines) if number == 0 or _separates(line)]
    return frozenset(one for first, last in pairwise((*starts, len(lines))) for one in _of_document(lines, first, last))


def confidential_around(lines: Sequence[str], number: int) -> tuple[range, frozenset[int]]:
    """The lines of the document that line ``number`` is in, and which of them may hold a secret."""
    first = next((one for one in range(number, 0, -1) if _separates(lines[one])), 0)
    last = next((one for one in range(max(number, first) + 1, len(lines)) if _separates(lines[one])), len(lines))
    return range(first, last), frozenset(_of_document(lines, first, last))


def _separates(line: str) -> bool:
    return line.startswith("---") and _SEPARATOR.match(line) is not None


def _of_document(lines: Sequence[str], first: int, last: int) -> Iterable[int]:
    """The confidential lines of a document, which has those from ``first`` on, before ``last``."""
    text = "\n".join(lines[first:last])
    if _has_kind(text):
        return range(first, last)
    return _fields(lines, first, last) if _WORD.search(text) else ()


def _fields(lines: Sequence[str], first: int, last: int) -> Iterator[int]:
    depth: int | None = None  # of the field, called like a secret, that we are below
    for number in range(first, last):
        line = lines[number]
        here = len(line) - len(line.lstrip(" -"))
        if depth is not None and line.strip() and here <= depth:
            depth = None
        if depth is None and _KEY.search(line):
            depth = here
        if depth is not None:
            yield number
        if _NAMED.search(line):
            yield from range(max(first, number - 1), min(last, number + 2))


def secret_texts(lines: Sequence[str]) -> frozenset[str]:
    """The confidential lines of a file, without those that only say what a document is."""
    return frozenset(lines[one] for one in confidential_lines(lines) if not _PLAIN.fullmatch(lines[one]))


def without_quotes(message: str) -> str:
    """``message`` without the text of the input that it quotes."""
    return _QUOTED.sub("(not shown: it may be a secret)", message)


def shown_arguments(arguments: Sequence[str]) -> tuple[str, ...]:
    """The arguments of a command as reports may hold them: without values that are called like secrets."""
    return tuple(
        f"{argument[: found.end()]}***" if (found := _KEY.search(argument)) is not None else argument
        for argument in arguments
    )
