"""Ordinary NetworkPolicies."""

from __future__ import annotations

from functools import lru_cache

from netverify.manifests.document import Document, Value
from netverify.manifests.facts import stored
from netverify.manifests.ordinary.metadata import Identity, labels
from netverify.manifests.ordinary.unusual import UnusualError, items, mapping, text
from netverify.manifests.validation.cidr import is_canonical, read_cidr
from netverify.manifests.validation.names import label_key_problems, label_value_problems, port_name_problems
from netverify.model.addresses import Address
from netverify.model.labels import LabelSelector
from netverify.model.network_policy import IPBlock, NetworkPolicy, Peer, PolicyPort, PolicyRule
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol

SPEC = frozenset({"egress", "ingress", "podSelector", "policyTypes"})
INGRESS = frozenset({"from", "ports"})
EGRESS = frozenset({"ports", "to"})
PEER = frozenset({"ipBlock", "namespaceSelector", "podSelector"})
IP_BLOCK = frozenset({"cidr", "except"})
PORT = frozenset({"endPort", "port", "protocol"})
SELECTOR = frozenset({"matchExpressions", "matchLabels"})
REQUIREMENT = frozenset({"key", "operator", "values"})
_TYPES = frozenset({"Ingress", "Egress"})
_PROTOCOLS = frozenset(protocol.value for protocol in Protocol)


def policy(document: Document, who: Identity) -> NetworkPolicy:
    """The policy that ``document`` is, which is called ``who``."""
    spec = mapping(document.value.get("spec"), SPEC)
    types = items(spec.get("policyTypes"))
    if len(types) > 2 or any(text(one) not in _TYPES for one in types):
        raise UnusualError
    egress = _rules(document, spec, "egress")
    return NetworkPolicy(
        name=who.name,
        namespace=who.namespace,
        pod_selector=selector(spec.get("podSelector")),
        ingress=_rules(document, spec, "ingress"),
        egress=egress,
        for_ingress=not types or "Ingress" in types,
        for_egress="Egress" in types if types else bool(egress),
        origin=document.origin(),
    )


def selector(value: Value) -> LabelSelector:
    """A label selector; a missing one matches everything."""
    whole = mapping(value, SELECTOR)
    match_labels = labels(whole.get("matchLabels"))
    expressions = tuple([_requirement(item) for item in items(whole.get("matchExpressions"))])
    return stored.selector(tuple(match_labels.items()), expressions)


def _requirement(value: Value) -> stored.Expression:
    whole = mapping(value, REQUIREMENT)
    key, operator = text(whole.get("key")), text(whole.get("operator"))
    values = items(whole.get("values"))
    if operator in {"In", "NotIn"}:
        if not values:
            raise UnusualError
    elif operator not in {"Exists", "DoesNotExist"} or values:
        raise UnusualError
    if label_key_problems(key) or any(one.__class__ is not str or label_value_problems(one) for one in values):
        raise UnusualError
    return key, operator, tuple(values)


def _rules(document: Document, spec: dict[str, Value], section: str) -> tuple[PolicyRule, ...]:
    rules = items(spec.get(section))
    if not rules:
        return ()
    fields, end = (INGRESS, "from") if section == "ingress" else (EGRESS, "to")
    read = []
    for index, value in enumerate(rules):
        if value.__class__ is not dict:
            raise UnusualError
        rule = mapping(value, fields)
        peers = tuple([_peer(peer) for peer in items(rule.get(end))])
        ports = tuple([_port(port) for port in items(rule.get("ports"))])
        read.append(PolicyRule(peers, ports, document.origin(("spec", section, index))))
    return tuple(read)


def _peer(value: Value) -> Peer:
    peer = mapping(value, PEER)
    pods, namespaces, block = peer.get("podSelector"), peer.get("namespaceSelector"), peer.get("ipBlock")
    if block is not None:
        if pods is not None or namespaces is not None:
            raise UnusualError
        whole = mapping(block, IP_BLOCK)
        excepts = tuple([text(item) for item in items(whole.get("except"))])
        return _block_peer(text(whole.get("cidr")), excepts)
    if pods is None and namespaces is None:
        raise UnusualError
    return _selector_peer(
        None if pods is None else selector(pods), None if namespaces is None else selector(namespaces)
    )


@lru_cache(maxsize=4096)
def _selector_peer(pods: LabelSelector | None, namespaces: LabelSelector | None) -> Peer:
    return Peer(pods, namespaces)


@lru_cache(maxsize=4096)
def _block_peer(cidr: str, excepts: tuple[str, ...]) -> Peer:
    readings = [read_cidr(text) for text in (cidr, *excepts)]
    for reading, written in zip(readings, (cidr, *excepts), strict=True):
        if reading.problems or not is_canonical(reading, written):
            raise UnusualError
    networks = [reading.network for reading in readings if reading.network is not None]
    whole, *holes = networks
    for hole, reading in zip(holes, readings[1:], strict=True):
        if Address(hole.family, hole.first) not in whole or reading.prefix <= readings[0].prefix:
            raise UnusualError
    return Peer(ip_block=IPBlock(whole, tuple(holes)))


def _port(value: Value) -> PolicyPort:
    if value.__class__ is not dict:
        raise UnusualError
    whole = mapping(value, PORT)
    protocol, port, end = whole.get("protocol"), whole.get("port"), whole.get("endPort")
    if protocol is not None and text(protocol) not in _PROTOCOLS:
        raise UnusualError
    if port.__class__ is int:
        if not MIN_PORT <= port <= MAX_PORT:
            raise UnusualError
    elif port is not None and port_name_problems(text(port)):
        raise UnusualError
    if end is not None and (port.__class__ is not int or end.__class__ is not int or not port <= end <= MAX_PORT):
        raise UnusualError
    return stored.policy_port(protocol, port, end)
