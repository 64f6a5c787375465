"""The answers to ``who can reach …`` and ``what can … reach``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.answers.assumptions import notes
from netverify.answers.context import Context
from netverify.answers.doubts import described, objects_that_may, unread_inputs
from netverify.answers.reachability import answer_found
from netverify.model.addresses import AddressRange
from netverify.model.flow import Direction, End
from netverify.queries.outcome import Answer, Listed, Listing, Verdict
from netverify.queries.question import Form, Question
from netverify.queries.wording import alternatives, peer_words
from netverify.rules.predicate import ALWAYS, AddressIn, All, IsPod, IsWorkload, Not, Predicate
from netverify.rules.table import RuleTable
from netverify.symbolic.casting import PodScope
from netverify.symbolic.status import Status
from netverify.symbolic.vocabulary import Intervals, Mentions, collect


def listing(question: Question, context: Context) -> Listing:
    """Everyone at the open end: existing pods and external ranges by name, possible pods by selector."""
    open_end = End.SOURCE if question.form is Form.WHO else End.DESTINATION
    anyone = answer_found(question, context, context.search.find(question))
    existing: tuple[Listed, ...] = ()
    possible: tuple[str, ...] = ()
    if anyone.witness is not None:
        existing = (*_workloads(question, open_end, context), *_outside(question, open_end, context))
        possible = tuple(dict.fromkeys(_possible(question, open_end, context)))
    doubts = (
        *unread_inputs(context.inventory),
        *described(objects_that_may("allow", context.inventory, None), "add to this list"),
        *described(objects_that_may("deny", context.inventory, None), "take from this list"),
    )
    return Listing(
        question=question.text,
        verdict=Verdict.UNKNOWN if doubts and anyone.verdict is not Verdict.VACUOUS else anyone.verdict,
        existing=existing,
        possible=possible,
        unknown_because=doubts or anyone.unknown_because,
        assumptions=anyone.assumptions,
        approximations=context.inventory.approximations,
        notes=notes(context.inventory.coverage),
    )


def _narrowed(question: Question, end: End, to: Predicate) -> Question:
    if end is End.SOURCE:
        return replace(question, source=All((to, question.source)))
    return replace(question, destination=All((to, question.destination)))


def _workloads(question: Question, open_end: End, context: Context) -> Iterator[Listed]:
    """The existing workloads at the open end, each with a flow of its own."""
    for workload in context.search.plausible(question, open_end):
        found = _existing(_narrowed(question, open_end, IsWorkload(open_end, workload.key)), context)
        if found is not None and found.witness is not None:
            yield Listed(str(workload.key), found.witness, found.because)


def _existing(question: Question, context: Context) -> Answer | None:
    """The answer about existing pods alone; None when there is no flow."""
    found = context.search.find_existing(question)
    return answer_found(question, context, found) if found.status is Status.SAT else None


def _outside(question: Question, open_end: End, context: Context) -> Iterator[Listed]:
    """The external ranges at the open end, neighbours with the same answer joined."""
    joined: list[tuple[AddressRange, Answer]] = []
    for interval in _intervals(question, open_end, context):
        asked = All((Not(IsPod(open_end)), AddressIn(open_end, (interval,))))
        found = _existing(_narrowed(question, open_end, asked), context)
        if found is None:
            continue
        last = joined[-1][0] if joined else None
        if last is not None and last.family == interval.family and last.last + 1 == interval.first:
            joined[-1] = (AddressRange(interval.family, last.first, interval.last), joined[-1][1])
        else:
            joined.append((interval, found))
    for interval, answer in joined:
        if answer.witness is not None:
            yield Listed(str(interval), answer.witness, answer.because)


def _intervals(question: Question, open_end: End, context: Context) -> tuple[AddressRange, ...]:
    """The address ranges that the question, or a policy of its closed end, tells apart."""
    mentions = Mentions()
    collect(question.source, mentions)
    collect(question.destination, mentions)
    for tier in _closed_table(question, open_end, context).tiers:
        for rule in tier.rules:
            collect(rule.peer, mentions)
    return Intervals(mentions.ranges).all


def _closed_table(question: Question, open_end: End, context: Context) -> RuleTable:
    """The policies of whoever may stand at the closed end."""
    direction = Direction.INGRESS if open_end is End.SOURCE else Direction.EGRESS
    closed = question.destination if open_end is End.SOURCE else question.source
    places = context.search.casting.cast(closed, direction.subject, PodScope.POSSIBLE).places
    return context.policies.slice(direction, places)


def _possible(question: Question, open_end: End, context: Context) -> Iterator[str]:
    """The possible pods at the open end: each peer that a rule of the closed end admits, then anyone else."""
    pods = _narrowed(question, open_end, IsPod(open_end))
    table = _closed_table(question, open_end, context)
    peers: list[Predicate] = []
    for tier in table.tiers:
        for rule in tier.rules:
            by_rule = _narrowed(pods, table.direction.subject, rule.subject)
            by_rule = replace(by_rule, traffic=All((rule.traffic, question.traffic)))
            for peer in alternatives(rule.peer):
                if peer in peers or peer == ALWAYS:
                    continue
                if _is_possible(_narrowed(by_rule, open_end, peer), open_end, context):
                    peers.append(peer)
                    yield peer_words(peer)
    others = All(tuple(map(Not, peers)))
    if _is_possible(_narrowed(pods, open_end, others), open_end, context):
        yield "any other pod" if peers else "any pod"


def _is_possible(question: Question, end: End, context: Context) -> bool:
    return context.search.find_created(question, end).status is Status.SAT
