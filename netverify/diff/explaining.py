"""One difference explained: replayed on both sides, made small, traced, and generalised."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from netverify.answers.doubts import described, objects_that_may
from netverify.answers.explain import ShrinkMoves, address_matters, port_matters, reason_of, shrink
from netverify.answers.inexact import inexact, without_approximations
from netverify.answers.needed import needed_behaviours
from netverify.answers.replay import Behaviours, ReplayError, relevant_tables
from netverify.diff.generalising import Deciding, Region, everything, region
from netverify.diff.outcome import Change
from netverify.diff.sides import Facts, Translation
from netverify.model.address_plan import AddressPlan, Holder
from netverify.model.cluster import ContainerPort
from netverify.model.flow import Direction, End, Endpoint, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL, selector_of
from netverify.model.traffic import MAX_PORT, Protocol
from netverify.policy.evaluate import allows, matches
from netverify.policy.mentions import Mentions
from netverify.policy.predicate import ALWAYS, Choice, Decided, Predicate
from netverify.policy.table import PolicySet, Selection
from netverify.policy.trace import trace
from netverify.query.outcome import Witness
from netverify.query.selector_grammar import selector_text
from netverify.query.traffic_text import traffic_text
from netverify.query.wording import peer_words, traffic_words
from netverify.records import dataclass
from netverify.sources.coverage import Inventory
from netverify.symbolic.obligations import Obligation
from netverify.symbolic.refinement import Found


@dataclass(frozen=True, slots=True)
class Explained:
    """A change, and the region of flows that it stands for, as the allowing side sees them."""

    change: Change
    covered: Predicate


class Explainer:
    """Explains what ``allowing`` allows and ``denying`` does not; ``inventories`` in the same order."""

    def __init__(self, allowing: Facts, denying: Facts, inventories: tuple[Inventory, Inventory]) -> None:
        self._allowing = allowing
        self._denying = denying
        self._inventories = inventories

    def explained(self, found: Found, covered: Sequence[Predicate]) -> Explained:
        """The change that ``found`` shows, by a witness for which none of ``covered`` holds.

        Raises ``ReplayError`` when the reference reading contradicts it.
        """
        assert found.flow is not None
        assert found.refused is not None
        assert found.goal is not None
        translation = Translation(
            found.flow, found.refused, self._allowing.cluster.namespaces, self._denying.cluster.namespaces
        )

        def differs(candidate: Flow, behaviours: Behaviours) -> bool:
            told = any(matches(region, candidate, behaviours) for region in covered)
            return not told and self._differs(candidate, translation, behaviours)

        def accepts(candidate: Flow) -> bool:
            return differs(candidate, found.behaviours)

        if not accepts(found.flow):
            raise ReplayError(found.goal.text)
        mentions, plan = found.goal.mentions, found.goal.plan
        free: tuple[Choice, ...] = (*found.goal.free_behaviours, *sorted(mentions.unspecified))
        moves = self._moves(mentions, plan, free)
        small = _anywhere(shrink(found.flow, accepts, moves), accepts, mentions, plan)
        needed = needed_behaviours(lambda others: differs(small, others), found.behaviours, free)
        shown = Decided(found.behaviours, {one: False for one in free if one not in needed})
        shown = shown if differs(small, shown) else Decided(found.behaviours)
        witness = Witness(
            small,
            needed,
            source_address_matters=address_matters(small, End.SOURCE, accepts, moves),
            destination_address_matters=address_matters(small, End.DESTINATION, accepts, moves),
            port_matters=port_matters(ALWAYS, small, accepts, moves),
        )
        return self._described(witness, translation, shown, found.goal, lambda one: differs(one, shown))

    def _described(
        self,
        witness: Witness,
        translation: Translation,
        shown: Behaviours,
        goal: Obligation,
        accepts: Callable[[Flow], bool],
    ) -> Explained:
        flow, other = witness.flow, translation.of(witness.flow)
        ours, theirs = relevant_tables(self._allowing.policies, flow), relevant_tables(self._denying.policies, other)
        both = (Direction.EGRESS, Direction.INGRESS)
        allowed = {one: trace(ours.tables[one], flow, shown) for one in both}
        refused = {one: trace(theirs.tables[one], other, shown) for one in both}
        deciding = [
            Deciding(
                allowed[one],
                refused[one],
                tuple(selection.subject for selection in _selections(ours, one)),
                tuple(self._relabelled(one, flow, other, shown)),
            )
            for one in both
            if not refused[one].allowed
        ]
        found = region(flow, deciding, accepts, shown, goal.mentions, goal.plan)
        coarse = inexact(witness)
        change = Change(
            _words(found.source, flow, End.SOURCE),
            _words(found.destination, flow, End.DESTINATION),
            _traffic(found),
            found.causes,
            without_approximations(witness),
            tuple(reason_of(allowed[one], flow, shown) for one in both),
            tuple(reason_of(refused[one], other, shown) for one in both),
            other,
            tuple(dict.fromkeys(self._provided(flow, other))),
            (*self._doubts(flow), *coarse.doubts),
            tuple(_unnamed(flow, goal.mentions, accepts)),
            approximations=coarse.approximations,
        )
        return Explained(change, found.predicate)

    def _provided(self, flow: Flow, other: Flow) -> Iterator[str]:
        """The labels that ``other`` gives to namespaces which only the allowing side declares."""
        here, there = self._allowing.cluster.namespaces, self._denying.cluster.namespaces
        for end in End:
            pod = other.at(end)
            if not isinstance(flow.at(end), Pod) or not isinstance(pod, Pod) or pod.namespace not in there:
                continue
            if here[pod.namespace].declared and not there[pod.namespace].declared:
                given = selector_text(selector_of({key: pod.namespace_labels[key] for key in _told(pod)}))
                yield f"namespace {pod.namespace} has {f'labels {given}' if given else 'no label that counts'}"

    def _differs(self, flow: Flow, translation: Translation, behaviours: Behaviours) -> bool:
        """Whether the one side allows ``flow`` and the other does not. The reference reading decides."""
        other = translation.of(flow)
        return allows(relevant_tables(self._allowing.policies, flow), flow, behaviours) and not allows(
            relevant_tables(self._denying.policies, other), other, behaviours
        )

    def _relabelled(self, direction: Direction, flow: Flow, other: Flow, shown: Behaviours) -> Iterator[End]:
        """The ends whose namespace is labelled differently, where the denying side would allow it but for that."""
        table = relevant_tables(self._denying.policies, other).tables[direction]
        if not trace(table, _labelled(other, flow), shown).allowed:
            return
        for end in End:
            one, there = flow.at(end), other.at(end)
            if isinstance(one, Pod) and isinstance(there, Pod) and one.namespace_labels != there.namespace_labels:
                yield end

    def _moves(self, mentions: Mentions, plan: AddressPlan, free: tuple[Choice, ...]) -> ShrinkMoves:
        ports = sorted(port for port in mentions.ports if port <= MAX_PORT)
        numbers = range(len(plan.intervals.all)) if mentions.addressed else ()
        addresses = [plan.free(Holder.POD, number) for number in numbers]
        return ShrinkMoves(
            free,
            dict.fromkeys(mentions.addressed, addresses),
            [(protocol, port) for protocol in Protocol for port in dict.fromkeys((80, *ports))],
            frozenset(one.name for one in self._allowing.cluster.namespaces.values() if one.declared),
        )

    def _doubts(self, flow: Flow) -> tuple[str, ...]:
        """What is not modelled and could deny ``flow`` on the allowing side, or allow it on the other."""
        places = {one.namespace for one in (flow.source, flow.destination) if not isinstance(one, External)}
        ours, theirs = self._inventories
        return (
            *described(objects_that_may("deny", ours, places), "deny it on the side that allows it"),
            *described(objects_that_may("allow", theirs, places), "allow it on the side that does not"),
        )


def _unnamed(flow: Flow, mentions: Mentions, accepts: Callable[[Flow], bool]) -> Iterator[str]:
    """The names that policies speak of and that a pod which could be created must not give to the port of ``flow``."""
    pod = flow.destination
    if not isinstance(pod, Pod) or pod.workload is not None:
        return
    for name in sorted({one.name for one in mentions.port_names if one.protocol is flow.protocol}):
        if any(port.name == name for port in pod.ports):
            continue
        named = replace(pod, ports=(*pod.ports, ContainerPort(flow.port, flow.protocol, name)))
        if not accepts(replace(flow, destination=named)):
            yield name


def _told(pod: Pod) -> list[str]:
    return sorted(pod.namespace_labels.keys() - {NAMESPACE_NAME_LABEL})


def _anywhere(flow: Flow, accepts: Callable[[Flow], bool], mentions: Mentions, plan: AddressPlan) -> Flow:
    """``flow`` with addresses of pods that no policy speaks of, where those do."""
    spoken_of = set(plan.intervals.covered_by(mentions.ranges))
    for end in End:
        pod = flow.at(end)
        if isinstance(pod, External) or plan.intervals.index_of(pod.address) not in spoken_of:
            continue
        holder = Holder.NODE if pod.host_network else Holder.POD
        others = [number for number in range(len(plan.intervals.all)) if number not in spoken_of]
        others.sort(key=lambda number: plan.intervals.all[number].first - plan.intervals.all[number].last)
        there = flow.at(end.other).address
        for address in (one for number in others for one in plan.free(holder, number)):
            candidate = flow.with_end(end, replace(pod, address=address))
            if address.family == there.family and address != there and accepts(candidate):
                flow = candidate
                break
    return flow


def _selections(policies: PolicySet, direction: Direction) -> Iterator[Selection]:
    """The selections of policies, without what is built in."""
    for tier in policies.tables[direction].every_tier():
        yield from (selection for selection in tier.applies if selection.policy.origin.path)


def _labelled(flow: Flow, like: Flow) -> Flow:
    """``flow`` with the labels that namespaces have in ``like``."""
    ends = {end: _labelled_end(flow.at(end), like.at(end)) for end in End}
    return replace(flow, source=ends[End.SOURCE], destination=ends[End.DESTINATION])


def _labelled_end(one: Endpoint, other: Endpoint) -> Endpoint:
    if isinstance(one, Pod) and isinstance(other, Pod):
        return replace(one, namespace_labels=other.namespace_labels)
    return one


def _words(who: Predicate, flow: Flow, end: End) -> str:
    endpoint = flow.at(end)
    if isinstance(endpoint, Pod) and endpoint.workload is not None:
        return str(endpoint.workload)
    return peer_words(who)


def _traffic(found: Region) -> str:
    if found.ports is None:
        return traffic_words(found.traffic)
    return "every port" if everything(found.ports) else traffic_text(found.ports)
