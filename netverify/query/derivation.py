"""Derivations: from which solved texts a proof follows, and by which rules."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import TypeAlias

from netverify.records import dataclass

SolvedText: TypeAlias = tuple[str, str]
"""The text of a goal, and what the solver said: ``sat``, ``unsat`` or ``unknown``."""


class Rule(StrEnum):
    """How a step follows. ``docs/evidence.md`` defines each for people who check a proof without this program."""

    GOAL = "goal"
    NOBODY = "nobody"
    ALL_OF = "all-of"
    CLOSED_ROUTE = "closed-route"
    NO_ROUTE = "no-route"
    ONE_POD = "one-pod"
    ALL_EXEMPT = "all-exempt"
    SAME_TEXT = "same-text"
    ALL_PAIRS = "all-pairs"
    SAME_ROUTES = "same-routes"
    WITNESS = "witness"


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a proof: ``says`` in words what is shown, ``of`` are the steps that it follows from.

    ``goal`` is the text that shows it, if the rule is ``GOAL`` or ``WITNESS``. ``premises`` is the same text without
    policies: that it is satisfiable shows that there are such flows at all, allowed or not.
    """

    rule: Rule
    says: str
    of: tuple[Step, ...] = ()
    goal: SolvedText | None = None
    premises: SolvedText | None = None


Derived: TypeAlias = Step | None
"""A step; None where nothing was proved, or texts were not to be kept."""


def all_of(says: str, parts: Iterable[Derived]) -> Derived:
    """That all of ``parts`` hold; None without any, and where one of them is None. One part alone stands for itself."""
    steps: dict[int, Step] = {}
    for part in parts:
        if part is None:
            return None
        steps.setdefault(id(part), part)  # connections that several routes share are judged once
    once = tuple(steps.values())
    if len(once) <= 1:
        return once[0] if once else None
    return Step(Rule.ALL_OF, says, once)


def texts_of(step: Derived) -> Iterable[SolvedText]:
    """The texts that ``step`` follows from, in their order."""
    if step is None:
        return
    yield from (text for text in (step.goal, step.premises) if text is not None)
    for part in step.of:
        yield from texts_of(part)


@dataclass(frozen=True, slots=True)
class GoalFile:
    """A text as a file: ``digest`` is that of its bytes, ``answer`` what the solver said."""

    name: str
    digest: str
    answer: str


@dataclass(frozen=True, slots=True)
class EvidenceDigests:
    """The digests of ``goals.json``, of all inputs, and of the options that change what is proved."""

    document: str
    inputs: str
    options: str
