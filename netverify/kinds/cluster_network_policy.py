"""``policy.networking.k8s.io`` ClusterNetworkPolicy.

Source: network-policy-api ``apis/v1alpha2/clusternetworkpolicy_types.go`` with its kubebuilder markers.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypeAlias, TypedDict

from netverify.documents.document import Document, FieldPath, Value
from netverify.kinds.cidr import network_of
from netverify.kinds.cluster_policy_parts import (
    MOST_ITEMS,
    CheckedSelector,
    check_choice,
    check_cidr,
    check_domain_name,
    check_number,
    check_one_field,
    check_selector,
    check_size,
    refuse_names_beside,
    selector_of_fields,
)
from netverify.kinds.fields import FreeMap, Int32
from netverify.kinds.findings import Findings
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, ignores_of
from netverify.kinds.names import shown
from netverify.kinds.selector import place_of_label, without_field
from netverify.model.cluster_network_policy import (
    ClusterNetworkPolicy,
    ClusterPeer,
    ClusterRule,
    DomainNamesPeer,
    NamedDestination,
    NetworksPeer,
    NodesPeer,
    PodsPeer,
    PolicyTier,
    PortsOf,
    ProtocolMatch,
    RuleAction,
)
from netverify.model.labels import EVERYTHING
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol


class NamespacedPodFields(TypedDict, total=False):
    """``pods``."""

    namespaceSelector: CheckedSelector
    podSelector: CheckedSelector


class SubjectFields(TypedDict, total=False):
    """``subject``, and one item of ``from``."""

    namespaces: CheckedSelector
    pods: NamespacedPodFields


class EgressPeerFields(SubjectFields, total=False):
    """One item of ``to``."""

    nodes: CheckedSelector
    networks: list[str]
    domainNames: list[str]


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
_LONGEST_NAME = 100
_PRIORITIES, _PORTS = (0, 1000), (MIN_PORT, MAX_PORT)
_TRANSPORTS = ("tcp", "udp", "sctp")


def _check(policy: ClusterNetworkPolicyFields, findings: Findings) -> None:
    spec = policy.get("spec")
    if spec is None:
        findings.refuse("NV320", ("spec",), "is missing")
        return
    check_choice(spec.get("tier"), PolicyTier, ("spec", "tier"), findings)
    check_number(spec.get("priority"), _PRIORITIES, ("spec", "priority"), findings)
    if (subject := spec.get("subject")) is None:
        text = "write `subject: {namespaces: {}}` for all pods"
        findings.refuse("NV320", ("spec", "subject"), "is missing", advice=text)
    else:
        check_peer(subject, ("spec", "subject"), findings)
    fields: _Fields = spec
    for section, end in (("ingress", "from"), ("egress", "to")):
        rules: Sequence[_Fields] = fields.get(section) or ()
        if len(rules) > MOST_ITEMS:
            check_size(rules, ("spec", section), findings)
        for index, rule in enumerate(rules):
            _check_rule(rule, ("spec", section, index), end, findings)


def _check_rule(rule: _Fields, path: FieldPath, end: str, findings: Findings) -> None:
    if len((rule.get("name") or "").encode()) > _LONGEST_NAME:
        findings.refuse("NV328", (*path, "name"), f"must not be longer than {_LONGEST_NAME} bytes")
    check_choice(rule.get("action"), RuleAction, (*path, "action"), findings)
    peers, protocols = rule.get(end), rule.get("protocols")
    if peers is None:
        text = "write `namespaces: {}` for all pods"
        findings.refuse("NV320", (*path, end), "is missing", advice=text)
    else:
        check_size(peers, (*path, end), findings)
    for index, peer in enumerate(peers or ()):
        check_peer(peer, (*path, end, index), findings)
    if protocols is None:
        return
    check_size(protocols, (*path, "protocols"), findings)
    for index, protocol in enumerate(protocols):
        _check_protocol(protocol, (*path, "protocols", index), findings)
    refuse_names_beside(
        peers or (), any(one.get("destinationNamedPort") is not None for one in protocols), path, findings
    )


def check_peer(peer: _Fields, path: FieldPath, findings: Findings) -> None:
    """Check a subject or a peer, which has one field."""
    check_one_field(peer, path, findings)
    pods = peer.get("pods")
    for field in ("namespaces", "nodes"):
        check_selector(peer.get(field), (*path, field), findings)
    if pods is not None:
        if pods.get("podSelector") is None:
            text = "write `podSelector: {}` for all pods of the namespaces"
            findings.refuse("NV320", (*path, "pods", "podSelector"), "is missing", advice=text)
        for field in ("namespaceSelector", "podSelector"):
            check_selector(pods.get(field), (*path, "pods", field), findings)
    for field, check in (("networks", check_cidr), ("domainNames", check_domain_name)):
        if (items := peer.get(field)) is None:
            continue
        check_size(items, (*path, field), findings)
        for index, item in enumerate(items):
            check(item, (*path, field, index), findings)
            if item in items[:index]:
                findings.refuse("NV325", (*path, field, index), f"is there twice: {shown(item)}")


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
        ingress=_rules(spec.get("ingress"), "ingress", "from", document),
        egress=_rules(spec.get("egress"), "egress", "to", document),
        origin=document.origin(),
        ignores=ignores_of(policy.get("metadata"), document),
    )


def _rules(rules: Sequence[_Fields] | None, section: str, end: str, document: Document) -> tuple[ClusterRule, ...]:
    return tuple(
        ClusterRule(
            RuleAction(rule["action"]),
            tuple(map(fields_of_peer, rule[end])),
            tuple(map(_protocol, rule.get("protocols") or ())),
            document.origin(("spec", section, index)),
        )
        for index, rule in enumerate(rules or ())
    )


def fields_of_peer(peer: EgressPeerFields) -> ClusterPeer:
    """One item of ``from`` or ``to``."""
    if (nodes := peer.get("nodes")) is not None:
        return NodesPeer(selector_of_fields(nodes))
    if (networks := peer.get("networks")) is not None:
        return NetworksPeer(tuple(map(network_of, networks)))
    if (names := peer.get("domainNames")) is not None:
        return DomainNamesPeer(tuple(names))
    return pods_of(peer)


def pods_of(peer: SubjectFields) -> PodsPeer:
    """``namespaces`` or ``pods``; without a ``namespaceSelector`` pods are those of every namespace.

    Source: NamespacedPod (the field is no pointer: absent and empty are one).
    """
    pods = peer.get("pods")
    if pods is None:
        return PodsPeer(selector_of_fields(peer.get("namespaces")), EVERYTHING)
    return PodsPeer(selector_of_fields(pods.get("namespaceSelector")), selector_of_fields(pods.get("podSelector")))


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
