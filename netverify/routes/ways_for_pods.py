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
from typing import TYPE_CHECKING, TypeAlias

from netverify.late import late
from netverify.model.cluster import NODE, Workload, WorkloadKey
from netverify.model.flow import Direction, End
from netverify.model.traffic import Protocol
from netverify.policy.moved import at_end
from netverify.policy.predicate import (
    AnyOf,
    InNamespace,
    IsPod,
    IsWorkload,
    Not,
    Predicate,
)
from netverify.query.outcome import Hop
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Question, narrowed
from netverify.routes.backends import Backend, backends, only
from netverify.routes.index import RoutingIndex
from netverify.routes.leading import is_listened_to
from netverify.routes.planned import PlannedLeg, PlannedRoute, Shared, backend_text, leg
from netverify.routes.planned_ways import WaysIn
from netverify.routes.planning import Planning
from netverify.routes.way_in import SeenAs, WayIn

if TYPE_CHECKING:
    from netverify.routes import doors, node_ports
else:
    doors, node_ports = late("netverify.routes", "doors", "node_ports")

_FEW = 60
"""Up to so many existing pods at the source, each is looked at as one that may come back to itself."""

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
            if node_ports.begins_there(way, question):
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
        numbers.update(number for number, way in enumerate(self._ways.all) if node_ports.begins_there(way, question))
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
        for door in doors.doors(way, asked, sees_addresses=sees_addresses) if others else ():
            for source in others:
                for last, provided in doors.arriving(door, source, asked):
                    knock = replace(door.knock, question=doors.within(door.knock.question, source))
                    conditions = (*door.provided, *doors.for_pods(source.provided), *provided)
                    shared = Shared.CLIENT if last.half is Direction.INGRESS else Shared.NOBODY
                    yield way.hops, (knock, last), conditions, shared

    def _through_controller(self, way: WayIn, asked: Question, beyond: frozenset[WorkloadKey]) -> Iterator[_Course]:
        controller = way.controller
        assert controller is not None
        for source in way.sources:
            if source.seen_as is not SeenAs.CONTROLLER:
                continue
            client = doors.within(asked, source)
            if controller.possible is not None and not controller.workloads:
                given = self._planning.options.controller is not None
                unknown = () if given else (f"where {controller.name} is {controller.where}",)
                there = at_end(controller.possible, End.DESTINATION)
                knock = PlannedLeg(doors.knocking(client, there, EVERY_TRAFFIC, controller.where))
                last = PlannedLeg(doors.coming_from(asked, controller.possible, controller.where))
                yield way.hops, (knock, last), (*doors.for_pods(source.provided), *unknown), Shared.STATION
            for key in controller.workloads:
                if key not in beyond:
                    for path, legs, provided, shared in self._to_controller(way, key, client, beyond | {key}):
                        for last, where in self._ways.by_controller(key, asked):
                            conditions = (*provided, *doors.for_pods(source.provided), *where)
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
        yield (), (PlannedLeg(doors.knocking(client, there, ports, str(key))),), (), Shared.NOBODY
        for entry in entries:
            for backend in self._ways.behind(entry):
                if backend.workload == key and (way.listens is None or is_listened_to(way, entry, backend)):
                    knocked = doors.knocking(client, backend.destination, backend.traffic, str(key))
                    yield from self._courses(entry, knocked, passed)


def _wider(knock: PlannedLeg, question: Question, *, is_last: bool) -> Question | None:
    """A question about at least the connections of ``knock`` that many ways in share: most are closed to all alike."""
    if knock.to_node:
        anything = doors.knocking(question, IsWorkload(End.DESTINATION, NODE), EVERY_TRAFFIC, "a node")
        return narrowed(anything, End.SOURCE, Not(InNamespace(End.SOURCE, NODE.namespace)))
    if knock.half is Direction.EGRESS and is_last:
        return leg(question, question.destination, EVERY_TRAFFIC, question.destination_text)
    return None


_USUAL = (only(Protocol.TCP, 80), only(Protocol.TCP, 443))
_NO_REQUESTS = ("metric", "prom", "webhook", "admission", "health", "probe", "stat")
"""How names of ports begin at which a controller takes no requests for what is behind it."""


def request_ports(index: RoutingIndex, key: WorkloadKey) -> Predicate:
    """Every port that Services lead to or that the pods of ``key`` declare, and those of HTTP and HTTPS.

    Ports whose names say that they are for metrics, health checks or admission webhooks are left out. Where nothing
    tells, it is any port.
    """
    workload = next((one for one in index.cluster.workloads if one.key == key), None)
    found = tuple(_told(index, workload)) if workload is not None else ()
    return AnyOf(tuple(dict.fromkeys((*found, *_USUAL)))) if found else EVERY_TRAFFIC


def _told(index: RoutingIndex, workload: Workload) -> Iterator[Predicate]:
    for service in index.objects.services:
        if service.namespace == workload.key.namespace and service.selector is not None:
            for port in service.ports:
                if _takes_requests(port.name, str(port.target_port)):
                    behind = backends(index, service, port)
                    yield from (backend.traffic for backend in behind if backend.workload == workload.key)
    for one in workload.ports:
        if not one.init and _takes_requests(one.name):
            yield only(one.protocol, one.number)


def _takes_requests(*names: str) -> bool:
    return not any(name.startswith(_NO_REQUESTS) for name in names)
