"""From statements about flows to claims, verb by verb."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TypeAlias

from netverify.gate.claim import Claim, Exempt, Wanted
from netverify.gate.claiming import Claiming, other_than
from netverify.gate.intent.ends import ANYONE, united
from netverify.gate.intent.spec import (
    Allow,
    Deny,
    FlowText,
    Isolated,
    NamespacesText,
    NoExternal,
    NoMetadata,
    Only,
    Separate,
    World,
    Written,
)
from netverify.model.addresses import parse_cidr
from netverify.model.flow import Direction, End
from netverify.policy.predicate import AddressIn, All, InNamespace, IsPod, NamespaceMatches, Not, Predicate
from netverify.query.called import asked_ports
from netverify.query.endpoint_grammar import EndpointPhrase
from netverify.query.internet import internet_ranges
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.whereabouts import is_outside

METADATA_ENDPOINTS = ("169.254.169.254", "fd00:ec2::254")
"""Where clouds serve credentials to whoever asks. Source: the documentation of AWS, Azure and Google Cloud."""

FlowStatement = Deny | Allow | Only | Isolated | Separate | NoExternal | NoMetadata


def claims_about_flows(statement: FlowStatement, world: World | None, claiming: Claiming) -> Iterator[Claim]:
    """The claims that ``statement`` comes to. Raises :class:`netverify.gate.intent.ends.EndError`."""
    possible = world or World.POSSIBLE
    match statement:
        case Deny(flow):
            yield from claiming.flow(flow, Wanted.NONE, possible)
        case Allow(flow):
            yield from claiming.flow(flow, Wanted.ALL, world or World.EXISTING)
        case Only():
            yield from _only(statement, possible, claiming)
        case Isolated(zone):
            yield from _inward(zone, possible, claiming)
            yield from _outward(zone, possible, claiming)
        case Separate():
            yield from _separate(statement, possible, claiming)
        case NoExternal():
            yield from _no_external(statement, possible, claiming)
        case NoMetadata(zone):
            ranges = tuple(parse_cidr(address) for address in METADATA_ENDPOINTS)
            there = All((Not(IsPod(End.DESTINATION)), AddressIn(End.DESTINATION, ranges)))
            metadata = EndpointPhrase("the metadata endpoint", there, outside=True)
            sources = claiming.ends.pod_parts(zone, End.SOURCE)
            yield from claiming.between(sources, (metadata,), EVERY_TRAFFIC, world=possible)


def approved(statement: Only, claiming: Claiming) -> tuple[tuple[FlowText, Exempt], ...]:
    """The flows that ``statement`` approves. Raises :class:`netverify.gate.intent.ends.EndError`."""
    zone = claiming.ends.pod_parts(statement.zone, statement.end)
    if statement.end is End.SOURCE:
        return tuple((flow, replace(claiming.exempt(flow, sources=zone), by_hop=True)) for flow in statement.flows)
    called = claiming.ends.parts(statement.zone, End.DESTINATION)
    return tuple(
        (flow, replace(claiming.exempt(flow, targets=_meant_by(flow, zone, called, claiming)), by_hop=True))
        for flow in statement.flows
    )


def _meant_by(
    flow: FlowText, zone: tuple[EndpointPhrase, ...], called: tuple[EndpointPhrase, ...], claiming: Claiming
) -> tuple[EndpointPhrase, ...]:
    """The zone as the target of ``flow``: ports that it names are a Service's own, where the zone holds Services.

    Where there are other parts, a Service without such a port is none that is meant.
    """
    if not flow.ports:
        return zone
    traffic = claiming.ends.traffic(flow)
    meant = tuple(
        part
        for part in called
        if part.called is None or part.called.service is None or asked_ports(part.called.service, traffic)
    )
    return meant or called


def _only(statement: Only, world: World, claiming: Claiming) -> Iterator[Claim]:
    exempt = tuple(one for _, one in approved(statement, claiming))
    if statement.within:
        inside = claiming.ends.pod_parts(statement.zone, End.SOURCE)
        reached = claiming.ends.pods(statement.zone, End.DESTINATION).predicate
        is_outside = any(part.outside for part in inside)
        exempt += (Exempt(united(inside).predicate, reached, outside=is_outside, by_hop=True),)
    zone = claiming.ends.pod_parts(statement.zone, statement.end)
    is_destination = statement.end is End.DESTINATION
    sources, destinations = ((ANYONE,), zone) if is_destination else (zone, (ANYONE,))
    yield from claiming.between(sources, destinations, EVERY_TRAFFIC, world=world, exempt=exempt)


def _inward(zone: tuple[Written, ...], world: World, claiming: Claiming) -> Iterator[Claim]:
    inside = claiming.ends.pods(zone, End.DESTINATION)
    others = other_than(claiming.ends.pods(zone, End.SOURCE))
    yield from claiming.between((others,), (inside,), EVERY_TRAFFIC, world=world)
    outside = EndpointPhrase("outside", All((is_outside(End.SOURCE), others.predicate)), outside=True)
    ways = claiming.between((outside,), (inside,), EVERY_TRAFFIC, world=world)
    yield from (replace(claim, only_ways=True) for claim in ways)


def _outward(zone: tuple[Written, ...], world: World, claiming: Claiming) -> Iterator[Claim]:
    inside = claiming.ends.pod_parts(zone, End.SOURCE)
    others = other_than(claiming.ends.pods(zone, End.DESTINATION))
    for claim in claiming.between(inside, (others,), EVERY_TRAFFIC, world=world):
        # Addresses that are in the zone beside every pod reach nobody else, which says nothing against the pods.
        yield replace(claim, nobody_will_do=claim.question.from_outside and len(inside) > 1)


def _separate(statement: Separate, world: World, claiming: Claiming) -> Iterator[Claim]:
    """For each zone that none of the others reaches it: together, that no pair is connected."""
    ends = _zones_of(statement, claiming)
    for number, (_, zone) in enumerate(ends):
        others = [part for other, (sources, _) in enumerate(ends) if other != number for part in sources]
        yield from claiming.between(others, (zone,), EVERY_TRAFFIC, world=world)


_Zone: TypeAlias = tuple[tuple[EndpointPhrase, ...], EndpointPhrase]
"""A zone: what it is the union of as a source, and all of it as a destination."""


def _zones_of(statement: Separate, claiming: Claiming) -> list[_Zone]:
    ends = claiming.ends
    if statement.namespaces is None:
        return [(ends.pod_parts((one,), End.SOURCE), ends.pods((one,), End.DESTINATION)) for one in statement.zones]
    names = ends.namespaces(NamespacesText(selector=statement.namespaces))
    known = claiming.context.inventory.cluster.namespaces

    def pods_of(name: str, end: End) -> EndpointPhrase:
        there: tuple[Predicate, ...] = (IsPod(end), InNamespace(end, name))
        if statement.namespaces is not None and not known[name].declared:
            there += (NamespaceMatches(end, statement.namespaces),)  # its labels are unknown: it must have these
        return EndpointPhrase(f"namespace {name}", All(there))

    return [((pods_of(name, End.SOURCE),), pods_of(name, End.DESTINATION)) for name in names]


def _no_external(statement: NoExternal, world: World, claiming: Claiming) -> Iterator[Claim]:
    words = "internet" if statement.internet else "outside"
    if Direction.INGRESS in statement.directions:
        outside = (_outside(End.SOURCE, words),)
        inside = tuple(_reached(claiming.ends.parts(statement.zone, End.DESTINATION), claiming))
        yield from claiming.between(outside, inside, EVERY_TRAFFIC, world=world)
    if Direction.EGRESS in statement.directions:
        inside = claiming.ends.pod_parts(statement.zone, End.SOURCE)
        yield from claiming.between(inside, (_outside(End.DESTINATION, words),), EVERY_TRAFFIC, world=world)


def _reached(parts: Sequence[EndpointPhrase], claiming: Claiming) -> Iterator[EndpointPhrase]:
    """``parts`` as what must not be reached: of a Service the pods that it selects, and what its endpoints list."""
    for part in parts:
        if part.called is not None and part.called.only is not None:
            continue  # the pods of its workload are among the parts, and may not be reached by any way
        service = part.called.service if part.called is not None else None
        if service is not None and service.selector is not None:
            yield replace(part, called=None)
        if part.called is None or service is None or service.selector is None or claiming.lists_endpoints(service):
            yield claiming.on_every_port(part)


def _outside(end: End, words: str) -> EndpointPhrase:
    anywhere = is_outside(end)
    there = All((anywhere, AddressIn(end, internet_ranges()))) if words == "internet" else anywhere
    return EndpointPhrase(words, there, outside=True)
