"""``v1`` Pod and ``PodTemplateSpec``. Source: k8s.io/api ``core/v1/types.go``."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from typing import Any

from pydantic import ConfigDict

from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.shape import Int32, Shape


class ContainerPortShape(Shape):
    """One item of a container's ``ports``."""

    containerPort: Int32 | None = None
    protocol: str | None = None
    name: str | None = None
    hostPort: Int32 | None = None
    hostIP: str | None = None


class ContainerShape(Shape):
    """A container or an init container."""

    name: str | None = None
    image: str | None = None
    ports: list[ContainerPortShape | None] | None = None
    restartPolicy: str | None = None
    livenessProbe: dict[str, Any] | None = None
    readinessProbe: dict[str, Any] | None = None
    startupProbe: dict[str, Any] | None = None
    args: Any = None
    command: Any = None
    env: Any = None
    envFrom: Any = None
    imagePullPolicy: Any = None
    lifecycle: Any = None
    resizePolicy: Any = None
    resources: Any = None
    restartPolicyRules: Any = None
    securityContext: Any = None
    stdin: Any = None
    stdinOnce: Any = None
    terminationMessagePath: Any = None
    terminationMessagePolicy: Any = None
    tty: Any = None
    volumeDevices: Any = None
    volumeMounts: Any = None
    workingDir: Any = None


class HostAliasShape(Shape):
    """One item of ``hostAliases``."""

    ip: str | None = None
    hostnames: Any = None


class DnsOptionShape(Shape):
    """One item of ``dnsConfig.options``."""

    name: str | None = None
    value: str | None = None


class DnsConfigShape(Shape):
    """``dnsConfig``."""

    nameservers: list[str | None] | None = None
    searches: list[str | None] | None = None
    options: list[DnsOptionShape | None] | None = None


class PodSpecShape(Shape):
    """``spec`` of a Pod or of a template."""

    containers: list[ContainerShape | None] | None = None
    initContainers: list[ContainerShape | None] | None = None
    hostNetwork: bool | None = None
    restartPolicy: str | None = None
    hostname: str | None = None
    subdomain: str | None = None
    dnsPolicy: str | None = None
    dnsConfig: DnsConfigShape | None = None
    hostAliases: list[HostAliasShape | None] | None = None
    activeDeadlineSeconds: Any = None
    affinity: Any = None
    automountServiceAccountToken: Any = None
    enableServiceLinks: Any = None
    ephemeralContainers: Any = None
    hostIPC: Any = None
    hostPID: Any = None
    hostUsers: Any = None
    hostnameOverride: Any = None
    imagePullSecrets: Any = None
    nodeName: str | None = None
    nodeSelector: Any = None
    os: Any = None
    overhead: Any = None
    preemptionPolicy: Any = None
    priority: Any = None
    priorityClassName: Any = None
    readinessGates: Any = None
    resourceClaims: Any = None
    resources: Any = None
    runtimeClassName: Any = None
    schedulerName: Any = None
    schedulingGates: Any = None
    schedulingGroup: Any = None
    securityContext: Any = None
    serviceAccount: str | None = None
    serviceAccountName: str | None = None
    setHostnameAsFQDN: Any = None
    shareProcessNamespace: Any = None
    terminationGracePeriodSeconds: Any = None
    tolerations: Any = None
    topologySpreadConstraints: Any = None
    volumes: Any = None
    workloadRef: Any = None


class PodTemplateShape(Shape):
    """``template`` of a controller."""

    metadata: ObjectMeta | None = None
    spec: PodSpecShape | None = None


class StatusShape(Shape):
    """A ``status``: servers of any version write it, so fields that are not known are no error."""

    model_config = ConfigDict(extra="ignore", strict=True)


class PodIPShape(StatusShape):
    """One item of ``podIPs``."""

    ip: str | None = None


class PodStatusShape(StatusShape):
    """``status`` of a Pod."""

    phase: str | None = None
    hostIP: str | None = None
    hostIPs: list[PodIPShape | None] | None = None
    podIP: str | None = None
    podIPs: list[PodIPShape | None] | None = None


class PodShape(Shape):
    """The whole object."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    spec: PodSpecShape | None = None
    status: PodStatusShape | None = None
