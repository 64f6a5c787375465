"""Every way into a cluster from outside."""

from __future__ import annotations

from itertools import chain

from netverify.routes.controller_arguments import argument_ways
from netverify.routes.controllers import Controllers
from netverify.routes.gateways import gateway_ways
from netverify.routes.index import RoutingIndex
from netverify.routes.ingresses import ingress_ways
from netverify.routes.load_balancers import service_ways
from netverify.routes.node_ways import node_ways
from netverify.routes.openshift_routes import openshift_ways
from netverify.routes.options import RoutingOptions
from netverify.routes.way_in import WayIn


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
