"""All flows that policy allows of those that a question is about, in classes: each with one of them to show."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from netverify.answers.context import Context
from netverify.answers.derived import proof_of
from netverify.answers.reachability import answer_found
from netverify.gate.causes import Cause, cause_of
from netverify.intent.spec import World
from netverify.queries.derivation import Derived, all_of
from netverify.queries.outcome import Answer, Verdict
from netverify.queries.question import Question
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
    found: list[FlowClass] = []
    answers: list[Answer] = []
    ends = [_collect(piece, world, context, (answers, found)) for piece in context.search.pieces.of(question)]
    is_complete = all(status is Status.UNSAT for status, _ in ends)
    return Classes(tuple(found), is_complete, tuple(answers), all_of(question.text, [proof for _, proof in ends]))


def shown(question: Question, world: World, context: Context) -> Found:
    """A flow that ``question`` is about, with as many existing ends as can be."""
    search = context.search
    return search.find_another(question) if world is World.POSSIBLE else search.find_existing(question)


def _collect(
    piece: Question, world: World, context: Context, into: tuple[list[Answer], list[FlowClass]]
) -> tuple[Status, Derived]:
    """Every class of flows that ``piece`` is about; ``UNSAT`` iff there are no others, with the proof."""
    answers, classes = into
    while len(classes) < MOST_CLASSES:
        found = shown(piece, world, context)
        if found.flow is None:
            return found.status, proof_of(piece, found, context)
        answer = answer_found(piece, context, found)
        answers.append(answer)
        if answer.verdict is not Verdict.REACHABLE:
            return Status.UNKNOWN, None
        cause = cause_of(found.flow, found.behaviours, context)
        classes.append(FlowClass(answer, cause))
        piece = replace(piece, beside=(*piece.beside, cause.flows))
    return Status.SAT, None
