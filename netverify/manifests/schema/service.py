"""``v1`` Service. Source: k8s.io/api ``core/v1/types.go``."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from typing import Any

from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.pod import StatusShape
from netverify.manifests.schema.shape import Int32, IntOrString, Shape, StringMap


class ServicePortShape(Shape):
    """One item of ``ports``."""

    name: str | None = None
    protocol: str | None = None
    appProtocol: str | None = None
    port: Int32 | None = None
    targetPort: IntOrString | None = None
    nodePort: Int32 | None = None


class ClientIPShape(Shape):
    """``sessionAffinityConfig.clientIP``."""

    timeoutSeconds: Int32 | None = None


class SessionAffinityShape(Shape):
    """``sessionAffinityConfig``."""

    clientIP: ClientIPShape | None = None


class ServiceSpec(Shape):
    """``spec``; the selector is a plain map."""

    ports: list[ServicePortShape | None] | None = None
    selector: StringMap | None = None
    clusterIP: str | None = None
    clusterIPs: list[str | None] | None = None
    type: str | None = None
    externalIPs: list[str | None] | None = None
    externalName: str | None = None
    externalTrafficPolicy: str | None = None
    internalTrafficPolicy: str | None = None
    healthCheckNodePort: Int32 | None = None
    publishNotReadyAddresses: bool | None = None
    sessionAffinity: str | None = None
    sessionAffinityConfig: SessionAffinityShape | None = None
    ipFamilies: list[str | None] | None = None
    ipFamilyPolicy: str | None = None
    loadBalancerIP: str | None = None
    loadBalancerSourceRanges: list[str | None] | None = None
    loadBalancerClass: str | None = None
    allocateLoadBalancerNodePorts: bool | None = None
    trafficDistribution: str | None = None


class LoadBalancerIngressShape(StatusShape):
    """One item of ``status.loadBalancer.ingress``."""

    ip: str | None = None
    hostname: str | None = None
    ipMode: str | None = None


class LoadBalancerStatusShape(StatusShape):
    """``status.loadBalancer``."""

    ingress: list[LoadBalancerIngressShape | None] | None = None


class ServiceStatusShape(StatusShape):
    """``status``."""

    loadBalancer: LoadBalancerStatusShape | None = None


class ServiceShape(Shape):
    """The whole object."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    spec: ServiceSpec | None = None
    status: ServiceStatusShape | None = None
