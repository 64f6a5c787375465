"""The routes that pods of the cluster can take by ways in, before policy has judged them.

A pod may use a port of a node, a load balancer, an external IP or a controller of Ingresses as anyone may. Policy
judges the connection that it opens, and the one that arrives, whose source may be a node or a controller in its place.

Source: "Using Source IP"; ServiceSpec.externalTrafficPolicy; kube-proxy translates addresses of load balancers and
external IPs on the pod's own node, unless ``status.loadBalancer.ingress.ipMode`` is ``Proxy``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

from netverify.model.addresses import AddressRange, alone
from netverify.model.cluster import NODE, WorkloadKey
from netverify.model.flow import Direction, End
from netverify.model.traffic import EVERY_PORT, port_set
from netverify.policy.moved import at_end
from netverify.policy.predicate import (
    AddressIn,
    All,
    InNamespace,
    IsPod,
    IsWorkload,
    Not,
    PortIn,
    Predicate,
    SameNode,
)
from netverify.query.outcome import Hop
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Question, narrowed
from netverify.query.service_addresses import is_translated
from netverify.query.whereabouts import counting_own_node, is_outside
from netverify.records import dataclass
from netverify.routes.backends import Backend, only
from netverify.routes.leading import is_listened_to
from netverify.routes.load_balancers import INSIDE, NODES_REACHED
from netverify.routes.node_ports import begins_there
from netverify.routes.planned import PlannedLeg, PlannedRoute, Shared, backend_text, leg
from netverify.routes.planned_ways import WaysIn
from netverify.routes.planning import Planning
from netverify.routes.request_ports import request_ports
from netverify.routes.way_in import SeenAs, SeenSource, WayIn

TRANSLATED = "where the pod's own node translates the address before policy sees it"
NOT_TRANSLATED = "where policy sees the address of the load balancer, not that of the pod behind it"
EXTERNAL_ADDRESS_SEEN = "where policy sees the external IP, not the address of the pod behind it"
NODE_STANDS_IN = "where the pod's node stands in for the pod on the way out of the cluster"
GATEWAY_STANDS_IN = "where an address outside stands in for the pod on the way out of the cluster"

_FEW = 60
"""Up to so many existing pods at the source, each is looked at as one that may come back to itself."""
_OF_CLIENTS_OUTSIDE = (NODES_REACHED, INSIDE)
"""Conditions that pods of the cluster always meet."""


@dataclass(frozen=True, slots=True)
class _Door:
    """Where a pod knocks: the connection that its egress policy judges, and on which condition.

    ``shows_client``: whoever opens may see the pod itself, which is then no other route than the direct one unless the
    pod knocked at something else than the pod behind.
    """

    knock: PlannedLeg
    provided: tuple[str, ...] = ()
    by_node: bool = False
    outside: bool = False


_Course: TypeAlias = tuple[tuple[Hop, ...], tuple[PlannedLeg, ...], tuple[str, ...], Shared]
"""Stations, connections, conditions of one route, and which pod two of its connections share."""


class WaysForPods:
    """The ways in of one cluster as routes for questions whose source is pods."""

    def __init__(self, planning: Planning, ways: WaysIn) -> None:
        self._planning = planning
        self._ways = ways

    def leading_to(self, question: Question) -> Iterator[WayIn]:
        """The ways in that may lead pods to what ``question`` is about, those without a controller first."""
        found = self._ways.leading_to(question) if question.called is not None else self._to_pods(question)
        called = question.called
        # The address of the network of the node is the pod's own, so that way is direct.
        ways = [way for way in found if way.by != "hostNetwork" and (called is None or called.is_entered_by(way.by))]
        yield from (way for way in ways if way.controller is None)
        yield from (way for way in ways if way.controller is not None)

    def routes_of(self, way: WayIn, question: Question) -> Iterator[PlannedRoute]:
        """The routes of the pods that ``question`` is about through ``way``."""
        question = narrowed(question, End.SOURCE, IsPod(End.SOURCE))
        if question.called is None:
            if begins_there(way, question):
                behind = replace(question, destination=IsPod(End.DESTINATION), traffic=EVERY_TRAFFIC)
                # Where no node translates first, policy sees the connection to the node that is asked about itself.
                yield from (one for one in self._routes_of(way, behind) if one.legs[0].half is Direction.EGRESS)
            question = narrowed(question, End.DESTINATION, IsPod(End.DESTINATION))
        yield from self._routes_of(way, question)

    def _routes_of(self, way: WayIn, question: Question) -> Iterator[PlannedRoute]:
        for backend in self._ways.backends_of(way, question):
            asked = self._ways.asked_of(backend, self._by_others(backend, question))
            for path, legs, provided, shared in self._courses(way, asked, frozenset()):
                knock, *further = legs
                wide = replace(knock, wider=_wider(knock, question, is_last=way.controller is None))
                named = tuple(replace(one, names_freely=backend.names_freely) for one in (wide, *further))
                route = PlannedRoute(backend_text(backend), path, named, provided, backend.kind, shared=shared)
                yield replace(route, doubt=way.doubt)

    def _by_others(self, backend: Backend, question: Question) -> Question:
        """``question`` without a bare Pod that would only come back to itself, which is no flow."""
        key = backend.workload
        there = self._planning.index.workloads.get(key.namespace, ()) if key is not None else ()
        if key is None or not any(one.single for one in there if one.key == key):
            return question
        if self._planning.count(question.source, End.SOURCE) > _FEW:
            return question  # beside so many others it makes no difference, and costs a goal that names them all
        return narrowed(question, End.SOURCE, Not(IsWorkload(End.SOURCE, key)))

    def _to_pods(self, question: Question) -> Iterator[WayIn]:
        """The ways in to pods that ``question`` may be about, and those that begin at nodes that it is about."""
        if not self._by_place:
            return
        places = {None, *self._planning.domain(question.destination, End.DESTINATION).places}
        numbers = {number for place in places & self._by_place.keys() for number in self._by_place[place]}
        numbers.update(number for number, way in enumerate(self._ways.all) if begins_there(way, question))
        yield from (self._ways.all[number] for number in sorted(numbers))

    @cached_property
    def _by_place(self) -> Mapping[str | None, Sequence[int]]:
        """By namespace the numbers of the ways in that lead there; by None, of those to addresses, or anywhere."""
        places: dict[str | None, list[int]] = defaultdict(list)
        for number, way in enumerate(self._ways.all):
            if way.problem or way.by == "hostNetwork":
                continue
            if way.doubt or way.outside is not None:
                places[None].append(number)
            elif way.service is not None:
                is_written = (way.service.namespace, way.service.name) in self._planning.index.slices
                places[way.service.namespace].append(number)
                if is_written:
                    places[None].append(number)
            elif way.workload is not None:
                places[way.workload.namespace].append(number)
        return places

    def _courses(self, way: WayIn, asked: Question, beyond: frozenset[WorkloadKey]) -> Iterator[_Course]:
        """The courses of the pods at the source of ``asked`` through ``way`` to its destination.

        They go on to the controllers ``beyond``, which they do not pass before.
        """
        controller = way.controller
        by_pods = controller is not None and (controller.workloads or controller.possible is not None)
        if by_pods:
            yield from self._through_controller(way, asked, beyond)
        others = [one for one in way.sources if not by_pods or one.seen_as is SeenAs.RANGES]
        sees_addresses = self._planning.may_see_outer_addresses
        for door in _doors(way, asked, sees_addresses=sees_addresses) if others else ():
            for source in others:
                for last, provided in _arriving(door, source, asked):
                    knock = replace(door.knock, question=_within(door.knock.question, source))
                    conditions = (*door.provided, *_for_pods(source.provided), *provided)
                    shared = Shared.CLIENT if last.half is Direction.INGRESS else Shared.NOBODY
                    yield way.hops, (knock, last), conditions, shared

    def _through_controller(self, way: WayIn, asked: Question, beyond: frozenset[WorkloadKey]) -> Iterator[_Course]:
        controller = way.controller
        assert controller is not None
        for source in way.sources:
            if source.seen_as is not SeenAs.CONTROLLER:
                continue
            client = _within(asked, source)
            if controller.possible is not None and not controller.workloads:
                given = self._planning.options.controller is not None
                unknown = () if given else (f"where {controller.name} is {controller.where}",)
                there = at_end(controller.possible, End.DESTINATION)
                knock = PlannedLeg(_knocking(client, there, EVERY_TRAFFIC, controller.where))
                last = PlannedLeg(_from(asked, controller.possible, controller.where))
                yield way.hops, (knock, last), (*_for_pods(source.provided), *unknown), Shared.STATION
            for key in controller.workloads:
                if key not in beyond:
                    for path, legs, provided, shared in self._to_controller(way, key, client, beyond | {key}):
                        for last, where in self._ways.by_controller(key, asked):
                            conditions = (*provided, *_for_pods(source.provided), *where)
                            yield (*path, *way.hops), (*legs, last), conditions, shared

    def _to_controller(
        self, way: WayIn, key: WorkloadKey, client: Question, passed: frozenset[WorkloadKey]
    ) -> Iterator[_Course]:
        """From pods to those of the controller ``key``, where ``way`` begins: to the pods, and by ways in to them."""
        there = IsWorkload(End.DESTINATION, key)
        entries = self._ways.entries_of(way, key, passed)
        ports = request_ports(self._planning.index, key)
        if way.listens is not None:
            ports = only(way.protocol, way.listens)
        yield (), (PlannedLeg(_knocking(client, there, ports, str(key))),), (), Shared.NOBODY
        for entry in entries:
            for backend in self._ways.behind(entry):
                if backend.workload == key and (way.listens is None or is_listened_to(way, entry, backend)):
                    knocking = _knocking(client, backend.destination, backend.traffic, str(key))
                    yield from self._courses(entry, knocking, passed)


def _doors(way: WayIn, asked: Question, *, sees_addresses: bool) -> Iterator[_Door]:
    """Where pods knock to use ``way``, which no pod of a controller serves.

    Policy of the source may see an external IP or a known load balancer's address only where ``sees_addresses``.
    """
    port = PortIn(way.protocol, EVERY_PORT if way.port is None else port_set((way.port, way.port)))
    to_node = _knocking(asked, IsWorkload(End.DESTINATION, NODE), port, "a node")
    is_no_node = Not(InNamespace(End.SOURCE, NODE.namespace))
    node = _Door(PlannedLeg(narrowed(to_node, End.SOURCE, is_no_node), to_node=True), by_node=True)
    # Policy of the source sees the pod behind, and that of the pod behind sees a node.
    translated = _Door(PlannedLeg(asked, half=Direction.EGRESS), (TRANSLATED,))
    match way.by:
        case "NodePort" | "hostPort":
            yield node
            yield translated
        case "externalIPs":
            ranges = _external_ips(way)
            there = All((Not(IsPod(End.DESTINATION)), AddressIn(End.DESTINATION, ranges)))
            yield translated
            if sees_addresses:
                seen = (EXTERNAL_ADDRESS_SEEN,)
                yield _Door(PlannedLeg(_knocking(asked, there, port, "the external IP")), seen, outside=True)
                yield replace(node, provided=("where the external IP is an address of a node",))
        case _:
            if way.controller is None:
                yield translated
                if way.service is not None and is_translated(way.service) and not sees_addresses:
                    return
            balancer = _knocking(asked, is_outside(End.DESTINATION), port, "the load balancer")
            yield _Door(PlannedLeg(balancer), (NOT_TRANSLATED,) if way.controller is None else (), outside=True)


def _wider(knock: PlannedLeg, question: Question, *, is_last: bool) -> Question | None:
    """A question about at least the connections of ``knock`` that many ways in share: most are closed to all alike."""
    if knock.to_node:
        anything = _knocking(question, IsWorkload(End.DESTINATION, NODE), EVERY_TRAFFIC, "a node")
        return narrowed(anything, End.SOURCE, Not(InNamespace(End.SOURCE, NODE.namespace)))
    if knock.half is Direction.EGRESS and is_last:
        return leg(question, question.destination, EVERY_TRAFFIC, question.destination_text)
    return None


def _external_ips(way: WayIn) -> tuple[AddressRange, ...]:
    addresses = way.service.external_ips if way.service is not None else ()
    return tuple(map(alone, addresses))


def _arriving(door: _Door, source: SeenSource, asked: Question) -> Iterator[tuple[PlannedLeg, tuple[str, ...]]]:
    """The connections that arrive at the pod behind for ``source``, each with its conditions."""
    match source.seen_as:
        case SeenAs.NODE:
            yield _by_node(asked, Not(SameNode())), ()
        case SeenAs.OWN_NODE:
            yield _by_node(asked, SameNode()), ()
        case SeenAs.RANGES:
            yield PlannedLeg(_from(asked, _outside(source.ranges), "the load balancer")), ()
        case SeenAs.CLIENT:
            if door.by_node:
                yield PlannedLeg(asked, half=Direction.INGRESS), ()
            elif door.outside:
                yield _by_node(asked, Not(SameNode())), (NODE_STANDS_IN,)
                yield PlannedLeg(_from(asked, _outside(source.ranges), "an address outside")), (GATEWAY_STANDS_IN,)
        case SeenAs.CONTROLLER:
            return


def _by_node(asked: Question, where: Predicate) -> PlannedLeg:
    stands_in = replace(asked, beside=counting_own_node(asked.beside))
    return PlannedLeg(_from(stands_in, All((IsWorkload(End.SOURCE, NODE), where)), "a node"), by_node=True)


def _outside(ranges: tuple[AddressRange, ...]) -> Predicate:
    outside = is_outside(End.SOURCE)
    return All((outside, AddressIn(End.SOURCE, ranges))) if ranges else outside


def _knocking(asked: Question, destination: Predicate, traffic: Predicate, text: str) -> Question:
    """The question whether the source of ``asked`` may knock there.

    What does not count as a flow to the pods behind is no reason to leave a door alone.
    """
    return replace(leg(asked, destination, traffic, text), beside=())


def _from(asked: Question, source: Predicate, text: str) -> Question:
    return replace(asked, source=source, source_text=text)


def _within(asked: Question, source: SeenSource) -> Question:
    """``asked`` about the pods alone that ``source`` is restricted to."""
    if not source.ranges or source.seen_as is SeenAs.RANGES:
        return asked
    return narrowed(asked, End.SOURCE, AddressIn(End.SOURCE, source.ranges))


def _for_pods(provided: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(text for text in provided if text not in _OF_CLIENTS_OUTSIDE)
