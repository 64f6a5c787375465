"""Every way into a cluster from outside."""

from __future__ import annotations

from itertools import chain

from netverify.routing.controller_arguments import argument_ways
from netverify.routing.controllers import Controllers
from netverify.routing.gateways import gateway_ways
from netverify.routing.index import RoutingIndex
from netverify.routing.ingresses import ingress_ways
from netverify.routing.load_balancers import service_ways
from netverify.routing.node_ways import node_ways
from netverify.routing.openshift_routes import openshift_ways
from netverify.routing.options import RoutingOptions
from netverify.routing.way_in import WayIn


def ways_in(index: RoutingIndex, options: RoutingOptions) -> tuple[WayIn, ...]:
    """All of them, in the order of namespaces, names, hosts and paths."""
    controllers = Controllers(index, options)
    found = chain(
        ingress_ways(index, controllers),
        gateway_ways(index, controllers),
        openshift_ways(index, controllers),
        argument_ways(index, controllers),
        service_ways(index),
        node_ways(index),
    )
    return tuple(sorted(found, key=_place))


def _place(way: WayIn) -> tuple[str, str, str, str, str, str, int]:
    return (way.namespace, way.name, way.kind, way.by, way.host, way.path, way.port or 0)
