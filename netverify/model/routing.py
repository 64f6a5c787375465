"""Everything in a cluster that says how traffic gets to pods, by kind and in the order of names."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeAlias

from netverify.model.controller import ConfigMap
from netverify.model.gateway import Gateway, GatewayClass, ReferenceGrant, Route
from netverify.model.ingress import Ingress, IngressClass, OpenShiftRoute
from netverify.model.service import EndpointSlice, Service
from netverify.records import dataclass

RoutingFact: TypeAlias = (
    Service
    | EndpointSlice
    | Ingress
    | IngressClass
    | OpenShiftRoute
    | GatewayClass
    | Gateway
    | Route
    | ReferenceGrant
    | ConfigMap
)


@dataclass(frozen=True, slots=True)
class RoutingObjects:
    """The objects that route traffic."""

    services: tuple[Service, ...] = ()
    endpoint_slices: tuple[EndpointSlice, ...] = ()
    ingresses: tuple[Ingress, ...] = ()
    ingress_classes: tuple[IngressClass, ...] = ()
    openshift_routes: tuple[OpenShiftRoute, ...] = ()
    gateway_classes: tuple[GatewayClass, ...] = ()
    gateways: tuple[Gateway, ...] = ()
    routes: tuple[Route, ...] = ()
    reference_grants: tuple[ReferenceGrant, ...] = ()
    config_maps: tuple[ConfigMap, ...] = ()


def placed_objects(
    routing: RoutingObjects,
) -> Iterator[Service | EndpointSlice | Ingress | OpenShiftRoute | Gateway | Route | ReferenceGrant | ConfigMap]:
    """All of them that are in a namespace."""
    yield from routing.services
    yield from routing.endpoint_slices
    yield from routing.ingresses
    yield from routing.openshift_routes
    yield from routing.gateways
    yield from routing.routes
    yield from routing.reference_grants
    yield from routing.config_maps
