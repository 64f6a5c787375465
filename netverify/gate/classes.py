"""All flows that policy allows of those that a question is about, in classes: each with one of them to show."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from netverify.answers.classes import every_class
from netverify.answers.context import Context
from netverify.answers.derived import proof_of
from netverify.answers.reachability import answer_found
from netverify.gate.causes import Cause, cause_of
from netverify.intent.spec import World
from netverify.queries.derivation import Derived, all_of
from netverify.queries.outcome import Answer, Verdict
from netverify.queries.question import Question, without
from netverify.symbolic.refinement import Found
from netverify.symbolic.status import Status

MOST_CLASSES: Final = 500
"""So many classes of flows are looked for; with more, the result says that there are others."""


@dataclass(frozen=True, slots=True)
class FlowClass:
    """The flows of ``cause``, of which the witness of ``answer`` is one."""

    answer: Answer
    cause: Cause


@dataclass(frozen=True, slots=True)
class Classes:
    """What was found: ``classes`` hold every flow iff ``is_complete``. ``answers`` are those to all questions.

    ``derivation`` is the proof that they hold every flow, if texts are kept.
    """

    classes: tuple[FlowClass, ...]
    is_complete: bool
    answers: tuple[Answer, ...]
    derivation: Derived = None


def classes_of(question: Question, world: World, context: Context) -> Classes:
    """The classes of the flows that ``question`` is about, among the pods of ``world``."""
    classes: list[FlowClass] = []
    answers: list[Answer] = []

    def left_of(asked: Question, found: Found) -> Question | None:
        if found.flow is None or len(classes) >= MOST_CLASSES:
            return None
        answers.append(answer_found(asked, context, found))
        if answers[-1].verdict is not Verdict.REACHABLE:
            return None
        cause = cause_of(found.flow, found.behaviours, context)
        classes.append(FlowClass(answers[-1], cause))
        return without(asked, cause.flows)

    pieces = context.search.pieces.of(question)
    ends = [every_class(piece, lambda asked: shown(asked, world, context), left_of) for piece in pieces]
    is_complete = all(found.status is Status.UNSAT for found, _ in ends)
    proof = all_of(question.text, [proof_of(asked, found, context) for found, asked in ends])
    return Classes(tuple(classes), is_complete, tuple(answers), proof)


def shown(question: Question, world: World, context: Context) -> Found:
    """A flow that ``question`` is about, with as many existing ends as can be."""
    search = context.search
    return search.find_another(question) if world is World.POSSIBLE else search.find_existing(question)
