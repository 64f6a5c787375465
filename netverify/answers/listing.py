"""The answers to ``who can reach …`` and ``what can … reach``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.answers.context import Context
from netverify.answers.doubts import (
    described,
    missing_pods,
    notes,
    objects_that_may,
    objects_that_relabel,
    unread_inputs,
)
from netverify.answers.explain import ShrinkMoves, explain
from netverify.answers.mesh import mesh_of_listing
from netverify.answers.possible import PossibleFound, possible_pods
from netverify.answers.reachability import answer, answer_found, gave_up, shrink_moves
from netverify.model.address_plan import AddressPlan
from netverify.model.addresses import Address, AddressRange, parse_cidr
from netverify.model.cluster import WorkloadKey, is_node
from netverify.model.flow import Direction, End, Endpoint, External, Flow, Pod
from netverify.model.intervals import Intervals
from netverify.model.nodes import nodes_at
from netverify.pairs.all_pairs import Connectivity
from netverify.pairs.bits import ones
from netverify.pairs.outcome import Bundle, MapEndpoint
from netverify.policy.mentions import Mentions, collect, collect_table
from netverify.policy.predicate import Choices, IsPod, IsWorkload
from netverify.policy.table import RuleTable
from netverify.query.outcome import Listed, Listing, Reason, Verdict, Witness
from netverify.query.question import Question, narrowed, without
from netverify.query.remarks import Remarks
from netverify.query.whereabouts import beside_policy
from netverify.symbolic.casting import PodScope
from netverify.symbolic.refinement import Found
from netverify.symbolic.search import Search
from netverify.symbolic.status import Status


def existing(question: Question, context: Context, closed: RuleTable) -> Iterator[Listed]:
    """Everyone at the open end who is in the manifests or outside, in the order of names, each with a flow of its own.

    ``closed`` are the policies of whoever may stand at the other end. Raises :class:`ReplayError` when the reference
    reading contradicts the all-pairs reading.
    """
    pairs = context.pairs.about(question)
    shown = {
        number: pair
        for number, pair in _pairs_shown(pairs, question.open_end).items()
        if any(is_pod(pairs.endpoints[end]) for end in pair)
    }
    explained = Explained(question, context, pairs)
    outside: dict[AddressRange, int] = {}
    intervals = _intervals(question, closed)
    for number in sorted(shown):
        endpoint = pairs.endpoints[number]
        if endpoint.workload is not None and is_node(endpoint.workload):
            yield from _node(endpoint.workload, question, context)
        elif endpoint.block is None:
            yield explained.listed(endpoint.id, *shown[number])
        else:
            first = Address(endpoint.block.family, endpoint.block.first)
            outside.setdefault(intervals.all[intervals.index_of(first)], number)
    for block, number in _joined(outside):
        yield replace(explained.listed(str(block), *shown[number]), addresses=block)


def _node(key: WorkloadKey, question: Question, context: Context) -> Iterator[Listed]:
    """The node ``key``, if it has a flow that policy decides: the solver tells, since that depends on both ends."""
    asked = narrowed(question, question.open_end, IsWorkload(question.open_end, key))
    found = answer(asked, context)
    if found.witness is not None:
        yield Listed(str(key), found.witness, found.because)


def is_pod(endpoint: MapEndpoint) -> bool:
    """Whether ``endpoint`` is a workload of pods. Without one at either end, a flow does not pass any policy."""
    return endpoint.workload is not None and not is_node(endpoint.workload)


def _pairs_shown(pairs: Connectivity, open_end: End) -> dict[int, tuple[int, int]]:
    """For everyone at ``open_end`` a pair to show: one of which a port is allowed in any case, where there is one."""
    sure, perhaps = _Shown(open_end), _Shown(open_end)
    for bundle in pairs.bundles():
        (sure if bundle.access.allowed else perhaps).add(bundle)
    with_itself = {one.source: (one.source, one.source) for one in pairs.replicas()}
    return {**with_itself, **perhaps.pairs, **sure.pairs}


class _Shown:
    """The first pair of everyone at the open end, by number, as bundles come."""

    def __init__(self, open_end: End) -> None:
        self._open_end = open_end
        self._seen: dict[int, int] = {}
        self.pairs: dict[int, tuple[int, int]] = {}

    def add(self, bundle: Bundle) -> None:
        """Show those of ``bundle`` at the open end who had no pair before."""
        at_source = self._open_end is End.SOURCE
        ours, theirs = (bundle.sources, bundle.destinations) if at_source else (bundle.destinations, bundle.sources)
        for members in ours.parts():
            seen = self._seen.get(members.block, 0)
            for bit in ones(members.bits & ~seen):
                number = members.numbers[bit]
                other = next((one for one in theirs if one != number), None)
                if other is not None:
                    self.pairs[number] = (number, other) if at_source else (other, number)
                    seen |= 1 << bit
            self._seen[members.block] = seen


def _intervals(question: Question, closed: RuleTable) -> Intervals:
    """The address ranges that the question, or a policy of its closed end, tells apart."""
    mentions = Mentions()
    collect(question.source, mentions)
    collect(question.destination, mentions)
    for tier in closed.every_tier():
        for rule in tier.rules:
            collect(rule.peer, mentions)
    return Intervals(mentions.ranges)


def _joined(outside: dict[AddressRange, int]) -> list[tuple[AddressRange, int]]:
    """The ranges with neighbours joined, each with the number of its first."""
    joined: list[tuple[AddressRange, int]] = []
    for block, number in outside.items():
        last = joined[-1][0] if joined else None
        if last is not None and last.family == block.family and last.last + 1 == block.first:
            joined[-1] = (AddressRange(block.family, last.first, block.last), joined[-1][1])
        else:
            joined.append((block, number))
    return joined


class Explained:
    """Replays and explains flows between pairs; what they may be changed to is found once for two namespaces."""

    def __init__(self, question: Question, context: Context, pairs: Connectivity) -> None:
        self._question = question
        self._context = context
        self._pairs = pairs
        self._moves: dict[tuple[str | None, str | None], ShrinkMoves] = {}
        self._cidrs = tuple(map(parse_cidr, context.settings.pod_cidrs))
        workloads = context.people.workloads
        self._nodes = nodes_at(context.people)
        self._known = sorted(address for workload in workloads for address in workload.known_addresses)

    def listed(self, text: str, source: int, destination: int) -> Listed:
        """``text`` with a flow from ``source`` to ``destination``, which there must be."""
        found = self._pairs.witness(source, destination)
        assert found is not None
        return Listed(text, *self.explained(*found))

    def explained(self, flow: Flow, behaviours: Choices) -> tuple[Witness, tuple[Reason, ...]]:
        """``flow``, which the question is about and policy allows under ``behaviours``, made small, and its trace."""
        replayed = self._context.pairs.replayer.replay(self._question, flow, behaviours)
        return explain(self._question, replayed, self._moves_of(flow))

    def _moves_of(self, flow: Flow) -> ShrinkMoves:
        source, destination = (None if isinstance(end := flow.at(at), External) else end.namespace for at in End)
        if (source, destination) not in self._moves:
            mentions = Mentions()
            for predicate in (self._question.source, self._question.destination, self._question.traffic):
                collect(predicate, mentions)
            for direction, namespace in ((Direction.EGRESS, source), (Direction.INGRESS, destination)):
                names = () if namespace is None else (namespace,)
                collect_table(self._context.policies.slice(direction, names), mentions)
            plan = AddressPlan(
                Intervals({*mentions.ranges, *self._nodes.ranges}), self._known, self._cidrs, self._nodes
            )
            self._moves[source, destination] = shrink_moves(self._context, mentions, plan)
        return self._moves[source, destination]


class DisagreementError(Exception):
    """The symbolic reading and the all-pairs reading contradict each other: a bug, never a finding."""


def listing(question: Question, context: Context) -> Listing:
    """Everyone at the open end: existing pods and external ranges by name, possible pods by selector.

    ``UNKNOWN`` when the solver gave up on anyone: the list may then lack possible pods. Raises
    :class:`DisagreementError` when the proof that there is nobody, or the flow that was found, contradicts the list.
    """
    question = without(question, *beside_policy(question.source, question.destination))
    found = _anyone(question, context.search)
    anyone = answer_found(question, context, found)
    closed = _closed_table(question, context)
    listed = tuple(existing(question, context, closed))
    _agree(question, found, listed)
    possible = possible_pods(question, question.open_end, context) if anyone.witness is not None else PossibleFound()
    doubts = (
        *unread_inputs(context.inventory),
        *described(objects_that_may("allow", context.inventory, None), "add to this list"),
        *described(objects_that_may("deny", context.inventory, None), "take from this list"),
        *described(objects_that_relabel(context.inventory, None), "change the labels of pods in this list"),
        *possible.undecided,
        *mesh_of_listing(question, context, found),
    )
    return Listing(
        question=question.text,
        verdict=Verdict.UNKNOWN if doubts and anyone.verdict is not Verdict.VACUOUS else anyone.verdict,
        existing=listed,
        possible=possible.descriptions,
        remarks=Remarks(
            doubts or anyone.unknown_because,
            anyone.assumptions,
            context.inventory.approximations,
            # Why nobody can be meant is what the answer about anyone says.
            anyone.notes
            if anyone.verdict is Verdict.VACUOUS
            else (*missing_pods(context.inventory), *notes(context.inventory.coverage)),
        ),
    )


def possible_at_open_end(question: Question, context: Context) -> PossibleFound:
    """The pods that could be created and are at the open end of ``question``, without those of the manifests."""
    question = without(question, *beside_policy(question.source, question.destination))
    found = _anyone(question, context.search)
    if found.status is Status.UNKNOWN:
        return PossibleFound(undecided=(gave_up(found),))
    return PossibleFound() if found.flow is None else possible_pods(question, question.open_end, context)


def _anyone(question: Question, search: Search) -> Found:
    """A flow that answers ``question``, or the proof that there is none.

    A flow from outside to outside is none: it does not pass the cluster, whose policies say nothing of it.
    """
    found = search.find(question)
    if found.flow is None or any(_is_pod(found.flow.at(end)) for end in End):
        return found
    closed_end = next(end for end in End if end is not question.open_end)
    to_pods = search.find(narrowed(question, closed_end, IsPod(closed_end)))
    if to_pods.status is not Status.UNSAT:
        return to_pods
    by_pods = search.find(narrowed(question, question.open_end, IsPod(question.open_end)))
    return replace(by_pods, obligations=(*to_pods.obligations, *by_pods.obligations))


def _is_pod(endpoint: Endpoint) -> bool:
    return isinstance(endpoint, Pod) and not endpoint.is_node


def _agree(question: Question, found: Found, listed: tuple[Listed, ...]) -> None:
    """Raise unless what the solver ``found`` about existing pods is what is ``listed``."""
    if (found.status is Status.UNSAT and listed) or (found.existing and not listed):
        raise DisagreementError(question.text)


def _closed_table(question: Question, context: Context) -> RuleTable:
    """The policies of whoever may stand at the closed end."""
    direction = Direction.INGRESS if question.open_end is End.SOURCE else Direction.EGRESS
    closed = question.destination if question.open_end is End.SOURCE else question.source
    places = context.search.casting.cast(closed, direction.subject, PodScope.POSSIBLE).places
    return context.policies.slice(direction, places)
