"""Answers put together of several: about everybody at the source, and about addresses of which some are a Service's."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from netverify.answers.listed_ways import routed_listing
from netverify.answers.route_verdicts import needs, unique
from netverify.answers.routed import Router
from netverify.answers.verdict import of_any
from netverify.model.flow import End
from netverify.policy.clients import may_be_client
from netverify.query.called import selected_pods
from netverify.query.derivation import all_of
from netverify.query.outcome import Answer, Listed, Listing, Scope, Verdict
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Question, narrowed
from netverify.query.remarks import Remarks, remarks_of
from netverify.query.whereabouts import is_outside
from netverify.routes.planned import PlannedLeg, routes_to


def answer_block(question: Question, router: Router) -> Answer:
    """Whether any of the addresses is reached, be it as those of a Service or as the addresses that they are.

    Of a workload and its Service: whether the workload's pods are reached, directly or through the Service.
    """
    answers = [router.answer(one) for one in parts_of(question)]
    about = [one for one in answers if one.verdict is not Verdict.VACUOUS] or answers
    verdict = of_any([one.verdict for one in about])
    of_it = [one for one in about if one.verdict is verdict]
    best = min(of_it, key=_conditions)
    each = _each_way(question, answers)
    noted = _note_on(each)
    if verdict is Verdict.REACHABLE:
        goals = unique(goal for one in answers for goal in one.smt2)
        return replace(best, smt2=goals, each_way=each, remarks=remarks_of((best, noted)))
    return replace(
        best,
        each_way=each,
        because=unique(reason for one in of_it for reason in one.because),
        remarks=remarks_of((*of_it, noted)),
        smt2=unique(goal for one in answers for goal in one.smt2),
        derivation=all_of(question.text, [one.derivation for one in answers]),
        routes=tuple(route for one in of_it for route in one.routes),
    )


def _each_way(question: Question, answers: Sequence[Answer]) -> tuple[Verdict, ...]:
    """What holds of each way of reading a port that is one of a Service and one of the pods behind it."""
    if question.traffic == EVERY_TRAFFIC or not any(one.only for one in question.services):
        return ()
    return tuple(one.verdict for one in answers)


def _note_on(each: tuple[Verdict, ...]) -> Remarks:
    """What holds of ``each`` way, where that differs."""
    if len(set(each)) < 2:
        return Remarks()
    own, through = each
    return Remarks(notes=(f"through the Service: {through}; on that port of the pods themselves: {own}",))


def _conditions(answer: Answer) -> tuple[bool, int, bool]:
    """How much must hold for what ``answer`` found; what a name leads to goes before what it is."""
    needed = len(needs(answer.route)) if answer.route is not None else 0
    return (answer.scope is Scope.POSSIBLE, needed, not answer.route)


def list_block(question: Question, direct: Listing, router: Router) -> Listing:
    """Everyone who can reach any of the addresses; ``direct`` are those who reach one that is no Service's."""
    listings = [direct, *(routed_listing(one, router) for one in _services(question))]
    about = [one for one in listings if one.verdict is not Verdict.VACUOUS] or listings
    listed: dict[str, Listed] = {}
    for each in about:
        for one in each.existing:
            listed.setdefault(one.text, one)
    verdicts = [one.verdict for one in about]
    return replace(
        direct,
        verdict=Verdict.UNKNOWN if Verdict.UNKNOWN in verdicts else of_any(verdicts),
        existing=tuple(listed.values()),
        possible=unique(text for one in about for text in one.possible),
        remarks=replace(remarks_of(about), approximations=direct.approximations),
    )


def parts_of(question: Question) -> Iterator[Question]:
    """``question`` about the addresses as they are, then about each Service."""
    yield without_services(question)
    yield from _services(question)


def without_services(question: Question) -> Question:
    """``question`` about the addresses that are no Service's."""
    return replace(question, services=())


def _services(question: Question) -> Iterator[Question]:
    for called in question.services:
        assert called.service is not None
        there = question.destination if called.only else selected_pods(called.service, End.DESTINATION)
        yield replace(without_services(question), called=called, destination=there)


def answer_of_anyone(question: Question, router: Router) -> Answer:
    """The answer to ``question`` about everybody at its source.

    Where it calls a Service, it is about the endpoints on their own ports: by whichever way these are reached.
    """
    if question.services:
        return _together([answer_of_anyone(one, router) for one in parts_of(question)])
    question = router.names.followed(question)
    if question.called is None:
        return _together(list(_answers(PlannedLeg(question), router)))
    planned = [leg for route in routes_to(question, question.called, router.context.planning) for leg in route.legs]
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
