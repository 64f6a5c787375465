"""``policy.networking.k8s.io`` AdminNetworkPolicy and BaselineAdminNetworkPolicy, older than ClusterNetworkPolicy.

Source: network-policy-api ``apis/v1alpha1`` with its kubebuilder markers. The protocol of a port, and whether a range
begins before it ends, are not validated.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, TypeAlias

from netverify.documents.document import Document, FieldPath
from netverify.kinds.cluster_policy_parts import (
    CheckedSelector,
    check_number,
    check_one_field,
)
from netverify.kinds.cluster_policy_rules import (
    EgressPeerFields,
    RuleForm,
    SubjectFields,
    check_subject_and_rules,
    pods_of,
    rules_of,
)
from netverify.kinds.fields import FreeMap, Int32, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, ignores_of
from netverify.kinds.names import shown
from netverify.model.cluster_network_policy import (
    ClusterNetworkPolicy,
    NamedDestination,
    PolicyApi,
    PolicyTier,
    PortsOf,
    ProtocolMatch,
    UnclearPorts,
)
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol


class PortNumberFields(TypedDict, total=False):
    """``portNumber``."""

    protocol: str
    port: Int32


class PortRangeFields(TypedDict, total=False):
    """``portRange``."""

    protocol: str
    start: Int32
    end: Int32


class PortFields(TypedDict, total=False):
    """One item of ``ports``."""

    portNumber: PortNumberFields
    portRange: PortRangeFields
    namedPort: str


class BaselineEgressPeerFields(SubjectFields, total=False):
    """One item of ``to`` of a BaselineAdminNetworkPolicy."""

    nodes: CheckedSelector
    networks: list[str]


IngressRuleFields = TypedDict(
    "IngressRuleFields",
    {"name": str, "action": str, "from": list[SubjectFields], "ports": list[PortFields]},
    total=False,
)
"""One item of ``ingress``."""


class EgressRuleFields(TypedDict, total=False):
    """One item of ``egress``."""

    name: str
    action: str
    to: list[EgressPeerFields]
    ports: list[PortFields]


class BaselineEgressRuleFields(TypedDict, total=False):
    """One item of ``egress`` of a BaselineAdminNetworkPolicy."""

    name: str
    action: str
    to: list[BaselineEgressPeerFields]
    ports: list[PortFields]


class AdminSpecFields(TypedDict, total=False):
    """``spec`` of an AdminNetworkPolicy."""

    priority: Int32
    subject: SubjectFields
    ingress: list[IngressRuleFields]
    egress: list[EgressRuleFields]


class BaselineSpecFields(TypedDict, total=False):
    """``spec`` of a BaselineAdminNetworkPolicy."""

    subject: SubjectFields
    ingress: list[IngressRuleFields]
    egress: list[BaselineEgressRuleFields]


class AdminFields(TypedDict, total=False):
    """A whole AdminNetworkPolicy."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: AdminSpecFields
    status: FreeMap


class BaselineFields(TypedDict, total=False):
    """A whole BaselineAdminNetworkPolicy."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: BaselineSpecFields
    status: FreeMap


class AdminAction(StrEnum):
    """``action`` of a rule of an AdminNetworkPolicy."""

    ALLOW = "Allow"
    DENY = "Deny"
    PASS = "Pass"  # noqa: S105 - an action, not a password


class BaselineAction(StrEnum):
    """``action`` of a rule of a BaselineAdminNetworkPolicy."""

    ALLOW = "Allow"
    DENY = "Deny"


_Fields: TypeAlias = Mapping[str, Any]
_MOST = 100
_PRIORITIES, _PORTS = (0, 1000), (MIN_PORT, MAX_PORT)
_SINGLETON = "default"


def _check_admin(policy: AdminFields, findings: Findings) -> None:
    if (spec := policy.get("spec")) is None:
        findings.refuse("NV320", ("spec",), "is missing")
        return
    check_number(spec.get("priority"), _PRIORITIES, ("spec", "priority"), findings)
    check_subject_and_rules(spec, _ADMIN_RULES, findings)


def _check_baseline(policy: BaselineFields, findings: Findings) -> None:
    name = (policy.get("metadata") or {}).get("name")
    if name is not None and name != _SINGLETON:
        findings.refuse("NV222", ("metadata", "name"), f"must be `{_SINGLETON}`, not {shown(name)}: there is only one")
    if (spec := policy.get("spec")) is None:
        findings.refuse("NV320", ("spec",), "is missing")
        return
    check_subject_and_rules(spec, _BASELINE_RULES, findings)


def _check_port(port: PortFields, path: FieldPath, findings: Findings) -> None:
    check_one_field(port, path, findings)
    if (number := port.get("portNumber")) is not None:
        check_number(number.get("port"), _PORTS, (*path, "portNumber", "port"), findings)
    if (ports := port.get("portRange")) is not None:
        check_number(ports.get("start"), _PORTS, (*path, "portRange", "start"), findings)
        check_number(ports.get("end"), _PORTS, (*path, "portRange", "end"), findings)
    if isinstance(_port(port), UnclearPorts):
        text = "has a protocol that there is not, or a range without ports: the API server does not look at that"
        findings.warn("NV329", path, f"{text}, and what it means is not defined")


def _admin(policy: AdminFields, who: Who, document: Document) -> ClusterNetworkPolicy:
    spec = policy.get("spec") or {}
    return _policy(spec, spec.get("priority") or 0, PolicyApi.ADMIN, who, document)


def _baseline(policy: BaselineFields, who: Who, document: Document) -> ClusterNetworkPolicy:
    return _policy(policy.get("spec") or {}, 0, PolicyApi.BASELINE, who, document)


def _policy(spec: _Fields, priority: int, api: PolicyApi, who: Who, document: Document) -> ClusterNetworkPolicy:
    return ClusterNetworkPolicy(
        name=who.name,
        tier=PolicyTier.ADMIN if api is PolicyApi.ADMIN else PolicyTier.BASELINE,
        priority=priority,
        subject=pods_of(spec["subject"]),
        ingress=rules_of(spec, "ingress", _ADMIN_RULES, document),
        egress=rules_of(spec, "egress", _ADMIN_RULES, document),
        origin=document.origin(),
        ignores=ignores_of(document.value.get("metadata"), document),
        api=api,
    )


def _port(port: PortFields) -> ProtocolMatch:
    """One item of ``ports``; without a protocol it is of TCP."""
    if (name := port.get("namedPort")) is not None:
        return NamedDestination(name)
    number, ports = port.get("portNumber") or {}, port.get("portRange") or {}
    written = number.get("protocol") if number else ports.get("protocol")
    first, last = (number.get("port"),) * 2 if number else (ports.get("start"), ports.get("end"))
    protocol = "TCP" if written is None else written
    if protocol not in list(Protocol) or (first or 0) > (last or 0):
        return UnclearPorts(f"{protocol} {first}-{last}")
    return PortsOf(Protocol(protocol), first or 0, last or 0)


_ADMIN_RULES = RuleForm(AdminAction, "ports", "namedPort", _MOST, _check_port, _port)
_BASELINE_RULES = _ADMIN_RULES._replace(actions=BaselineAction)
_GROUP, _VERSIONS = "policy.networking.k8s.io", ("v1alpha1",)
ADMIN_NETWORK_POLICY = Kind(
    _GROUP, _VERSIONS, "AdminNetworkPolicy", AdminFields, _check_admin, _admin, is_namespaced=False
)
BASELINE_ADMIN_NETWORK_POLICY = Kind(
    _GROUP, _VERSIONS, "BaselineAdminNetworkPolicy", BaselineFields, _check_baseline, _baseline, is_namespaced=False
)
