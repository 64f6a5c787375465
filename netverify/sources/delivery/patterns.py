"""Patterns for paths as Argo CD reads them, matched in time that grows with the length of pattern and path alone."""

from __future__ import annotations

import re
from collections.abc import Set as AbstractSet
from typing import Final

from netverify.documents.refusal import shown
from netverify.patterns import pattern
from netverify.records import dataclass

_WORD: Final = pattern(r"\*+|\[!?[^\]]+\]|\\.|.", re.DOTALL)
_ALTERNATIVES: Final = pattern(r"\{([^{}]*)\}")
_MOST: Final = 64
_LONGEST: Final = 1000


class PatternError(Exception):
    """A pattern that netverify does not read; the message says which."""


@dataclass(frozen=True, slots=True)
class PathPattern:
    """Alternatives, each a sequence of words; with ``crossing``, ``*`` and ``?`` match ``/`` too."""

    alternatives: tuple[tuple[str, ...], ...]
    crossing: bool

    def matches(self, path: str) -> bool:
        """Whether all of ``path`` is as the pattern says."""
        return any(self._is_matched(words, path) for words in self.alternatives)

    def _is_matched(self, words: tuple[str, ...], path: str) -> bool:
        reached = _beyond_stars({0}, words)
        for sign in path:
            after = set()
            for at in reached:
                if at < len(words) and self._takes(words[at], sign):
                    after.add(at if words[at][0] == "*" else at + 1)
            reached = _beyond_stars(after, words)
        return len(words) in reached

    def _takes(self, word: str, sign: str) -> bool:
        if word in {"*", "?"}:
            return self.crossing or sign != "/"
        if word[0] == "*":
            return True
        if word[0] == "[" and len(word) > 1:
            return _is_in(word, sign)
        return word[-1] == sign


def path_pattern(text: str, *, crossing: bool) -> PathPattern:
    """The pattern ``text``; unless ``crossing``, ``**/`` also stands for no folder at all.

    Raises :class:`PatternError` for one that is too long or has too many alternatives.
    """
    if len(text) > _LONGEST:
        raise PatternError(f"the pattern {shown(text)} is too long")
    pending = [text if crossing else text.replace("**/", "{,**/}")]
    whole: list[tuple[str, ...]] = []
    while pending:
        one = pending.pop()
        if (found := _ALTERNATIVES.search(one)) is None:
            whole.append(tuple(_WORD.findall(one)))
            continue
        pending += [one[: found.start()] + part + one[found.end() :] for part in found[1].split(",")]
        if len(pending) + len(whole) > _MOST:
            raise PatternError(f"the pattern {shown(text)} has too many alternatives")
    return PathPattern(tuple(whole), crossing)


def _beyond_stars(places: AbstractSet[int], words: tuple[str, ...]) -> set[int]:
    """``places`` and those that are reached from them by stars that stand for nothing."""
    reached = set()
    for place in places:
        at = place
        reached.add(at)
        while at < len(words) and words[at][0] == "*":
            at += 1
            reached.add(at)
    return reached


def _is_in(word: str, sign: str) -> bool:
    negated = word[1] == "!"
    chosen = word[2:-1] if negated else word[1:-1]
    found = False
    at = 0
    while at < len(chosen):
        if chosen[at + 1 : at + 2] == "-" and at + 2 < len(chosen):
            found = found or chosen[at] <= sign <= chosen[at + 2]
            at += 3
        else:
            found = found or chosen[at] == sign
            at += 1
    return found != negated
