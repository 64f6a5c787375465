"""Subjects, peers and rules of policies for a whole cluster, which kinds of two versions of the API share.

Source: network-policy-api ``apis/v1alpha1`` and ``apis/v1alpha2`` with their kubebuilder markers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias

from netverify.documents.document import Document, FieldPath
from netverify.kinds.cidr import network_of
from netverify.kinds.cluster_policy_parts import (
    CheckedSelector,
    check_choice,
    check_cidr,
    check_domain_name,
    check_one_field,
    check_selector,
    check_size,
    refuse_names_beside,
    selector_of_fields,
)
from netverify.kinds.fields import TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.names import shown
from netverify.model.cluster_network_policy import (
    ClusterPeer,
    ClusterRule,
    DomainNamesPeer,
    NetworksPeer,
    NodesPeer,
    PodsPeer,
    ProtocolMatch,
    RuleAction,
)
from netverify.model.labels import EVERYTHING


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


_Fields: TypeAlias = Mapping[str, Any]
_LONGEST_NAME = 100
_ENDS = {"ingress": "from", "egress": "to"}
_OLDER_ACCEPT = "Allow"
"""What the older version calls it."""


class RuleForm(NamedTuple):
    """What tells rules of two kinds apart.

    They have one of ``actions``, and items in the field ``ports``, of which the field ``port_name`` has the name of a
    port. Lists have at most ``most`` items.
    """

    actions: type[StrEnum]
    ports: str
    port_name: str
    most: int
    check_port: Callable[[Any, FieldPath, Findings], None]
    port_of: Callable[[Any], ProtocolMatch]


def check_subject_and_rules(spec: _Fields, form: RuleForm, findings: Findings) -> None:
    """Check ``subject``, ``ingress`` and ``egress`` of ``spec``."""
    if (subject := spec.get("subject")) is None:
        text = "write `subject: {namespaces: {}}` for all pods"
        findings.refuse("NV320", ("spec", "subject"), "is missing", advice=text)
    else:
        check_peer(subject, ("spec", "subject"), findings)
    for section, end in _ENDS.items():
        rules: Sequence[_Fields] = spec.get(section) or ()
        if len(rules) > form.most:
            check_size(rules, ("spec", section), findings, form.most)
        for index, rule in enumerate(rules):
            _check_rule(rule, ("spec", section, index), end, form, findings)


def _check_rule(rule: _Fields, path: FieldPath, end: str, form: RuleForm, findings: Findings) -> None:
    if len((rule.get("name") or "").encode()) > _LONGEST_NAME:
        findings.refuse("NV328", (*path, "name"), f"must not be longer than {_LONGEST_NAME} bytes")
    check_choice(rule.get("action"), form.actions, (*path, "action"), findings)
    if (peers := rule.get(end)) is None:
        findings.refuse("NV320", (*path, end), "is missing", advice="write `namespaces: {}` for all pods")
    else:
        check_size(peers, (*path, end), findings, form.most)
    for index, peer in enumerate(peers or ()):
        check_peer(peer, (*path, end, index), findings)
    if (ports := rule.get(form.ports)) is None:
        return
    check_size(ports, (*path, form.ports), findings, form.most)
    for index, port in enumerate(ports):
        form.check_port(port, (*path, form.ports, index), findings)
    refuse_names_beside(peers or (), any(one.get(form.port_name) is not None for one in ports), path, findings)


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


def rules_of(spec: _Fields, section: str, form: RuleForm, document: Document) -> tuple[ClusterRule, ...]:
    """The rules of ``section`` of ``spec``, which is checked."""
    return tuple(
        ClusterRule(
            RuleAction.ACCEPT if rule["action"] == _OLDER_ACCEPT else RuleAction(rule["action"]),
            tuple(map(fields_of_peer, rule[_ENDS[section]])),
            tuple(map(form.port_of, rule.get(form.ports) or ())),
            document.origin(("spec", section, index)),
        )
        for index, rule in enumerate(spec.get(section) or ())
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
