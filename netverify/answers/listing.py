"""The answers to ``who can reach …`` and ``what can … reach``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.answers.context import Context
from netverify.answers.doubts import described, notes, objects_that_may, unread_inputs
from netverify.answers.reachability import answer_found, gave_up
from netverify.model.addresses import AddressRange
from netverify.model.flow import Direction, End
from netverify.model.intervals import Intervals
from netverify.queries.outcome import Answer, Listed, Listing, Verdict
from netverify.queries.question import Form, Question
from netverify.queries.wording import alternatives, peer_words
from netverify.rules.mentions import Mentions, collect
from netverify.rules.predicate import ALWAYS, AddressIn, All, IsPod, IsWorkload, Not, Predicate
from netverify.rules.table import RuleTable
from netverify.symbolic.casting import PodScope
from netverify.symbolic.search import Found
from netverify.symbolic.status import Status


def listing(question: Question, context: Context) -> Listing:
    """Everyone at the open end: existing pods and external ranges by name, possible pods by selector.

    ``UNKNOWN`` when the solver gave up on anyone: the list may then lack them.
    """
    anyone = answer_found(question, context, context.search.find(question))
    survey = _Survey(question, context)
    existing: tuple[Listed, ...] = ()
    possible: tuple[str, ...] = ()
    if anyone.witness is not None:
        existing = (*survey.workloads(), *survey.outside())
        possible = tuple(dict.fromkeys(survey.possible()))
    doubts = (
        *unread_inputs(context.inventory),
        *described(objects_that_may("allow", context.inventory, None), "add to this list"),
        *described(objects_that_may("deny", context.inventory, None), "take from this list"),
        *dict.fromkeys(survey.undecided),
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


class _Survey:
    """Goes through everyone who may stand at the open end; ``undecided`` says where the solver gave up."""

    def __init__(self, question: Question, context: Context) -> None:
        self._question = question
        self._context = context
        self._open_end = End.SOURCE if question.form is Form.WHO else End.DESTINATION
        self._closed_table = _closed_table(question, self._open_end, context)
        self.undecided: list[str] = []

    def workloads(self) -> Iterator[Listed]:
        """The existing workloads at the open end, each with a flow of its own."""
        for workload in self._context.search.plausible(self._question, self._open_end):
            found = self._existing(IsWorkload(self._open_end, workload.key))
            if found is not None and found.witness is not None:
                yield Listed(str(workload.key), found.witness, found.because)

    def outside(self) -> Iterator[Listed]:
        """The external ranges at the open end, neighbours with the same answer joined."""
        joined: list[tuple[AddressRange, Answer]] = []
        for interval in self._intervals():
            found = self._existing(All((Not(IsPod(self._open_end)), AddressIn(self._open_end, (interval,)))))
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

    def possible(self) -> Iterator[str]:
        """The possible pods at the open end: each peer that a rule of the closed end admits, then anyone else."""
        pods = _narrowed(self._question, self._open_end, IsPod(self._open_end))
        peers: list[Predicate] = []
        for tier in self._closed_table.tiers:
            for rule in tier.rules:
                by_rule = _narrowed(pods, self._closed_table.direction.subject, rule.subject)
                by_rule = replace(by_rule, traffic=All((rule.traffic, self._question.traffic)))
                for peer in alternatives(rule.peer):
                    if peer in peers or peer == ALWAYS:
                        continue
                    if self._may_be_created(_narrowed(by_rule, self._open_end, peer)):
                        peers.append(peer)
                        yield peer_words(peer)
        others = All(tuple(map(Not, peers)))
        if self._may_be_created(_narrowed(pods, self._open_end, others)):
            yield "any other pod" if peers else "any pod"

    def _intervals(self) -> tuple[AddressRange, ...]:
        """The address ranges that the question, or a policy of its closed end, tells apart."""
        mentions = Mentions()
        collect(self._question.source, mentions)
        collect(self._question.destination, mentions)
        for tier in self._closed_table.tiers:
            for rule in tier.rules:
                collect(rule.peer, mentions)
        return Intervals(mentions.ranges).all

    def _existing(self, who: Predicate) -> Answer | None:
        """The answer about existing pods that are ``who`` at the open end; None when there is no flow."""
        narrowed = _narrowed(self._question, self._open_end, who)
        found = self._decided(self._context.search.find_existing(narrowed))
        return answer_found(narrowed, self._context, found) if found.status is Status.SAT else None

    def _may_be_created(self, narrowed: Question) -> bool:
        """Whether a pod that is not in the manifests can stand at the open end of ``narrowed``."""
        return self._decided(self._context.search.find_created(narrowed, self._open_end)).status is Status.SAT

    def _decided(self, found: Found) -> Found:
        if found.status is Status.UNKNOWN:
            self.undecided.append(gave_up(found))
        return found


def _closed_table(question: Question, open_end: End, context: Context) -> RuleTable:
    """The policies of whoever may stand at the closed end."""
    direction = Direction.INGRESS if open_end is End.SOURCE else Direction.EGRESS
    closed = question.destination if open_end is End.SOURCE else question.source
    places = context.search.casting.cast(closed, direction.subject, PodScope.POSSIBLE).places
    return context.policies.slice(direction, places)
