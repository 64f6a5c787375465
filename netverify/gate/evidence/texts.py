"""Texts of goals as files: each with a name that says what it is for, a head that says what it was made from."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import field

from netverify.gate.evidence.inputs import digest_of
from netverify.query.derivation import GoalFile, SolvedText
from netverify.records import dataclass

_LONGEST = 70
"""So many characters of an assertion's id, and of what a goal is about, are in a name."""


@dataclass(slots=True)
class GoalFiles:
    """The files of one run. A text that several assertions need is one file, named after the first of them.

    ``head`` are comment lines that every text begins with.
    """

    head: tuple[str, ...]
    texts: dict[str, str] = field(default_factory=dict)
    _known: dict[SolvedText, GoalFile] = field(default_factory=dict)
    _taken: set[str] = field(default_factory=set)

    def add(self, goal: SolvedText, owner: str) -> GoalFile:
        """The file of ``goal``, which ``owner`` needs."""
        known = self._known.get(goal)
        if known is not None:
            return known
        text, answer = goal
        whole = "\n".join((*(f"; {line}" for line in self.head), text))
        name = next(one for one in _names(owner, text, answer) if one not in self._taken)
        self._taken.add(name)
        self.texts[name] = whole
        made = self._known[goal] = GoalFile(name, digest_of(whole.encode()), answer)
        return made


def _names(owner: str, text: str, answer: str) -> Iterator[str]:
    number = 0
    while True:
        number += 1
        yield f"{_slug(owner)}.{number:03}.{_slug(subject_of(text).partition(': ')[2])}.{answer}.smt2"


def subject_of(text: str) -> str:
    """What a text is about, in words: its first comment, after what it is unsatisfiable for."""
    return text.partition("\n")[0].removeprefix(";").partition(" iff ")[2]


def _slug(text: str) -> str:
    """``text`` in small letters, digits and hyphens: names that differ, differ on every file system."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower())[:_LONGEST].strip("-") or "goal"
