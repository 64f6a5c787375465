"""``policy.networking.k8s.io`` ClusterNetworkPolicy.

Source: network-policy-api ``apis/v1alpha2/clusternetworkpolicy_types.go`` with its kubebuilder markers.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, TypeAlias

from netverify.documents.document import Document, FieldPath, Value
from netverify.kinds.cluster_policy_parts import (
    MOST_ITEMS,
    CheckedSelector,
    check_choice,
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
from netverify.kinds.selector import place_of_label, without_field
from netverify.model.cluster_network_policy import (
    ClusterNetworkPolicy,
    NamedDestination,
    PolicyTier,
    PortsOf,
    ProtocolMatch,
    RuleAction,
)
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol


class RangeFields(TypedDict, total=False):
    """``range``."""

    start: Int32
    end: Int32


class PortFields(TypedDict, total=False):
    """``destinationPort``."""

    number: Int32
    range: RangeFields


class TransportFields(TypedDict, total=False):
    """``tcp``, ``udp`` or ``sctp``."""

    destinationPort: PortFields


class ProtocolFields(TypedDict, total=False):
    """One item of ``protocols``."""

    tcp: TransportFields
    udp: TransportFields
    sctp: TransportFields
    destinationNamedPort: str


IngressRuleFields = TypedDict(
    "IngressRuleFields",
    {"name": str, "action": str, "from": list[SubjectFields], "protocols": list[ProtocolFields]},
    total=False,
)
"""One item of ``ingress``."""


class EgressRuleFields(TypedDict, total=False):
    """One item of ``egress``."""

    name: str
    action: str
    to: list[EgressPeerFields]
    protocols: list[ProtocolFields]


class SpecFields(TypedDict, total=False):
    """``spec``."""

    tier: str
    priority: Int32
    subject: SubjectFields
    ingress: list[IngressRuleFields]
    egress: list[EgressRuleFields]


class ClusterNetworkPolicyFields(TypedDict, total=False):
    """The whole object."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: SpecFields
    status: FreeMap


_Fields: TypeAlias = Mapping[str, Any]
_PRIORITIES, _PORTS = (0, 1000), (MIN_PORT, MAX_PORT)
_TRANSPORTS = ("tcp", "udp", "sctp")


def _check(policy: ClusterNetworkPolicyFields, findings: Findings) -> None:
    spec = policy.get("spec")
    if spec is None:
        findings.refuse("NV320", ("spec",), "is missing")
        return
    check_choice(spec.get("tier"), PolicyTier, ("spec", "tier"), findings)
    check_number(spec.get("priority"), _PRIORITIES, ("spec", "priority"), findings)
    check_subject_and_rules(spec, _RULES, findings)


def _check_protocol(protocol: _Fields, path: FieldPath, findings: Findings) -> None:
    check_one_field(protocol, path, findings)
    for field in _TRANSPORTS:
        if (transport := protocol.get(field)) is None:
            continue
        check_one_field(transport, (*path, field), findings)
        if (port := transport.get("destinationPort")) is None:
            continue
        place = (*path, field, "destinationPort")
        check_one_field(port, place, findings)
        if port.get("number") is not None:
            check_number(port["number"], _PORTS, (*place, "number"), findings)
        if (ports := port.get("range")) is not None:
            _check_range(ports, (*place, "range"), findings)


def _check_range(ports: RangeFields, path: FieldPath, findings: Findings) -> None:
    start, end = ports.get("start"), ports.get("end")
    check_number(start, _PORTS, (*path, "start"), findings)
    check_number(end, _PORTS, (*path, "end"), findings)
    if start is not None and end is not None and start >= end:
        advice = f"write `number: {start}` for one port" if start == end else ""
        text = f"must have a `start` that is less than its `end`, not `{start}` and `{end}`"
        findings.refuse("NV324", path, text, advice=advice)


def _fact(policy: ClusterNetworkPolicyFields, who: Who, document: Document) -> ClusterNetworkPolicy:
    spec = policy.get("spec") or {}
    return ClusterNetworkPolicy(
        name=who.name,
        tier=PolicyTier(spec.get("tier") or ""),
        priority=spec.get("priority") or 0,
        subject=pods_of(spec.get("subject") or {}),
        ingress=rules_of(spec, "ingress", _RULES, document),
        egress=rules_of(spec, "egress", _RULES, document),
        origin=document.origin(),
        ignores=ignores_of(policy.get("metadata"), document),
    )


def _protocol(protocol: ProtocolFields) -> ProtocolMatch:
    if (name := protocol.get("destinationNamedPort")) is not None:
        return NamedDestination(name)
    fields: _Fields = protocol
    field = next(one for one in _TRANSPORTS if fields.get(one) is not None)
    port: _Fields = fields[field].get("destinationPort") or {}
    ports = port.get("range")
    if ports is None:
        number = port.get("number") or 0
        return PortsOf(Protocol(field.upper()), number, number)
    return PortsOf(Protocol(field.upper()), ports.get("start") or 0, ports.get("end") or 0)


_RULES = RuleForm(RuleAction, "protocols", "destinationNamedPort", MOST_ITEMS, _check_protocol, _protocol)
_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "from": "a rule under `ingress`",
        "to": "a rule under `egress`",
        "nodes": "an item of `to`",
        "networks": "an item of `to`",
        "domainNames": "an item of `to`",
        "namespaceSelector": "`pods`; all pods of namespaces are `namespaces`",
        "podSelector": "`pods`",
        "matchLabels": "`namespaces`, or a selector of `pods`",
        "ipBlock": "a NetworkPolicy; here it is `networks: [CIDR]`",
        "ports": "a NetworkPolicy; here it is `protocols`",
        "port": "a NetworkPolicy; here it is `destinationPort: {number: 80}`",
        "policyTypes": "a NetworkPolicy; here a direction without rules has no effect",
    },
)
"""Where fields belong that are written elsewhere."""


def _belongs(owner: object, name: str, value: Mapping[str, Value]) -> str:
    del value
    if owner is CheckedSelector:
        return place_of_label(name)
    return f"`{name}` belongs in {_PLACES[name]}" if name in _PLACES else ""


def _without(owner: object, name: str, value: Any) -> str:
    """What a mapping would mean once the server drops a field that it does not know."""
    del name
    if owner is CheckedSelector:
        return without_field(value)
    if owner in {IngressRuleFields, EgressRuleFields} and not value.get("protocols"):
        return "the rule would be about all protocols and ports"
    return ""


CLUSTER_NETWORK_POLICY = Kind(
    "policy.networking.k8s.io",
    ("v1alpha2",),
    "ClusterNetworkPolicy",
    ClusterNetworkPolicyFields,
    _check,
    _fact,
    is_namespaced=False,
    belongs=_belongs,
    without=_without,
)
