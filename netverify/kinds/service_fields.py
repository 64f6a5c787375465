"""The fields of a ``v1`` Service. Source: k8s.io/api ``core/v1/types.go``."""

from __future__ import annotations

from typing import Any

from netverify.kinds.fields import Int32, IntOrString, Loose, StringMap, TypedDict
from netverify.kinds.metadata import ObjectMeta


class ServicePortFields(TypedDict, total=False):
    """One item of ``ports``."""

    name: str
    protocol: str
    appProtocol: str
    port: Int32
    targetPort: IntOrString
    nodePort: Int32


class ClientIPFields(TypedDict, total=False):
    """``sessionAffinityConfig.clientIP``."""

    timeoutSeconds: Int32


class SessionAffinityFields(TypedDict, total=False):
    """``sessionAffinityConfig``."""

    clientIP: ClientIPFields


class SpecFields(TypedDict, total=False):
    """``spec``; the selector is a plain map."""

    ports: list[ServicePortFields | None]
    selector: StringMap
    clusterIP: str
    clusterIPs: list[str | None]
    type: str
    externalIPs: list[str | None]
    externalName: str
    externalTrafficPolicy: str
    internalTrafficPolicy: str
    healthCheckNodePort: Int32
    publishNotReadyAddresses: bool
    sessionAffinity: str
    sessionAffinityConfig: SessionAffinityFields
    ipFamilies: list[str | None]
    ipFamilyPolicy: str
    loadBalancerIP: str
    loadBalancerSourceRanges: list[str | None]
    loadBalancerClass: str
    allocateLoadBalancerNodePorts: bool
    trafficDistribution: str


class LoadBalancerIngressFields(TypedDict, total=False):
    """One item of ``status.loadBalancer.ingress``."""

    ip: str
    hostname: str
    ipMode: str


class LoadBalancerFields(TypedDict, total=False):
    """``status.loadBalancer``."""

    ingress: list[Loose[LoadBalancerIngressFields] | None]


class StatusFields(TypedDict, total=False):
    """``status``."""

    loadBalancer: Loose[LoadBalancerFields]


class ServiceFields(TypedDict, total=False):
    """The whole object."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: SpecFields
    status: Loose[StatusFields]
