"""Ordinary NetworkPolicies."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from types import MappingProxyType
from typing import TypeAlias

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
_RULE_FIELDS: Mapping[str, frozenset[str]] = MappingProxyType({"from": INGRESS, "to": EGRESS})
_Selector: TypeAlias = tuple[tuple[tuple[str, str], ...], tuple[stored.Expression, ...]]
_Peer: TypeAlias = tuple[_Selector | None, _Selector | None, tuple[str, ...]]
"""Selectors of pods and namespaces; or a CIDR with its exceptions."""
_Port: TypeAlias = tuple[str | None, int | str | None, int | None]
_TYPES = frozenset({"Ingress", "Egress"})
_PROTOCOLS = frozenset(protocol.value for protocol in Protocol)


def policy(document: Document, who: Identity) -> NetworkPolicy:
    """The policy that ``document`` is, which is called ``who``."""
    spec = mapping(document.value.get("spec"), SPEC)
    types = items(spec.get("policyTypes"))
    if len(types) > 2 or any(one.__class__ is not str or one not in _TYPES for one in types):
        raise UnusualError
    egress = _rules(document, spec, "egress", "to")
    return NetworkPolicy(
        name=who.name,
        namespace=who.namespace,
        pod_selector=_checked_selector(*_selector(spec.get("podSelector"))),
        ingress=_rules(document, spec, "ingress", "from"),
        egress=egress,
        for_ingress=not types or "Ingress" in types,
        for_egress="Egress" in types if types else bool(egress),
        origin=document.origin(),
    )


def _rules(document: Document, spec: dict[str, Value], section: str, end: str) -> tuple[PolicyRule, ...]:
    rules = items(spec.get(section))
    if not rules:
        return ()
    read = []
    for index, value in enumerate(rules):
        if value.__class__ is not dict:
            raise UnusualError
        rule = mapping(value, _RULE_FIELDS[end])
        peers = tuple([_peer(peer) for peer in items(rule.get(end))])
        ports = tuple([_port(port) for port in items(rule.get("ports"))])
        read.append(PolicyRule(_checked_peers(peers), _checked_ports(ports), document.origin(("spec", section, index))))
    return tuple(read)


def _peer(value: Value) -> _Peer:
    peer = mapping(value, PEER)
    block = peer.get("ipBlock")
    if block is None:
        return _optional_selector(peer.get("podSelector")), _optional_selector(peer.get("namespaceSelector")), ()
    if len(peer) > 1:
        raise UnusualError
    whole = mapping(block, IP_BLOCK)
    return None, None, (text(whole.get("cidr")), *[text(item) for item in items(whole.get("except"))])


def _port(value: Value) -> _Port:
    if value.__class__ is not dict:
        raise UnusualError
    whole = mapping(value, PORT)
    protocol, port, end = whole.get("protocol"), whole.get("port"), whole.get("endPort")
    if port.__class__ is not int and port is not None:
        text(port)
    if end.__class__ is not int and end is not None:
        raise UnusualError
    return None if protocol is None else text(protocol), port, end


def _selector(value: Value) -> _Selector:
    whole = mapping(value, SELECTOR)
    match_labels = tuple(labels(whole["matchLabels"]).items()) if "matchLabels" in whole else ()
    if "matchExpressions" not in whole:
        return match_labels, ()
    return match_labels, tuple([_requirement(item) for item in items(whole["matchExpressions"])])


def _optional_selector(value: Value) -> _Selector | None:
    return None if value is None else _selector(value)


def _requirement(value: Value) -> stored.Expression:
    whole = mapping(value, REQUIREMENT)
    key, operator, values = text(whole.get("key")), text(whole.get("operator")), items(whole.get("values"))
    if any(one.__class__ is not str for one in values):
        raise UnusualError
    return key, operator, tuple(values)


@lru_cache(maxsize=4096)
def _checked_peers(peers: tuple[_Peer, ...]) -> tuple[Peer, ...]:
    return tuple(_checked_peer(*peer) for peer in peers)


def _checked_peer(pods: _Selector | None, namespaces: _Selector | None, cidrs: tuple[str, ...]) -> Peer:
    if cidrs:
        return Peer(ip_block=_checked_block(*cidrs))
    if pods is None and namespaces is None:
        raise UnusualError
    return Peer(
        None if pods is None else _checked_selector(*pods),
        None if namespaces is None else _checked_selector(*namespaces),
    )


def _checked_block(cidr: str, *excepts: str) -> IPBlock:
    whole = read_cidr(cidr)
    holes = [read_cidr(item) for item in excepts]
    networks = []
    for reading, written in zip((whole, *holes), (cidr, *excepts), strict=True):
        if reading.network is None or reading.problems or not is_canonical(reading, written):
            raise UnusualError
        networks.append(reading.network)
    for hole, network in zip(holes, networks[1:], strict=True):
        if Address(network.family, network.first) not in networks[0] or hole.prefix <= whole.prefix:
            raise UnusualError
    return IPBlock(networks[0], tuple(networks[1:]))


@lru_cache(maxsize=4096)
def _checked_ports(ports: tuple[_Port, ...]) -> tuple[PolicyPort, ...]:
    return tuple(_checked_port(*port) for port in ports)


def _checked_port(protocol: str | None, port: int | str | None, end: int | None) -> PolicyPort:
    if protocol is not None and protocol not in _PROTOCOLS:
        raise UnusualError
    if isinstance(port, int) and not MIN_PORT <= port <= MAX_PORT:
        raise UnusualError
    if isinstance(port, str) and port_name_problems(port):
        raise UnusualError
    if end is not None and not (isinstance(port, int) and port <= end <= MAX_PORT):
        raise UnusualError
    return stored.policy_port(protocol, port, end)


def _checked_selector(
    match_labels: tuple[tuple[str, str], ...], expressions: tuple[stored.Expression, ...]
) -> LabelSelector:
    """The selector, whose labels have been checked."""
    for key, operator, values in expressions:
        if operator in {"In", "NotIn"}:
            if not values:
                raise UnusualError
        elif operator not in {"Exists", "DoesNotExist"} or values:
            raise UnusualError
        if label_key_problems(key or "") or any(label_value_problems(value or "") for value in values):
            raise UnusualError
    return stored.selector(match_labels, expressions)
