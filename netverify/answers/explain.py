"""Why an answer is what it is: a witness replayed, made small, and traced to the rules that decide it.

Reasons come from the reference reading alone, never from the solver.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from netverify.answers.replay import Behaviours, Replayed, ReplayError, answers
from netverify.diagnostics import Origin
from netverify.model.addresses import Address
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import DEFAULT_SERVICE_ACCOUNT, NODES
from netverify.model.flow import Direction, End, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol
from netverify.policy.evaluate import matches
from netverify.policy.predicate import (
    Choice,
    Decided,
    InNamespace,
    OnHostNetwork,
    Predicate,
)
from netverify.policy.table import Carrier, PolicyRef, Rule, Selection
from netverify.policy.trace import Decision, trace
from netverify.policy.visit import alternatives
from netverify.query.outcome import Effect, Reason, Witness
from netverify.query.question import Question
from netverify.query.wording import peer_words, traffic_words
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class ShrinkMoves:
    """What a witness may be changed to while it is made small.

    ``behaviours`` are the free ones; ``addresses``, by the ends at whose address anything looks, are up to two of every
    elementary interval; ``ports`` are worth trying, best first; ``declared`` are the namespaces whose labels are fixed.
    """

    behaviours: tuple[Choice, ...]
    addresses: Mapping[End, Sequence[tuple[Address, ...]]]
    ports: Sequence[tuple[Protocol, int]]
    declared: frozenset[str]


def explain(
    question: Question, replayed: Replayed, moves: ShrinkMoves, *, refused: bool = False
) -> tuple[Witness, tuple[Reason, ...]]:
    """The small witness and its trace: of a flow that policy allows or, where ``refused``, does not.

    Raises :class:`ReplayError` when the small one is not what ``question`` asks about, or policy decides otherwise.
    """
    behaviours = replayed.behaviours

    def holds(candidate: Flow, others: Behaviours) -> bool:
        return answers(replayed.asked, replayed.tables, candidate, others, refused=refused)

    def accepts(candidate: Flow) -> bool:
        return holds(candidate, behaviours)

    small = shrink(replayed.flow, accepts, moves)
    needed = needed_behaviours(lambda others: holds(small, others), behaviours, moves.behaviours)
    # Behaviours that do not matter are traced at their quietest.
    shown = Decided(behaviours, {b: False for b in moves.behaviours if b not in needed})
    shown = shown if holds(small, shown) else Decided(behaviours)
    if not answers(question.asked, replayed.whole, small, shown, refused=refused):
        raise ReplayError(question.text)
    witness = Witness(
        small,
        needed,
        source_address_matters=address_matters(small, End.SOURCE, accepts, moves),
        destination_address_matters=address_matters(small, End.DESTINATION, accepts, moves),
        port_matters=port_matters(question.traffic, small, accepts, moves),
    )
    ways = (Direction.EGRESS, Direction.INGRESS)
    decisions = [trace(replayed.whole.tables[direction], small, shown) for direction in ways]
    return witness, tuple(reason_of(decision, small, shown) for decision in decisions)


def shrink(flow: Flow, accepts: Callable[[Flow], bool], moves: ShrinkMoves) -> Flow:
    """``flow`` without the labels, port names and peculiarities that ``accepts`` does not need."""
    for candidate in _simpler_traffic(flow, moves):
        if accepts(candidate):
            flow = candidate
            break
    if flow.same_node and flow.source.address != flow.destination.address and accepts(replace(flow, same_node=False)):
        flow = replace(flow, same_node=False)
    for end in End:
        pod = flow.at(end)
        if isinstance(pod, External):
            continue
        if pod.namespace not in moves.declared:
            for key in sorted(set(pod.namespace_labels) - {NAMESPACE_NAME_LABEL}):
                flow = _first_accepted(flow, _without_namespace_label(flow, pod.namespace, key), accepts)
        if pod.workload is None:
            for key in sorted(pod.labels):
                flow = _first_accepted(flow, _without_label(flow, end, key), accepts)
            usual = replace(_pod(flow, end), service_account=DEFAULT_SERVICE_ACCOUNT)
            flow = _first_accepted(flow, flow.with_end(end, usual), accepts)
            flow = _first_accepted(flow, flow.with_end(end, replace(_pod(flow, end), ports=())), accepts)
    return flow


def _first_accepted(flow: Flow, candidate: Flow, accepts: Callable[[Flow], bool]) -> Flow:
    return candidate if accepts(candidate) else flow


def _simpler_traffic(flow: Flow, moves: ShrinkMoves) -> Iterator[Flow]:
    """The same flow to ports that a reader expects: declared ones first, then the edges that policies name."""
    destination = flow.destination
    if isinstance(destination, Pod) and destination.workload is not None:
        for port in destination.ports:
            yield replace(flow, protocol=port.protocol, port=port.number)
    for protocol, number in moves.ports:
        yield replace(flow, protocol=protocol, port=number)


def _pod(flow: Flow, end: End) -> Pod:
    endpoint = flow.at(end)
    assert isinstance(endpoint, Pod)
    return endpoint


def _without_label(flow: Flow, end: End, key: str) -> Flow:
    pod = _pod(flow, end)
    return flow.with_end(end, replace(pod, labels={k: v for k, v in pod.labels.items() if k != key}))


def _without_namespace_label(flow: Flow, namespace: str, key: str) -> Flow:
    """Without the label at both ends, where both are in that namespace."""
    for end in End:
        pod = flow.at(end)
        if isinstance(pod, Pod) and pod.namespace == namespace:
            labels = {k: v for k, v in pod.namespace_labels.items() if k != key}
            flow = flow.with_end(end, replace(pod, namespace_labels=labels))
    return flow


def address_matters(flow: Flow, end: End, accepts: Callable[[Flow], bool], moves: ShrinkMoves) -> bool:
    """Whether the pod at ``end`` could not have just any address of that family."""
    endpoint = flow.at(end)
    if isinstance(endpoint, External):
        return True
    other = flow.at(end.other)
    others = (
        next((one for one in alike if one.family == endpoint.address.family and one != other.address), None)
        for alike in moves.addresses.get(end, ())
    )
    return not all(accepts(flow.with_end(end, replace(endpoint, address=one))) for one in others if one is not None)


def port_matters(asked_traffic: Predicate, flow: Flow, accepts: Callable[[Flow], bool], moves: ShrinkMoves) -> bool:
    """Whether the flow could not go to just any port that the question asks about, with its protocol."""
    edges = {port for protocol, port in moves.ports if protocol is flow.protocol} | {MIN_PORT, MAX_PORT}
    declared = flow.destination.ports if isinstance(flow.destination, Pod) else ()
    numbers = edges | {port.number for port in declared}
    others = [replace(flow, port=number) for number in sorted(numbers) if number != flow.port]
    asked = [other for other in others if matches(asked_traffic, other, Decided(dict.fromkeys(Behaviour, True)))]
    return not asked or not all(accepts(other) for other in asked)


class _UndecidedError(Exception):
    """An evaluation asked for a behaviour that is left open."""

    def __init__(self, behaviour: Choice) -> None:
        super().__init__(behaviour)
        self.behaviour = behaviour


class _Decided(dict[Choice, bool]):
    """Some behaviours; asking for another one is an :class:`_UndecidedError`."""

    def __missing__(self, behaviour: Choice) -> bool:
        raise _UndecidedError(behaviour)


def needed_behaviours(
    accepts: Callable[[Behaviours], bool],
    behaviours: Behaviours,
    free: Sequence[Choice],
) -> dict[Choice, bool]:
    """The ``free`` behaviours that the witness needs, with their values; it is accepted whatever the others are."""
    needed = {behaviour: behaviours[behaviour] for behaviour in free}
    fixed = {behaviour: value for behaviour, value in behaviours.items() if behaviour not in needed}
    if _accepted_whatever(accepts, fixed):
        return {}
    for behaviour in free:
        others = {other: value for other, value in needed.items() if other is not behaviour}
        if _accepted_whatever(accepts, {**fixed, **others}):
            needed = others
    return needed


def _accepted_whatever(accepts: Callable[[Behaviours], bool], decided: Behaviours) -> bool:
    """Whether ``accepts`` holds for all values of the behaviours that are not ``decided``.

    Only those that an evaluation asks for are tried both ways.
    """
    try:
        return accepts(_Decided(decided))
    except _UndecidedError as undecided:
        return all(_accepted_whatever(accepts, {**decided, undecided.behaviour: value}) for value in (False, True))


def reason_of(decision: Decision, flow: Flow, behaviours: Behaviours) -> Reason:
    """One line of a trace, in words."""
    direction, effect = decision.direction, Effect.ALLOW if decision.allowed else Effect.DENY
    if decision.tier is None:
        return Reason(direction, Effect.NOT_ISOLATED, detail=_why_open(decision, flow, behaviours))
    if decision.rule is None:
        policy = decision.selections[0].policy
        detail = "no rule allows it"
        if decision.allowed:
            detail = f"it selects the {direction.subject} for {direction.other}, so that Baseline does not apply"
        return Reason(direction, effect, policy, origin=policy.origin, detail=detail)
    rule = decision.rule
    if not rule.origin.path:
        return Reason(direction, effect, detail="policies do not apply between a pod and its own node")
    word = "from" if direction is Direction.INGRESS else "to"
    peer = next((one for one in alternatives(rule.peer) if matches(one, flow, behaviours)), rule.peer)
    traffic = next((one for one in alternatives(rule.traffic) if matches(one, flow, behaviours)), rule.traffic)
    detail = f"{word} {peer_words(peer)}, {traffic_words(traffic)}"
    return Reason(direction, effect, rule.policy, rule.index, rule.origin, detail)


def _why_open(decision: Decision, flow: Flow, behaviours: Behaviours) -> str:
    end = decision.direction.subject
    if isinstance(flow.at(end), External):
        return f"the {end} is outside the cluster"
    if not behaviours[Behaviour.POLICY_ENFORCED]:
        return "policies are not enforced"
    if matches(InNamespace(end, NODES), flow, behaviours):
        return f"the {end} is a node"
    if matches(OnHostNetwork(end), flow, behaviours):
        return f"the {end} is on the host network"
    if any(not one.policy.is_built_in for one in decision.selections):
        return f"the policies that select the {end} neither allow nor deny it"
    return f"the {end} is selected by no policy"


def carried_by(carriers: Sequence[tuple[Direction, Carrier]]) -> tuple[Reason, ...]:
    """The policies that carry a proof, as reasons in the order of direction and name: those that isolate come first."""
    isolating = {(direction, one.policy) for direction, one in carriers if isinstance(one, Selection) and one.isolates}
    denying: dict[tuple[Direction, PolicyRef, int, Origin], list[str]] = {}
    for direction, one in carriers:
        if isinstance(one, Rule):
            denying.setdefault((direction, one.policy, one.index, one.origin), []).append(_denies(direction, one))
    return (
        *(
            Reason(
                direction, Effect.DENY, policy, origin=policy.origin, detail="selects the pod, and no rule allows it"
            )
            for direction, policy in sorted(isolating)
        ),
        *(
            Reason(direction, Effect.DENY, policy, index, origin, "; ".join(dict.fromkeys(words)))
            for (direction, policy, index, origin), words in sorted(denying.items())
        ),
    )


def _denies(direction: Direction, rule: Rule) -> str:
    word = "from" if direction is Direction.INGRESS else "to"
    who = " or ".join(dict.fromkeys(map(peer_words, alternatives(rule.peer))))
    return f"{word} {who}, {traffic_words(rule.traffic)}"
