"""From one flow that only one side allows to all flows that are like it: a region, in words and as a predicate."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace

from netverify.diff.outcome import Cause, CauseKind
from netverify.model.address_plan import AddressPlan, Holder
from netverify.model.addresses import Address, AddressRange
from netverify.model.flow import End, External, Flow, Pod
from netverify.model.traffic import EVERY_PORT, MAX_PORT, MIN_PORT, PortSet, Protocol, port_set
from netverify.policy.evaluate import matches
from netverify.policy.mentions import Mentions
from netverify.policy.predicate import (
    ALWAYS,
    AddressIn,
    All,
    AnyOf,
    Choices,
    InNamespace,
    IsWorkload,
    NamespaceMatches,
    Not,
    PortIn,
    Predicate,
)
from netverify.policy.trace import Decision
from netverify.policy.visit import alternatives, conjuncts
from netverify.records import dataclass

Behaviours = Choices
Accepts = Callable[[Flow], bool]


@dataclass(frozen=True, slots=True)
class Region:
    """Flows like a witness. ``source`` and ``destination`` are about that end alone, ``traffic`` about the port."""

    source: Predicate
    destination: Predicate
    traffic: Predicate
    ports: Mapping[Protocol, PortSet] | None
    causes: tuple[Cause, ...]

    @property
    def predicate(self) -> Predicate:
        """The flow is in the region."""
        return All((self.source, self.destination, self.traffic))


@dataclass(frozen=True, slots=True)
class Deciding:
    """How one direction came to differ: on the allowing side, on the denying one, and if that side's labels decide.

    ``others`` are the selections of the allowing side for the subject's namespace.
    """

    allowed: Decision
    refused: Decision
    others: tuple[Predicate, ...]
    relabelled: tuple[End, ...] = ()


def region(  # noqa: PLR0913, PLR0917 - a flow, why it differs, and what may be told apart
    flow: Flow,
    deciding: Sequence[Deciding],
    accepts: Accepts,
    behaviours: Behaviours,
    mentions: Mentions,
    plan: AddressPlan,
) -> Region:
    """The region of ``flow``: who the deciding rules speak of, on the ports and addresses that ``accepts`` takes."""
    parts: dict[End, list[Predicate]] = {end: list(_standing(flow, end)) for end in End}
    traffic: list[Predicate] = []
    causes: list[Cause] = []
    for one in deciding:
        direction = one.allowed.direction
        subject, peer, told, cause = _clause(one, flow, behaviours)
        parts[direction.subject].append(subject)
        parts[direction.peer].append(_narrowed(peer, flow, direction.peer, accepts, plan))
        traffic.append(told)
        causes.append(cause)
        for end in one.relabelled:
            parts[end] = [_in_this_namespace(All(tuple(parts[end])), flow, end)]
    sent = All(tuple(traffic))
    ports = _ports(flow, sent, accepts, behaviours, mentions)
    if ports is not None:
        sent = All((*sent.parts, AnyOf(tuple(PortIn(protocol, numbers) for protocol, numbers in ports.items()))))
    ends = {end: All(tuple(dict.fromkeys(conjuncts(All(tuple(of_end)))))) for end, of_end in parts.items()}
    return Region(ends[End.SOURCE], ends[End.DESTINATION], sent, ports, tuple(causes))


def _in_this_namespace(who: Predicate, flow: Flow, end: End) -> Predicate:
    """``who``, in the namespace of ``flow`` whatever that is labelled: the labels are what changed."""
    pod = flow.at(end)
    kept = [part for part in conjuncts(who) if not isinstance(part, NamespaceMatches)]
    return All((*([InNamespace(end, pod.namespace)] if isinstance(pod, Pod) else []), *kept))


def _standing(flow: Flow, end: End) -> Iterator[Predicate]:
    """An existing workload is not generalised."""
    endpoint = flow.at(end)
    if isinstance(endpoint, Pod) and endpoint.workload is not None:
        yield IsWorkload(end, endpoint.workload)


def _clause(one: Deciding, flow: Flow, behaviours: Behaviours) -> tuple[Predicate, Predicate, Predicate, Cause]:
    """Subject, peer and traffic of what decides in one direction, and what that is."""
    direction, rule = one.allowed.direction, one.allowed.rule
    if rule is None:
        selection = one.refused.selections[0]
        subject: Predicate = All((selection.subject, Not(AnyOf(one.others))))
        policy = selection.policy
        return subject, ALWAYS, ALWAYS, Cause(direction, CauseKind.OPEN, policy, place=policy.origin)
    if not rule.origin.path:
        subject = one.allowed.selections[0].subject
        return subject, ALWAYS, ALWAYS, Cause(direction, CauseKind.OWN_NODE)
    peer = next(part for part in alternatives(rule.peer) if matches(part, flow, behaviours))
    sent = rule.traffic
    if _by_name(flow):
        sent = next(part for part in alternatives(sent) if matches(part, flow, behaviours))
    kind = CauseKind.RELABELLED if one.relabelled else CauseKind.RULE
    return rule.subject, peer, sent, Cause(direction, kind, rule.policy, rule.index, rule.origin)


def _narrowed(peer: Predicate, flow: Flow, end: End, accepts: Accepts, plan: AddressPlan) -> Predicate:
    """``peer`` without those of its addresses that are no difference, where it looks at addresses."""
    ranges = _ranges(peer, end)
    if not ranges:
        return peer
    kept: list[AddressRange] = []
    for number in plan.intervals.covered_by(ranges):
        address = _address(flow, end, number, plan)
        if address is not None and accepts(_at(flow, end, address)):
            kept.append(plan.intervals.all[number])
    rest = [part for part in conjuncts(peer) if not isinstance(part, AddressIn)]
    return All((AddressIn(end, _joined(kept)), *rest)) if kept else peer


def _ranges(peer: Predicate, end: End) -> tuple[AddressRange, ...]:
    return next((part.ranges for part in conjuncts(peer) if isinstance(part, AddressIn) and part.end is end), ())


def _address(flow: Flow, end: End, number: int, plan: AddressPlan) -> Address | None:
    """An address of an interval that may stand at ``end``, as what is there now; None where there is none."""
    endpoint = flow.at(end)
    if plan.intervals.index_of(endpoint.address) == number:
        return endpoint.address
    on_host = isinstance(endpoint, Pod) and endpoint.host_network
    holder = Holder.EXTERNAL if isinstance(endpoint, External) else Holder.NODE if on_host else Holder.POD
    other = flow.at(end.other).address
    fitting = (one for one in plan.free(holder, number) if one.family == other.family and one != other)
    return next(fitting, None)


def _at(flow: Flow, end: End, address: Address) -> Flow:
    return flow.with_end(end, replace(flow.at(end), address=address))


def _joined(ranges: Sequence[AddressRange]) -> tuple[AddressRange, ...]:
    """``ranges``, which are sorted and disjoint, with neighbours joined."""
    joined: list[AddressRange] = []
    for one in ranges:
        last = joined[-1] if joined else None
        if last is not None and last.family == one.family and last.last + 1 == one.first:
            joined[-1] = AddressRange(one.family, last.first, one.last)
        else:
            joined.append(one)
    return tuple(joined)


def _ports(
    flow: Flow, sent: Predicate, accepts: Accepts, behaviours: Behaviours, mentions: Mentions
) -> Mapping[Protocol, PortSet] | None:
    """The ports within ``sent`` that ``accepts`` takes for the ends of ``flow``; None where it is told by names."""
    if _by_name(flow):
        return None
    # What a name means is one port alone: those after it are told apart from it.
    named = flow.destination.ports if isinstance(flow.destination, Pod) else ()
    single = {flow.port, *(port.number for port in named)}
    cuts = {*mentions.ports, *single, *(port + 1 for port in single)}
    starts = sorted({MIN_PORT, *(port for port in cuts if MIN_PORT <= port <= MAX_PORT)})
    found: dict[Protocol, PortSet] = {}
    for protocol in Protocol:
        taken: list[tuple[int, int]] = []
        for first, after in zip(starts, [*starts[1:], MAX_PORT + 1], strict=True):
            candidate = replace(flow, protocol=protocol, port=first)
            if matches(sent, candidate, behaviours) and accepts(candidate):
                taken.append((first, after - 1))
        if taken:
            found[protocol] = port_set(*taken)
    return found


def _by_name(flow: Flow) -> bool:
    """Whether the flow needs a name that a pod that could be created gives to its port."""
    destination = flow.destination
    return isinstance(destination, Pod) and destination.workload is None and bool(destination.ports)


def everything(ports: Mapping[Protocol, PortSet] | None) -> bool:
    """Whether ``ports`` are all that there are."""
    return ports is not None and all(ports.get(protocol) == EVERY_PORT for protocol in Protocol)
