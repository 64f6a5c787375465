"""The answer to a question whose source is pods and addresses outside: each on every way that it can take."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from netverify.answers.blocks import parts_of
from netverify.answers.planned import PlannedLeg, routes_to
from netverify.answers.route_verdicts import unique
from netverify.answers.routed import Router
from netverify.answers.verdict import of_any
from netverify.model.flow import End
from netverify.queries.derivation import all_of
from netverify.queries.outcome import Answer, Scope, Verdict
from netverify.queries.question import Question, narrowed
from netverify.queries.remarks import remarks_of
from netverify.queries.whereabouts import is_outside
from netverify.reference.clients import may_be_client


def answer_of_anyone(question: Question, router: Router) -> Answer:
    """The answer to ``question`` about everybody at its source.

    Where it calls a Service, it is about the endpoints on their own ports: by whichever way these are reached.
    """
    if question.services:
        return _together([answer_of_anyone(one, router) for one in parts_of(question)])
    question = router.names.followed(question)
    if question.called is None:
        return _together(list(_answers(PlannedLeg(question), router)))
    planned = [leg for route in routes_to(question, question.called, router.context) for leg in route.legs]
    if not planned:
        return router.answer(question)
    return _together([answer for leg in planned for answer in _answers(leg, router)])


def _answers(leg: PlannedLeg, router: Router) -> Iterator[Answer]:
    """What pods and addresses do without ways in from outside, and by these."""
    found = router.answer_about(leg)
    yield found
    outside = narrowed(leg.question, End.SOURCE, is_outside(End.SOURCE))
    is_settled = found.verdict is Verdict.REACHABLE and found.scope is Scope.EXISTING
    if not is_settled and may_be_client(outside.source):
        yield router.answer(replace(outside, from_outside=True))


def _together(answers: Sequence[Answer]) -> Answer:
    """The one of ``answers`` that decides; of several proofs one with what all of them take as given."""
    verdict = of_any([one.verdict for one in answers])
    deciding = [one for one in answers if one.verdict is verdict]
    if verdict is not Verdict.UNREACHABLE:
        return min(deciding, key=lambda one: one.scope is Scope.POSSIBLE)
    return replace(
        deciding[0],
        because=unique(reason for one in deciding for reason in one.because),
        remarks=remarks_of(deciding),
        smt2=unique(goal for one in answers for goal in one.smt2),
        derivation=all_of(deciding[0].question, [one.derivation for one in answers]),
    )
