"""Where a pod knocks that uses a way in, and what arrives at the pod behind.

Policy of the pod judges the connection that it opens, and policy of the pod behind the one that arrives, whose source
may be a node or a controller in its place.

Source: "Using Source IP"; ServiceSpec.externalTrafficPolicy; kube-proxy translates addresses of load balancers and
external IPs on the pod's own node, unless ``status.loadBalancer.ingress.ipMode`` is ``Proxy``.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from netverify.model.addresses import AddressRange, alone
from netverify.model.cluster import NODE
from netverify.model.flow import Direction, End
from netverify.model.traffic import EVERY_PORT, port_set
from netverify.policy.predicate import AddressIn, All, InNamespace, IsPod, IsWorkload, Not, PortIn, Predicate, SameNode
from netverify.query.question import Question, narrowed
from netverify.query.service_addresses import is_translated
from netverify.query.whereabouts import counting_own_node, is_outside
from netverify.records import dataclass
from netverify.routes.load_balancers import INSIDE, NODES_REACHED
from netverify.routes.planned import PlannedLeg, leg
from netverify.routes.way_in import SeenAs, SeenSource, WayIn

TRANSLATED = "where the pod's own node translates the address before policy sees it"
NOT_TRANSLATED = "where policy sees the address of the load balancer, not that of the pod behind it"
EXTERNAL_ADDRESS_SEEN = "where policy sees the external IP, not the address of the pod behind it"
NODE_STANDS_IN = "where the pod's node replaces the address of the pod on the way out"
GATEWAY_STANDS_IN = "where an outside address replaces the address of the pod on the way out"

_OF_CLIENTS_OUTSIDE = (NODES_REACHED, INSIDE)
"""Conditions that pods of the cluster always meet."""


@dataclass(frozen=True, slots=True)
class Door:
    """Where a pod knocks: the connection that its egress policy judges, and on which condition.

    ``by_node``: it knocks at a port of a node. ``outside``: it knocks at an address that is outside the cluster.
    """

    knock: PlannedLeg
    provided: tuple[str, ...] = ()
    by_node: bool = False
    outside: bool = False


def doors(way: WayIn, asked: Question, *, sees_addresses: bool) -> Iterator[Door]:
    """Where pods knock to use ``way``, which no pod of a controller serves.

    Policy of the source may see an external IP or a known load balancer's address only where ``sees_addresses``.
    """
    port = PortIn(way.protocol, EVERY_PORT if way.port is None else port_set((way.port, way.port)))
    to_node = knocking(asked, IsWorkload(End.DESTINATION, NODE), port, "a node")
    is_no_node = Not(InNamespace(End.SOURCE, NODE.namespace))
    node = Door(PlannedLeg(narrowed(to_node, End.SOURCE, is_no_node), to_node=True), by_node=True)
    # Policy of the source sees the pod behind, and that of the pod behind sees a node.
    translated = Door(PlannedLeg(asked, half=Direction.EGRESS), (TRANSLATED,))
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
                yield Door(PlannedLeg(knocking(asked, there, port, "the external IP")), seen, outside=True)
                yield replace(node, provided=("where the external IP is an address of a node",))
        case _:
            if way.controller is None:
                yield translated
                if way.service is not None and is_translated(way.service) and not sees_addresses:
                    return
            balancer = knocking(asked, is_outside(End.DESTINATION), port, "the load balancer")
            yield Door(PlannedLeg(balancer), (NOT_TRANSLATED,) if way.controller is None else (), outside=True)


def arriving(door: Door, source: SeenSource, asked: Question) -> Iterator[tuple[PlannedLeg, tuple[str, ...]]]:
    """The connections that arrive at the pod behind for ``source``, each with its conditions."""
    match source.seen_as:
        case SeenAs.NODE:
            yield _by_node(asked, Not(SameNode())), ()
        case SeenAs.OWN_NODE:
            yield _by_node(asked, SameNode()), ()
        case SeenAs.RANGES:
            yield PlannedLeg(coming_from(asked, _outside(source.ranges), "the load balancer")), ()
        case SeenAs.CLIENT:
            if door.by_node:
                yield PlannedLeg(asked, half=Direction.INGRESS), ()
            elif door.outside:
                yield _by_node(asked, Not(SameNode())), (NODE_STANDS_IN,)
                yield (
                    PlannedLeg(coming_from(asked, _outside(source.ranges), "an address outside")),
                    (GATEWAY_STANDS_IN,),
                )
        case SeenAs.CONTROLLER:
            return


def _by_node(asked: Question, where: Predicate) -> PlannedLeg:
    stands_in = replace(asked, beside=counting_own_node(asked.beside))
    return PlannedLeg(coming_from(stands_in, All((IsWorkload(End.SOURCE, NODE), where)), "a node"), by_node=True)


def _outside(ranges: tuple[AddressRange, ...]) -> Predicate:
    outside = is_outside(End.SOURCE)
    return All((outside, AddressIn(End.SOURCE, ranges))) if ranges else outside


def _external_ips(way: WayIn) -> tuple[AddressRange, ...]:
    addresses = way.service.external_ips if way.service is not None else ()
    return tuple(map(alone, addresses))


def knocking(asked: Question, destination: Predicate, traffic: Predicate, text: str) -> Question:
    """The question whether the source of ``asked`` may knock there.

    What does not count as a flow to the pods behind is no reason to leave a door alone.
    """
    return replace(leg(asked, destination, traffic, text), beside=())


def coming_from(asked: Question, source: Predicate, text: str) -> Question:
    """``asked`` with another source, which ``text`` describes."""
    return replace(asked, source=source, source_text=text)


def within(asked: Question, source: SeenSource) -> Question:
    """``asked`` about the pods alone that ``source`` is restricted to."""
    if not source.ranges or source.seen_as is SeenAs.RANGES:
        return asked
    return narrowed(asked, End.SOURCE, AddressIn(End.SOURCE, source.ranges))


def for_pods(provided: tuple[str, ...]) -> tuple[str, ...]:
    """``provided`` without the conditions that pods of the cluster always meet."""
    return tuple(text for text in provided if text not in _OF_CLIENTS_OUTSIDE)
