"""The routes that the traffic of a question can take from outside the cluster, before policy has judged them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import cached_property
from typing import TypeAlias

from netverify.model.addresses import AddressRange, overlap
from netverify.model.cluster import NODE, WorkloadKey
from netverify.model.flow import End
from netverify.model.traffic import EVERY_PORT, port_set
from netverify.policy.predicate import AddressIn, All, IsWorkload, Not, PortIn, Predicate, SameNode
from netverify.policy.visit import may_hold
from netverify.query.outcome import EndpointKind, Hop
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.query.question import Question
from netverify.query.whereabouts import counting_own_node, is_outside
from netverify.records import dataclass
from netverify.routes.backends import Backend, backends, dialled, listed, outside_backend
from netverify.routes.leading import is_beyond, is_listened_to, leads_to, may_lead_to
from netverify.routes.openshift_router import (
    AS_HOST_NETWORK,
    BY_OPERATOR,
    HOST_ROUTER,
    OVN,
    ROUTER,
    ROUTER_NAME,
    is_router,
)
from netverify.routes.planned import PlannedLeg, PlannedRoute, backend_text, leg
from netverify.routes.planning import Planning
from netverify.routes.way_in import Controller, SeenAs, SeenSource, WayIn
from netverify.routes.ways_in import ways_in

_Clients: TypeAlias = tuple[AddressRange, ...] | None


@dataclass(frozen=True, slots=True)
class _Course:
    """Stations, connections and conditions of one route, and whom it lets in: None for anyone."""

    path: tuple[Hop, ...]
    legs: tuple[PlannedLeg, ...]
    provided: tuple[str, ...] = ()
    clients: _Clients = None


class WaysIn:
    """The ways into the cluster of one context, as routes for questions whose source is outside."""

    def __init__(self, planning: Planning) -> None:
        self._planning = planning

    @cached_property
    def all(self) -> tuple[WayIn, ...]:
        """Every way in, in the order of names."""
        return ways_in(self._planning.index, self._planning.options)

    def routes(self, question: Question) -> Iterator[PlannedRoute]:
        """The routes from outside to what ``question`` is about."""
        for way in self.leading_to(question):
            yield from self.routes_of(way, question)

    def leading_to(self, question: Question) -> Iterator[WayIn]:
        """The ways in to what ``question`` calls; to anywhere where it calls nothing."""
        called, traffic = question.called, question.traffic
        return (way for way in self.all if not way.problem and (called is None or may_lead_to(way, called, traffic)))

    def routes_of(self, way: WayIn, question: Question) -> Iterator[PlannedRoute]:
        """The routes through ``way`` to the destination of ``question``."""
        for backend in self.backends_of(way, question):
            asked = self.asked_of(backend, question)
            for source in way.sources:
                for course in self._legs(way, source, asked):
                    *before, last = course.legs
                    legs = (*before, replace(last, names_freely=backend.names_freely))
                    route = PlannedRoute(backend_text(backend), course.path, legs, course.provided, backend.kind)
                    yield replace(route, clients=course.clients, doubt=way.doubt)

    def asked_of(self, backend: Backend, question: Question) -> Question:
        """``question`` about the pods of ``backend`` as they are."""
        destination, traffic = backend.destination, backend.traffic
        if question.called is None:
            destination = All((question.destination, destination))
            traffic = traffic if question.traffic == EVERY_TRAFFIC else All((question.traffic, traffic))
        return leg(question, destination, traffic, backend.text)

    def entries_of(self, way: WayIn, key: WorkloadKey, passed: frozenset[WorkloadKey]) -> list[WayIn]:
        """The ways in to pods of the controller ``key``, where ``way`` begins, without circles through ``passed``."""
        entries = [one for one in self._to_controllers.get(key, ()) if not is_beyond(one, passed)]
        if way.listens is None:
            return entries
        return [one for one in entries if any(is_listened_to(way, one, backend) for backend in self.behind(one))]

    @cached_property
    def _to_controllers(self) -> dict[WorkloadKey, list[WayIn]]:
        """By workload, the ways in to controllers; one may stand behind another, as behind a load balancer's."""
        found: dict[WorkloadKey, list[WayIn]] = {}
        controllers = {key for way in self.all if way.controller for key in way.controller.workloads}
        for way in self.all if controllers else ():
            if not way.problem:
                keys = {backend.workload for backend in self.behind(way) if backend.workload}
                for key in keys & controllers:
                    found.setdefault(key, []).append(way)
        return found

    def behind(self, way: WayIn) -> tuple[Backend, ...]:
        """The endpoints that ``way`` leads to."""
        if way.outside is not None:
            return (outside_backend(self._planning.index, way.outside, way.protocol),)
        if way.service is not None and way.service_port is not None:
            behind = backends if way.controller is None else listed
            return behind(self._planning.index, way.service, way.service_port)
        if way.workload is None:
            return ()
        ports = EVERY_PORT if way.pod_port is None else port_set((way.pod_port, way.pod_port))
        who = IsWorkload(End.DESTINATION, way.workload)
        traffic = PortIn(way.protocol, ports)
        return (Backend(EndpointKind.EXISTING, str(way.workload), who, traffic, way.pod_port, way.workload),)

    def backends_of(self, way: WayIn, question: Question) -> Iterator[Backend]:
        """The endpoints of ``way`` that the question may be about."""
        only = question.called.only if question.called is not None else None
        for backend in self._anywhere(way, question) if way.doubt else self.behind(way):
            if only not in (None, backend.workload):
                continue
            if question.called is None and not way.doubt:
                both = All((question.destination, backend.destination))
                if self._planning.domain(both, End.DESTINATION).empty:
                    continue
            yield backend

    def _anywhere(self, way: WayIn, question: Question) -> Iterator[Backend]:
        """What ``question`` is about, to which ``way`` may lead since nothing says where it leads."""
        every, called = PortIn(way.protocol, EVERY_PORT), question.called
        if called is None:
            traffic = every if question.traffic == EVERY_TRAFFIC else All((question.traffic, every))
            yield Backend(EndpointKind.POSSIBLE, question.destination_text, question.destination, traffic, None)
        elif called.service is not None:
            for port in called.service.ports:
                here = replace(way, service=called.service, service_port=port)
                if port.protocol is way.protocol and leads_to(here, called, question.traffic):
                    yield from listed(self._planning.index, called.service, port)
            if called.is_dialled_directly:
                yield from dialled(self._planning.index, called.service, question.traffic)

    def _legs(
        self, way: WayIn, source: SeenSource, asked: Question, beyond: frozenset[WorkloadKey] = frozenset()
    ) -> Iterator[_Course]:
        """For one source that policy may see: the stations on the path, its connections, and its conditions.

        None where the way in does not serve the client that is asked about. The path goes on to the controllers
        ``beyond``, which it does not pass before.
        """
        if not _may_be_in(asked.source, source.lets_in):
            return
        match source.seen_as:
            case SeenAs.CLIENT:
                by_client = PlannedLeg(_by_client(asked, source), by_client=True)
                yield _Course(way.hops, (by_client,), source.provided, source.lets_in or None)
            case SeenAs.RANGES:
                outside = is_outside(End.SOURCE)
                balancer = All((outside, AddressIn(End.SOURCE, source.ranges))) if source.ranges else outside
                by_balancer = PlannedLeg(_from(asked, balancer, "the load balancer"), by_balancer=True)
                yield _Course(way.hops, (by_balancer,), source.provided, source.lets_in or None)
            case SeenAs.NODE | SeenAs.OWN_NODE:
                on_it = SameNode() if source.seen_as is SeenAs.OWN_NODE else Not(SameNode())
                node = All((IsWorkload(End.SOURCE, NODE), on_it))
                for_client = replace(asked, beside=counting_own_node(asked.beside))
                by_node = PlannedLeg(_from(for_client, node, "a node"), by_node=True)
                yield _Course(way.hops, (by_node,), source.provided, source.lets_in or None)
            case SeenAs.CONTROLLER:
                yield from self._through_controller(way, source, asked, beyond)

    def _through_controller(
        self, way: WayIn, source: SeenSource, asked: Question, beyond: frozenset[WorkloadKey]
    ) -> Iterator[_Course]:
        controller = way.controller
        if controller is None:
            return
        own = source.lets_in or None
        for last, where in self._by_unknown(controller, asked):
            yield _Course(way.hops, (last,), (*source.provided, *where), own)
        for key in controller.workloads:
            if key in beyond:
                continue
            passed = beyond | {key}
            entries = self.entries_of(way, key, passed)
            for last, where in self.by_controller(key, asked):
                provided = (*source.provided, *where)
                if not entries:
                    unknown = ["where something outside these manifests leads to it"]
                    yield _Course(way.hops, (last,), (*provided, *unknown), own)
                for entry in entries:
                    for course in self._to_controller(entry, way, key, asked, passed):
                        clients = _both(course.clients, own)
                        if clients != ():
                            path, legs = (*course.path, *way.hops), (*course.legs, last)
                            yield _Course(path, legs, (*course.provided, *provided), clients)

    def _by_unknown(self, controller: Controller, asked: Question) -> Iterator[tuple[PlannedLeg, tuple[str, ...]]]:
        """The connections from a controller that no manifest shows, each with what must hold for it."""
        if controller.possible is None or controller.workloads:
            return
        is_given = self._planning.options.controller is not None
        unknown = () if is_given else (f"where {controller.name} is {controller.where}",)
        yield PlannedLeg(_from(asked, controller.possible, controller.where)), unknown
        if controller.name == ROUTER_NAME and not is_given:
            router = _from(asked, IsWorkload(End.SOURCE, ROUTER), "the router")
            yield PlannedLeg(router, by_router=True), (BY_OPERATOR,)
            yield from ((last, (BY_OPERATOR, *where)) for last, where in self._as_host_network(asked))

    def by_controller(self, key: WorkloadKey, asked: Question) -> Iterator[tuple[PlannedLeg, tuple[str, ...]]]:
        """The connections from the controller ``key`` to the pod, each with what must hold for it.

        Source: kubernetes.io, "Network Policies": what a policy does to pods on the host network is not defined; a node
        may always reach its own pods.
        """
        who = IsWorkload(End.SOURCE, key)
        if key not in self._on_host_network:
            yield PlannedLeg(_from(asked, who, str(key))), ()
            return
        yield PlannedLeg(_from(asked, All((who, Not(SameNode()))), str(key))), ()
        there = f"where a pod of {key} is on the node of the pod"
        yield PlannedLeg(_from(asked, All((who, SameNode())), str(key))), (there,)
        if key in self._routers:
            yield from self._as_host_network(asked)

    def _as_host_network(self, asked: Question) -> Iterator[tuple[PlannedLeg, tuple[str, ...]]]:
        """The connection from a node as OVN-Kubernetes sees it; none where the CNI is another one."""
        cni = self._planning.cni
        if cni in (None, OVN):
            who = IsWorkload(End.SOURCE, HOST_ROUTER)
            where = () if cni == OVN else (AS_HOST_NETWORK,)
            yield PlannedLeg(_from(asked, who, "the router on the network of its node"), by_router=True), where

    @cached_property
    def _routers(self) -> frozenset[WorkloadKey]:
        return frozenset(one.key for one in self._planning.cluster.workloads if is_router(one.labels))

    @cached_property
    def _on_host_network(self) -> frozenset[WorkloadKey]:
        return frozenset(one.key for one in self._planning.cluster.workloads if one.host_network)

    def _to_controller(
        self, entry: WayIn, way: WayIn, key: WorkloadKey, asked: Question, beyond: frozenset[WorkloadKey]
    ) -> Iterator[_Course]:
        """From the client of ``asked`` through ``entry`` to pods of the controller ``key``, which serves ``way``."""
        for backend in self.behind(entry):
            if backend.workload == key and (way.listens is None or is_listened_to(way, entry, backend)):
                # What does not count as a flow to the pods behind the controller is no reason to leave it alone.
                knocking = replace(leg(asked, backend.destination, backend.traffic, str(key)), beside=())
                for source in entry.sources:
                    yield from self._legs(entry, source, knocking, beyond)


def _both(one: _Clients, other: _Clients) -> _Clients:
    """Whoever both let in; nobody is the empty tuple."""
    if one is None or other is None:
        return one if other is None else other
    return overlap(one, other)


def _may_be_in(client: Predicate, ranges: tuple[AddressRange, ...]) -> bool:
    """Whether somebody for whom ``client`` holds may have an address in ``ranges``; without ranges, anybody has."""
    if not ranges:
        return True
    return may_hold(client, lambda leaf: not isinstance(leaf, AddressIn) or bool(overlap(leaf.ranges, ranges)))


def _by_client(asked: Question, source: SeenSource) -> Question:
    if not source.ranges:
        return asked
    return _from(asked, All((asked.source, AddressIn(End.SOURCE, source.ranges))), asked.source_text)


def _from(asked: Question, source: Predicate, text: str) -> Question:
    return replace(asked, source=source, source_text=text)
