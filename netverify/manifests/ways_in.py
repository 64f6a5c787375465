"""Reads one object that brings traffic to pods from outside: shape, rules, noun. Brings pydantic."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import TypeAlias, assert_never

from netverify.manifests.document import Document
from netverify.manifests.facts.gateway import gateway, gateway_class, reference_grant
from netverify.manifests.facts.gateway_routes import route
from netverify.manifests.facts.ingress import ingress, ingress_class
from netverify.manifests.facts.openshift_route import openshift_route
from netverify.manifests.schema.gateway import GatewayClassShape, GatewayShape, ReferenceGrantShape
from netverify.manifests.schema.gateway_routes import (
    ROUTE_SHAPES,
    GrpcRouteShape,
    HttpRouteShape,
    PlainRouteShape,
    RouteShape,
    TlsRouteShape,
)
from netverify.manifests.schema.ingress import IngressClassShape, IngressShape
from netverify.manifests.schema.openshift_route import OpenShiftRouteShape
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.gateway import check_gateway, check_gateway_class, check_reference_grant
from netverify.manifests.validation.gateway_routes import check_route
from netverify.manifests.validation.ingress import check_ingress, check_ingress_class
from netverify.manifests.validation.openshift_route import check_openshift_route
from netverify.model.cluster import WorkloadKey
from netverify.model.routing import RoutingFact

WayInShape: TypeAlias = (
    IngressShape
    | IngressClassShape
    | GatewayClassShape
    | GatewayShape
    | ReferenceGrantShape
    | RouteShape
    | OpenShiftRouteShape
)

WAY_IN_SHAPES: Mapping[str, type[WayInShape]] = MappingProxyType(
    {
        "Ingress": IngressShape,
        "IngressClass": IngressClassShape,
        "GatewayClass": GatewayClassShape,
        "Gateway": GatewayShape,
        "ReferenceGrant": ReferenceGrantShape,
        **ROUTE_SHAPES,
        "Route": OpenShiftRouteShape,
    }
)
"""The shape of each kind."""


def check_way_in(kind: str, shape: WayInShape, findings: Findings) -> None:
    """Check the whole object."""
    match shape:
        case IngressShape():
            check_ingress(shape, findings)
        case IngressClassShape():
            check_ingress_class(shape, findings)
        case GatewayClassShape():
            check_gateway_class(shape, findings)
        case GatewayShape():
            check_gateway(shape, findings)
        case ReferenceGrantShape():
            check_reference_grant(shape, findings)
        case HttpRouteShape() | GrpcRouteShape() | TlsRouteShape() | PlainRouteShape():
            check_route(kind, shape, findings)
        case OpenShiftRouteShape():
            check_openshift_route(shape, findings)
        case _:
            assert_never(shape)


def way_in(shape: WayInShape, key: WorkloadKey, document: Document) -> RoutingFact:
    """The stored object called ``key`` that ``shape`` becomes; it must have passed validation."""
    name, namespace = key.name, key.namespace
    fact: RoutingFact
    match shape:
        case IngressShape():
            fact = ingress(shape, name, namespace, document)
        case IngressClassShape():
            fact = ingress_class(shape, name, document)
        case GatewayClassShape():
            fact = gateway_class(shape, name, document)
        case GatewayShape():
            fact = gateway(shape, name, namespace, document)
        case ReferenceGrantShape():
            fact = reference_grant(shape, name, namespace, document)
        case HttpRouteShape() | GrpcRouteShape() | TlsRouteShape() | PlainRouteShape():
            fact = route(shape, key, document)
        case OpenShiftRouteShape():
            fact = openshift_route(shape, name, namespace, document)
        case _:
            assert_never(shape)
    return fact
