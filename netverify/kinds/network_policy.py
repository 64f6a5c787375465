"""``networking.k8s.io`` NetworkPolicy.

Source: k8s.io/api ``networking/v1/types.go``; ``pkg/apis/networking/validation/validation.go``,
``pkg/apis/networking/v1/defaults.go``; decoding of null list items as zero values.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any, TypeAlias

from netverify.diagnostics import Origin
from netverify.documents.document import Document, FieldPath, Value
from netverify.kinds import stored
from netverify.kinds.cidr import network_of, report_cidr
from netverify.kinds.fields import Alike, Int32, IntOrString, TypedDict
from netverify.kinds.findings import Findings, is_silent
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, ignores_of
from netverify.kinds.names import port_name_problems, shown
from netverify.kinds.ports import PROTOCOLS, is_port, refuse_protocol
from netverify.kinds.remembered import remembered
from netverify.kinds.selector import SelectorFields, check_selector, selector_parts, stored_selector
from netverify.model.addresses import Address
from netverify.model.network_policy import IPBlock, NetworkPolicy, Peer, PolicyPort, PolicyRule

IPBlockFields = TypedDict("IPBlockFields", {"cidr": str, "except": list[str | None]}, total=False)
"""``ipBlock``."""


class PeerFields(TypedDict, total=False):
    """One item of ``from`` or ``to``."""

    podSelector: SelectorFields
    namespaceSelector: SelectorFields
    ipBlock: IPBlockFields


class PortFields(TypedDict, total=False):
    """One item of ``ports``."""

    protocol: str
    port: IntOrString
    endPort: Int32


IngressRuleFields = TypedDict(
    "IngressRuleFields", {"ports": list[PortFields | None], "from": list[PeerFields | None]}, total=False
)
"""One item of ``ingress``."""


class EgressRuleFields(TypedDict, total=False):
    """One item of ``egress``."""

    ports: list[PortFields | None]
    to: list[PeerFields | None]


class SpecFields(TypedDict, total=False):
    """``spec``."""

    podSelector: SelectorFields
    policyTypes: list[str | None]
    ingress: list[Alike[IngressRuleFields] | None]
    egress: list[Alike[EgressRuleFields] | None]


class NetworkPolicyFields(TypedDict, total=False):
    """The whole object; there is no ``status``."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: SpecFields


_TYPES = frozenset({"Ingress", "Egress"})
_RuleFields: TypeAlias = Mapping[str, Any]
"""A rule of either direction."""
_Block: TypeAlias = tuple[str, ...]
_Peer: TypeAlias = tuple[stored.SelectorParts | None, stored.SelectorParts | None, _Block | None]
"""Selectors of pods and of namespaces, and a CIDR with its exceptions."""
_Port: TypeAlias = tuple[str | None, int | str | None, int | None]


def _check(policy: NetworkPolicyFields, findings: Findings) -> None:
    spec = policy.get("spec")
    if not spec:
        return
    if selector := spec.get("podSelector"):
        check_selector(selector, ("spec", "podSelector"), findings)
    if types := spec.get("policyTypes"):
        _check_types(types, findings)
    if ingress := spec.get("ingress"):
        _check_rules(ingress, "ingress", "from", findings)
    if egress := spec.get("egress"):
        _check_rules(egress, "egress", "to", findings)


def _check_rules(rules: Sequence[_RuleFields | None], section: str, end: str, findings: Findings) -> None:
    for index, rule in enumerate(rules):
        if not _is_plain(rule, end):
            _check_rule(rule, ("spec", section, index), end, findings)


@remembered
def _is_plain(rule: _RuleFields | None, end: str) -> bool:
    """Whether nothing is to be said about such a rule."""
    return is_silent(partial(_check_rule, rule, (), end))


def _check_types(types: Sequence[str | None], findings: Findings) -> None:
    path = ("spec", "policyTypes")
    if len(types) <= 2 and _TYPES.issuperset(types):
        return
    if len(types) > 2:
        findings.refuse("NV317", path, f"must not have more than two items, not {len(types)}")
        return
    for index, item in enumerate(types):
        if item not in _TYPES:
            meant = next((name for name in sorted(_TYPES) if name.lower() == (item or "").lower()), "")
            advice = f"did you mean `{meant}`?" if meant else ""
            text = f"must be `Ingress` or `Egress`, not {shown(item or '')}"
            findings.refuse("NV318", (*path, index), text, advice=advice)


def _check_rule(rule: _RuleFields | None, path: FieldPath, end: str, findings: Findings) -> None:
    if rule is None:
        section, whom = ("ingress", "from everyone") if end == "from" else ("egress", "to everyone")
        findings.warn(
            "NV319",
            path,
            f"is null, which is stored as the empty rule: it allows all traffic {whom}",
            advice=f"write `{{}}` if that is meant, or `{section}: []` to allow nothing",
        )
        return
    if ports := rule.get("ports"):
        for index, port in enumerate(ports):
            _check_port(port or PortFields(), (*path, "ports", index), findings)
    for index, peer in enumerate(rule.get(end) or ()):
        _check_peer(peer or PeerFields(), (*path, end, index), findings)


def _check_port(port: PortFields, path: FieldPath, findings: Findings) -> None:
    protocol, number, end = port.get("protocol"), port.get("port"), port.get("endPort")
    if protocol is not None and protocol not in PROTOCOLS:
        refuse_protocol(protocol, (*path, "protocol"), "NV301", findings)
    if isinstance(number, str):
        advice = f"write `port: {number}` for the number" if number.isascii() and number.isdigit() else ""
        for problem in port_name_problems(number):
            findings.refuse("NV303", (*path, "port"), f"{problem}, not {shown(number)}", advice=advice)
    elif number is not None and not is_port(number):
        findings.refuse("NV302", (*path, "port"), f"must be between 1 and 65535, not `{number}`")
    if end is not None:
        _check_end_port(end, number, (*path, "endPort"), findings)


def _check_end_port(end: int, port: int | str | None, path: FieldPath, findings: Findings) -> None:
    if port is None:
        advice = "write the first port of the range as `port`"
        findings.refuse("NV304", path, "must not be given without `port`", advice=advice)
        return
    if isinstance(port, str):
        findings.refuse("NV305", path, f"must not be given when `port` is a name (`{port}`)")
        return
    if not is_port(port):
        return
    if not is_port(end):
        findings.refuse("NV307", path, f"must be between 1 and 65535, not `{end}`")
    if end < port:
        findings.refuse("NV306", path, f"must not be less than `port`, which is `{port}`, but is `{end}`")


def _check_peer(peer: PeerFields, path: FieldPath, findings: Findings) -> None:
    pods, namespaces, block = peer.get("podSelector"), peer.get("namespaceSelector"), peer.get("ipBlock")
    if pods is None and namespaces is None and block is None:
        advice = "write `podSelector: {}` for all pods of this namespace, `namespaceSelector: {}` for all pods"
        text = "must name a peer: `podSelector`, `namespaceSelector` or `ipBlock`"
        findings.refuse("NV308", path, text, advice=advice)
        return
    if pods:
        check_selector(pods, (*path, "podSelector"), findings)
    if namespaces:
        check_selector(namespaces, (*path, "namespaceSelector"), findings)
    if block is None:
        return
    if pods is not None or namespaces is not None:
        advice = "make it an item of its own: peers of one list are alternatives"
        findings.refuse("NV309", path, "must not have `ipBlock` together with a selector", advice=advice)
    _check_block(block, (*path, "ipBlock"), findings)


def _check_block(block: IPBlockFields, path: FieldPath, findings: Findings) -> None:
    cidr = block.get("cidr")
    if not cidr:
        advice = "write `0.0.0.0/0` or `::/0` for every address of a family"
        findings.refuse("NV310", (*path, "cidr"), "is missing", advice=advice)
        return
    whole = report_cidr(cidr, (*path, "cidr"), findings)
    for index, item in enumerate(block.get("except") or ()):
        place = (*path, "except", index)
        part = report_cidr(item or "", place, findings)
        if whole.network is None or part.network is None:
            continue
        inside = Address(part.network.family, part.network.first) in whole.network
        if not inside or part.prefix <= whole.prefix:
            findings.refuse("NV315", place, f"must be a strict subset of `cidr` (`{cidr}`), but is `{item}`")


def _fact(policy: NetworkPolicyFields, who: Who, document: Document) -> NetworkPolicy:
    """The stored policy.

    A missing ``spec`` selects every pod and isolates it for ingress. A null rule is the empty rule, which allows all.
    """
    spec = policy.get("spec") or {}
    ingress = _rules(spec.get("ingress"), "ingress", "from", document)
    egress = _rules(spec.get("egress"), "egress", "to", document)
    types = spec.get("policyTypes") or (("Ingress", "Egress") if egress else ("Ingress",))
    return NetworkPolicy(
        name=who.name,
        namespace=who.namespace,
        pod_selector=stored_selector(spec.get("podSelector")),
        ingress=ingress,
        egress=egress,
        for_ingress="Ingress" in types,
        for_egress="Egress" in types,
        origin=document.origin(),
        ignores=ignores_of(policy.get("metadata"), document),
    )


def _rules(
    rules: Sequence[_RuleFields | None] | None, section: str, end: str, document: Document
) -> tuple[PolicyRule, ...]:
    if not rules:
        return ()
    places = [document.origin(("spec", section, index)) for index in range(len(rules))]
    return tuple([_rule(rule or {}, end, place) for rule, place in zip(rules, places, strict=True)])


def _rule(rule: _RuleFields, end: str, place: Origin) -> PolicyRule:
    """The rule; its peers have no places: answers point at rules, and finding every peer's place would cost a lot."""
    return PolicyRule(*_rule_parts(rule, end), place)


@remembered
def _rule_parts(rule: _RuleFields, end: str) -> tuple[tuple[Peer, ...], tuple[PolicyPort, ...]]:
    peers = tuple([_peer_parts(peer) for peer in rule.get(end) or () if peer])
    ports = rule.get("ports")
    read = _ports(tuple([_port_parts(port or PortFields()) for port in ports])) if ports else ()
    return _peers(peers) if peers else (), read


def _peer_parts(peer: PeerFields) -> _Peer:
    pods, namespaces, block = peer.get("podSelector"), peer.get("namespaceSelector"), peer.get("ipBlock")
    return (
        None if pods is None else selector_parts(pods),
        None if namespaces is None else selector_parts(namespaces),
        None if block is None else (block.get("cidr") or "", *[item or "" for item in block.get("except") or ()]),
    )


def _port_parts(port: PortFields) -> _Port:
    return port.get("protocol"), port.get("port"), port.get("endPort")


@lru_cache(maxsize=4096)
def _peers(peers: tuple[_Peer, ...]) -> tuple[Peer, ...]:
    return tuple([_peer(*peer) for peer in peers])


def _peer(pods: stored.SelectorParts | None, namespaces: stored.SelectorParts | None, block: _Block | None) -> Peer:
    return Peer(
        None if pods is None else stored.selector(*pods),
        None if namespaces is None else stored.selector(*namespaces),
        None if block is None else IPBlock(network_of(block[0]), tuple(map(network_of, block[1:]))),
    )


@lru_cache(maxsize=4096)
def _ports(ports: tuple[_Port, ...]) -> tuple[PolicyPort, ...]:
    return tuple([stored.policy_port(*port) for port in ports])


_PLACES: Mapping[str, str] = MappingProxyType(
    {
        "from": "a rule under `ingress`",
        "to": "a rule under `egress`",
        "ports": "a rule, beside `from` or `to`",
        "port": "an item of `ports`",
        "endPort": "an item of `ports`",
        "protocol": "an item of `ports`",
        "podSelector": "`spec`, or an item of `from` or `to`",
        "namespaceSelector": "an item of `from` or `to`",
        "ipBlock": "an item of `from` or `to`",
        "cidr": "`ipBlock`",
        "except": "`ipBlock`",
        "matchLabels": "`podSelector` or `namespaceSelector`",
        "matchExpressions": "`podSelector` or `namespaceSelector`",
        "ingress": "`spec`",
        "egress": "`spec`",
        "policyTypes": "`spec`",
    },
)
"""Where each field belongs."""
_OWNERS = (
    NetworkPolicyFields,
    SpecFields,
    IngressRuleFields,
    EgressRuleFields,
    PeerFields,
    PortFields,
    IPBlockFields,
)


def _belongs(owner: object, name: str, value: Mapping[str, Value]) -> str:
    del value
    return f"`{name}` belongs in {_PLACES[name]}" if name in _PLACES and owner in _OWNERS else ""


def _without(owner: object, name: str, value: Mapping[str, Value]) -> str:
    """What a mapping would mean once the server drops a field that it does not know."""
    meaning = ""
    if owner is IngressRuleFields:
        meaning = _rule_without(value, "from", "from everyone")
    elif owner is EgressRuleFields:
        meaning = _rule_without(value, "to", "to everyone")
    elif owner is PeerFields:
        meaning = _peer_without(value)
    elif owner is PortFields:
        meaning = "" if "port" in value else "the item would allow every port of its protocol"
    elif owner is IPBlockFields:
        meaning = "nothing would be excepted from `cidr`" if name.lower().startswith("exc") else ""
    elif owner is SpecFields:
        meaning = _spec_without(name, value)
    elif owner is NetworkPolicyFields:
        meaning = "" if value.get("spec") else "the policy would select every pod of its namespace"
    return meaning


def _rule_without(rule: Mapping[str, Value], peers: str, everyone: str) -> str:
    if not rule.get(peers):
        return f"the rule would allow traffic {everyone}"
    return "" if rule.get("ports") else "the rule would allow every port"


def _peer_without(peer: Mapping[str, Value]) -> str:
    left = [field for field in ("podSelector", "namespaceSelector", "ipBlock") if peer.get(field) is not None]
    if not left:
        return "an item that names no peer would be left, which is refused"
    return f"all that `{'` and `'.join(left)}` matches would be allowed"


def _spec_without(name: str, spec: Mapping[str, Value]) -> str:
    if spec.get("podSelector") is None:
        return "the policy would select every pod of its namespace"
    if name.lower().startswith("policytype"):
        return "`policyTypes` would be guessed from the rules"
    return ""


NETWORK_POLICY = Kind(
    "networking.k8s.io",
    ("v1",),
    "NetworkPolicy",
    NetworkPolicyFields,
    _check,
    _fact,
    unknown_code="NV300",
    belongs=_belongs,
    without=_without,
)
