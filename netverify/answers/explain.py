"""Why an answer is what it is: a witness replayed, made small, and traced to the rules that decide it.

Reasons come from the reference reading alone, never from the solver.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial

from netverify.answers.needed import needed_behaviours
from netverify.answers.replay import Behaviours, Replayed, ReplayError
from netverify.diagnostics import Origin
from netverify.model.addresses import Address
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import DEFAULT_SERVICE_ACCOUNT, NODES
from netverify.model.flow import Direction, End, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol
from netverify.policy.evaluate import is_self_connection, matches
from netverify.policy.predicate import (
    AddressIn,
    Behaves,
    Choice,
    Decided,
    InNamespace,
    Leaf,
    NamedPort,
    OnHostNetwork,
    PortIn,
    Predicate,
    Unspecified,
)
from netverify.policy.table import Carrier, PolicyRef, Rule, Selection
from netverify.policy.trace import Decision, trace
from netverify.policy.visit import alternatives
from netverify.query.outcome import Effect, Reason, Witness
from netverify.query.question import Question
from netverify.query.wording import peer_words, traffic_words
from netverify.records import dataclass

_EVERY_BEHAVIOUR = Decided(dict.fromkeys(Behaviour, True))


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


def explain(question: Question, replayed: Replayed, moves: ShrinkMoves) -> tuple[Witness, tuple[Reason, ...]]:
    """The small witness and its trace.

    Raises :class:`ReplayError` when the small one is not what ``question`` asks about, or policy decides otherwise.
    """
    behaviours = replayed.behaviours

    def accepts(candidate: Flow) -> bool:
        return replayed.holds(candidate, behaviours)

    small = shrink(replayed.flow, accepts, moves)

    by_choices = replayed.around(small, _is_choice)
    needed = needed_behaviours(partial(by_choices.holds, small), behaviours, moves.behaviours)
    # Behaviours that do not matter are traced at their quietest.
    shown = Decided(behaviours, {b: False for b in moves.behaviours if b not in needed})
    shown = shown if by_choices.holds(small, shown) else Decided(behaviours)
    matter = _addresses_that_matter(replayed, small, moves)
    by_port = replayed.around(small, lambda leaf: isinstance(leaf, PortIn) or _is_choice(leaf))
    witness = Witness(
        small,
        needed,
        source_address_matters=matter[End.SOURCE],
        destination_address_matters=matter[End.DESTINATION],
        port_matters=port_matters(question.traffic, small, lambda other: by_port.holds(other, behaviours), moves),
    )
    return witness, _traced(question, replayed, small, shown)


def _addresses_that_matter(replayed: Replayed, flow: Flow, moves: ShrinkMoves) -> Mapping[End, bool]:
    """As :func:`address_matters`, of ``flow``; of addresses that nothing which is left tells apart, one is tried."""
    if not moves.addresses:
        return {end: isinstance(flow.at(end), External) for end in End}
    left = replayed.around(flow, lambda leaf: isinstance(leaf, AddressIn) or _is_choice(leaf))
    ranges = sorted(left.mentions().ranges)

    def accepts(candidate: Flow) -> bool:
        return left.holds(candidate, replayed.behaviours)

    def told(address: Address) -> tuple[bool, ...]:
        return tuple(address in one for one in ranges)

    return {end: address_matters(flow, end, accepts, moves, told) for end in End}


def _is_choice(leaf: Leaf) -> bool:
    """Whether ``leaf`` looks at what is left open; a port name does, at what init containers declare."""
    return isinstance(leaf, Behaves | Unspecified | NamedPort)


def _traced(question: Question, replayed: Replayed, flow: Flow, behaviours: Behaviours) -> tuple[Reason, ...]:
    """What decides ``flow``, by all of the policies that can, and by the whole question."""
    ways = (Direction.EGRESS, Direction.INGRESS)
    decisions = [trace(replayed.whole.tables[direction], flow, behaviours) for direction in ways]
    is_allowed = is_self_connection(flow) or all(one.allowed for one in decisions)
    if is_allowed is replayed.refused or not all(matches(part, flow, behaviours) for part in replayed.about):
        raise ReplayError(question.text)
    return tuple(reason_of(decision, flow, behaviours) for decision in decisions)


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


def address_matters(
    flow: Flow,
    end: End,
    accepts: Callable[[Flow], bool],
    moves: ShrinkMoves,
    told: Callable[[Address], Hashable] = lambda address: address,
) -> bool:
    """Whether the pod at ``end`` could not have just any address of that family.

    Addresses of which the same is ``told`` are alike to ``accepts``.
    """
    endpoint = flow.at(end)
    if isinstance(endpoint, External):
        return True
    there, tried = flow.at(end.other).address, set[Hashable]()
    for alike in moves.addresses.get(end, ()):
        other = next((one for one in alike if one.family == endpoint.address.family and one != there), None)
        if other is None or (known := told(other)) in tried:
            continue
        tried.add(known)
        if not accepts(flow.with_end(end, replace(endpoint, address=other))):
            return True
    return False


def port_matters(asked_traffic: Predicate, flow: Flow, accepts: Callable[[Flow], bool], moves: ShrinkMoves) -> bool:
    """Whether the flow could not go to just any port that the question asks about, with its protocol."""
    edges = {port for protocol, port in moves.ports if protocol is flow.protocol} | {MIN_PORT, MAX_PORT}
    declared = flow.destination.ports if isinstance(flow.destination, Pod) else ()
    numbers = edges | {port.number for port in declared}
    is_told = False
    for number in sorted(numbers - {flow.port}):
        other = replace(flow, port=number)
        if matches(asked_traffic, other, _EVERY_BEHAVIOUR):
            if not accepts(other):
                return True
            is_told = True
    return not is_told


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
