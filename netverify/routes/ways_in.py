"""Every way into a cluster from outside."""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from netverify.late import late
from netverify.routes.controllers import Controllers
from netverify.routes.index import RoutingIndex
from netverify.routes.load_balancers import service_ways
from netverify.routes.node_ways import node_ways
from netverify.routes.options import RoutingOptions
from netverify.routes.way_in import WayIn

if TYPE_CHECKING:
    from netverify.routes import controller_arguments, gateways, ingresses, openshift_routes
else:
    controller_arguments, gateways, ingresses, openshift_routes = late(
        "netverify.routes", "controller_arguments", "gateways", "ingresses", "openshift_routes"
    )


def ways_in(index: RoutingIndex, options: RoutingOptions) -> tuple[WayIn, ...]:
    """All of them, in the order of namespaces, names, hosts and paths."""
    controllers = Controllers(index, options)
    objects = index.objects
    found = chain(
        ingresses.ingress_ways(index, controllers) if objects.ingresses else (),
        gateways.gateway_ways(index, controllers) if objects.routes else (),
        openshift_routes.openshift_ways(index, controllers) if objects.openshift_routes else (),
        controller_arguments.argument_ways(index, controllers) if _have_arguments(index) else (),
        service_ways(index),
        node_ways(index),
    )
    return tuple(sorted(found, key=_place))


def _have_arguments(index: RoutingIndex) -> bool:
    """Whether any pods have arguments that tell a controller what to serve."""
    return any(workload.arguments for workload in index.cluster.workloads)


def _place(way: WayIn) -> tuple[str, str, str, str, str, str, int]:
    return (way.namespace, way.name, way.kind, way.by, way.host, way.path, way.port or 0)
