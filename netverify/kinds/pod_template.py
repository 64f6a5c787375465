"""What a pod is made of, in a Pod as in the template of a controller: fields and rules.

Source: k8s.io/api ``core/v1/types.go``; ``pkg/apis/core/validation/validation.go`` (``ValidatePodSpec``,
``validatePodDNSConfig``). What has no part in networking is not checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netverify.documents.document import FieldPath
from netverify.kinds.choices import check_choice
from netverify.kinds.container import (
    ContainerFields,
    Containers,
    HostPorts,
    check_container,
    check_host_network,
    warn_repeated_ports,
)
from netverify.kinds.fields import TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.ip import check_ip
from netverify.kinds.metadata import ObjectMeta, check_labels_and_annotations
from netverify.kinds.names import dns_label_problems, shown
from netverify.model.pod_network import DnsPolicy
from netverify.patterns import pattern


class HostAliasFields(TypedDict, total=False):
    """One item of ``hostAliases``."""

    ip: str
    hostnames: Any


class DnsOptionFields(TypedDict, total=False):
    """One item of ``dnsConfig.options``."""

    name: str
    value: str


class DnsConfigFields(TypedDict, total=False):
    """``dnsConfig``."""

    nameservers: list[str | None]
    searches: list[str | None]
    options: list[DnsOptionFields | None]


class PodSpecFields(TypedDict, total=False):
    """``spec`` of a Pod or of a template."""

    containers: list[ContainerFields | None]
    initContainers: list[ContainerFields | None]
    hostNetwork: bool
    restartPolicy: str
    hostname: str
    subdomain: str
    dnsPolicy: str
    dnsConfig: DnsConfigFields
    hostAliases: list[HostAliasFields | None]
    activeDeadlineSeconds: Any
    affinity: Any
    automountServiceAccountToken: Any
    enableServiceLinks: Any
    ephemeralContainers: Any
    hostIPC: Any
    hostPID: Any
    hostUsers: Any
    hostnameOverride: Any
    imagePullSecrets: Any
    nodeName: str
    nodeSelector: Any
    os: Any
    overhead: Any
    preemptionPolicy: Any
    priority: Any
    priorityClassName: Any
    readinessGates: Any
    resourceClaims: Any
    resources: Any
    runtimeClassName: Any
    schedulerName: Any
    schedulingGates: Any
    schedulingGroup: Any
    securityContext: Any
    serviceAccount: str
    serviceAccountName: str
    setHostnameAsFQDN: Any
    shareProcessNamespace: Any
    terminationGracePeriodSeconds: Any
    tolerations: Any
    topologySpreadConstraints: Any
    volumes: Any
    workloadRef: Any


class PodTemplateFields(TypedDict, total=False):
    """``template`` of a controller."""

    metadata: ObjectMeta
    spec: PodSpecFields


_FOR_NAMES = frozenset({"hostname", "subdomain", "dnsPolicy", "dnsConfig", "hostAliases"})
_NAMESERVERS = 3
_SEARCHES = 32
_SEARCH_CHARACTERS = 2048
_LONGEST_SEARCH = 253
_SEARCH = pattern(r"[a-z0-9_](?:[-_a-z0-9]*[a-z0-9_])?(?:\.[a-z0-9_](?:[-_a-z0-9]*[a-z0-9_])?)*")


def check_template(template: PodTemplateFields, path: FieldPath, findings: Findings) -> None:
    """Check the pod template at ``path``, but for its ``restartPolicy``, which depends on the controller."""
    if meta := template.get("metadata"):
        check_labels_and_annotations(meta, (*path, "metadata"), findings)
    check_pod_spec(template.get("spec") or {}, (*path, "spec"), findings, fills_host_ports=False)


def check_pod_spec(spec: PodSpecFields, path: FieldPath, findings: Findings, *, fills_host_ports: bool) -> None:
    """Check the pod spec at ``path``; ``fills_host_ports``: a missing ``hostPort`` becomes the ``containerPort``."""
    containers, inits = spec.get("containers") or (), spec.get("initContainers") or ()
    if not containers:
        findings.refuse("NV231", (*path, "containers"), "must have at least one container")
    _check_containers(containers, inits, path, findings, fills_host_ports=fills_host_ports)
    if spec.get("hostNetwork"):
        check_host_network(containers, (*path, "containers"), findings)
    warn_repeated_ports(containers, inits, path, findings)
    if not _FOR_NAMES.isdisjoint(spec):
        _check_names(spec, path, findings)


def _check_names(spec: PodSpecFields, path: FieldPath, findings: Findings) -> None:
    """Check what the pod is called, and how it looks names up."""
    for field, value in (("hostname", spec.get("hostname")), ("subdomain", spec.get("subdomain"))):
        for problem in dns_label_problems(value) if value else ():
            findings.refuse("NV242", (*path, field), f"{problem}, not {shown(value or '')}")
    if spec.get("dnsPolicy") is not None or spec.get("dnsConfig") is not None:
        _check_dns(spec, path, findings)
    for index, alias in enumerate(spec.get("hostAliases") or ()):
        check_ip((alias or {}).get("ip") or "", (*path, "hostAliases", index, "ip"), findings)


def _check_containers(
    containers: Containers, inits: Containers, path: FieldPath, findings: Findings, *, fills_host_ports: bool
) -> None:
    host_ports = HostPorts(fills=fills_host_ports)
    names: set[str] = set()
    for index, container in enumerate(containers):
        check_container(container or {}, (*path, "containers", index), names, host_ports, findings)
    for index, container in enumerate(inits):
        alone = HostPorts(fills=fills_host_ports)
        check_container(container or {}, (*path, "initContainers", index), names, alone, findings)


def _check_dns(spec: PodSpecFields, path: FieldPath, findings: Findings) -> None:
    policy = spec.get("dnsPolicy")
    check_choice(policy or None, DnsPolicy, (*path, "dnsPolicy"), findings)
    config = spec.get("dnsConfig")
    servers = (config or {}).get("nameservers") or ()
    place = (*path, "dnsConfig", "nameservers")
    if policy == DnsPolicy.NONE and not servers:
        missing = place[:-1] if config is None else place
        findings.refuse("NV243", missing, "is missing, though `dnsPolicy` is `None`")
    if len(servers) > _NAMESERVERS:
        findings.refuse("NV243", place, f"must not have more than {_NAMESERVERS} items, not {len(servers)}")
    for index, server in enumerate(servers):
        check_ip(server or "", (*place, index), findings)
    searches = [text or "" for text in (config or {}).get("searches") or ()]
    _check_searches(searches, (*path, "dnsConfig", "searches"), findings)
    for index, option in enumerate((config or {}).get("options") or ()):
        if not option or not option.get("name"):
            findings.refuse("NV243", (*path, "dnsConfig", "options", index), "must have a `name`")


def _check_searches(searches: Sequence[str], path: FieldPath, findings: Findings) -> None:
    if len(searches) > _SEARCHES:
        findings.refuse("NV243", path, f"must not have more than {_SEARCHES} items, not {len(searches)}")
    length = len(" ".join(searches))
    if length > _SEARCH_CHARACTERS:
        text = f"must not have more than {_SEARCH_CHARACTERS} characters together, not {length}"
        findings.refuse("NV243", path, text)
    for index, search in enumerate(searches):
        bare = search.removesuffix(".")
        if search != "." and (len(bare) > _LONGEST_SEARCH or not _SEARCH.fullmatch(bare)):
            text = f"must be a domain in lower case letters, digits, `-`, `_` and `.`, not {shown(search)}"
            findings.refuse("NV243", (*path, index), text)
