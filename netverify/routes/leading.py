"""Whether a way in leads to what is called, or to the port of a controller where another way in begins."""

from __future__ import annotations

from netverify.model.cluster import WorkloadKey
from netverify.policy.predicate import Predicate
from netverify.query.called import Called, means
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.routes.backends import Backend
from netverify.routes.way_in import WayIn


def is_beyond(way: WayIn, passed: frozenset[WorkloadKey]) -> bool:
    """Whether ``way`` comes from nobody but controllers that were ``passed``, so that it leads in a circle."""
    return way.controller is not None and bool(way.controller.workloads) and passed.issuperset(way.controller.workloads)


def is_listened_to(way: WayIn, entry: WayIn, backend: Backend) -> bool:
    """Whether ``entry`` leads, by ``backend``, to the port of the controller where ``way`` begins.

    On the network of the node every port is reached, declared or not.
    """
    if entry.protocol is not way.protocol:
        return False
    return entry.by == "hostNetwork" or backend.port in (None, way.listens)


def may_lead_to(way: WayIn, called: Called, traffic: Predicate) -> bool:
    """Whether ``way`` leads to what is ``called``, or is not known not to."""
    return called.service is not None if way.doubt else leads_to(way, called, traffic)


def leads_to(way: WayIn, called: Called, traffic: Predicate) -> bool:
    """Whether ``way`` leads to the Service that is ``called``, on a port that ``traffic`` means."""
    service, port = way.service, way.service_port
    if service is None or port is None or service != called.service:
        return False
    if called.is_dialled_directly:
        # Whoever comes by an alias of it may dial a port that the Service does not list.
        return traffic == EVERY_TRAFFIC or means(traffic, port)
    knocked = (port.port, port.protocol)
    return any((one.port, one.protocol) == knocked for one in called.ports)
