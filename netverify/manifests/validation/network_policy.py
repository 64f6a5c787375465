"""Rules of NetworkPolicy. Source: ``pkg/apis/networking/validation/validation.go``."""

from __future__ import annotations

from collections.abc import Sequence

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.network_policy import (
    EgressRuleShape,
    IngressRuleShape,
    IPBlockShape,
    NetworkPolicyShape,
    PeerShape,
    PortShape,
)
from netverify.manifests.validation.cidr import report_cidr
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.metadata import check_metadata
from netverify.manifests.validation.names import port_name_problems, shown
from netverify.manifests.validation.selector import check_selector
from netverify.model.addresses import Address
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol

_PROTOCOLS = frozenset(Protocol)
_TYPES = frozenset({"Ingress", "Egress"})
_EMPTY_PORT = PortShape()


def check_network_policy(shape: NetworkPolicyShape, findings: Findings) -> None:
    """Check the whole object."""
    check_metadata("NetworkPolicy", shape.metadata, findings)
    spec = shape.spec
    if spec is None:
        return
    check_selector(spec.podSelector, ("spec", "podSelector"), findings)
    if spec.policyTypes:
        _check_types(spec.policyTypes, findings)
    if spec.ingress:
        _check_rules(spec.ingress, "ingress", "from", findings)
    if spec.egress:
        _check_rules(spec.egress, "egress", "to", findings)


def _check_types(types: Sequence[str | None], findings: Findings) -> None:
    path = ("spec", "policyTypes")
    if len(types) > 2:
        findings.refuse("NV317", path, f"must not have more than two items, not {len(types)}")
        return
    for index, item in enumerate(types):
        if item not in _TYPES:
            meant = next((name for name in sorted(_TYPES) if name.lower() == (item or "").lower()), "")
            advice = f"did you mean `{meant}`?" if meant else ""
            text = f"must be `Ingress` or `Egress`, not {shown(item or '')}"
            findings.refuse("NV318", (*path, index), text, advice=advice)


def _check_rules(
    rules: Sequence[IngressRuleShape | EgressRuleShape | None], section: str, peers: str, findings: Findings
) -> None:
    for index, rule in enumerate(rules):
        path: FieldPath = ("spec", section, index)
        if rule is None:
            _warn_null_rule(path, section, findings)
            continue
        for i, port in enumerate(rule.ports or ()):
            _check_port(port or _EMPTY_PORT, (*path, "ports", i), findings)
        for i, peer in enumerate(rule.peers or ()):
            _check_peer(peer, (*path, peers, i), findings)


def _warn_null_rule(path: FieldPath, section: str, findings: Findings) -> None:
    whom = "from everyone" if section == "ingress" else "to everyone"
    findings.warn(
        "NV319",
        path,
        f"is null, which is stored as the empty rule: it allows all traffic {whom}",
        advice=f"write `{{}}` if that is meant, or `{section}: []` to allow nothing",
    )


def _check_port(port: PortShape, path: FieldPath, findings: Findings) -> None:
    if port.protocol is not None and port.protocol not in _PROTOCOLS:
        meant = port.protocol.upper() if port.protocol.upper() in _PROTOCOLS else ""
        advice = f"did you mean `{meant}`?" if meant else "leave it out for TCP; other protocols cannot be named"
        text = f"must be `TCP`, `UDP` or `SCTP`, not {shown(port.protocol)}"
        findings.refuse("NV301", (*path, "protocol"), text, advice=advice)
    if isinstance(port.port, str):
        _check_port_name(port.port, (*path, "port"), findings)
    elif port.port is not None and not MIN_PORT <= port.port <= MAX_PORT:
        findings.refuse("NV302", (*path, "port"), f"must be between 1 and 65535, not `{port.port}`")
    if port.endPort is not None:
        _check_end_port(port.endPort, port.port, path, findings)


def _check_port_name(name: str, path: FieldPath, findings: Findings) -> None:
    advice = f"write `port: {name}` for the number" if name.isascii() and name.isdigit() else ""
    for problem in port_name_problems(name):
        findings.refuse("NV303", path, f"{problem}, not {shown(name)}", advice=advice)


def _check_end_port(end: int, port: int | str | None, path: FieldPath, findings: Findings) -> None:
    place = (*path, "endPort")
    if port is None:
        findings.refuse(
            "NV304", place, "must not be given without `port`", advice="write the first port of the range as `port`"
        )
        return
    if isinstance(port, str):
        findings.refuse("NV305", place, f"must not be given when `port` is a name (`{port}`)")
        return
    if not MIN_PORT <= port <= MAX_PORT:
        return
    if not MIN_PORT <= end <= MAX_PORT:
        findings.refuse("NV307", place, f"must be between 1 and 65535, not `{end}`")
    if end < port:
        findings.refuse("NV306", place, f"must not be less than `port`, which is `{port}`, but is `{end}`")


def _check_peer(peer: PeerShape | None, path: FieldPath, findings: Findings) -> None:
    if peer is None or (peer.podSelector is None and peer.namespaceSelector is None and peer.ipBlock is None):
        advice = "write `podSelector: {}` for all pods of this namespace, `namespaceSelector: {}` for all pods"
        text = "must name a peer: `podSelector`, `namespaceSelector` or `ipBlock`"
        findings.refuse("NV308", path, text, advice=advice)
        return
    if peer.podSelector is not None:
        check_selector(peer.podSelector, (*path, "podSelector"), findings)
    if peer.namespaceSelector is not None:
        check_selector(peer.namespaceSelector, (*path, "namespaceSelector"), findings)
    if peer.ipBlock is None:
        return
    if peer.podSelector is not None or peer.namespaceSelector is not None:
        advice = "make it an item of its own: peers of one list are alternatives"
        findings.refuse("NV309", path, "must not have `ipBlock` together with a selector", advice=advice)
    _check_ip_block(peer.ipBlock, (*path, "ipBlock"), findings)


def _check_ip_block(block: IPBlockShape, path: FieldPath, findings: Findings) -> None:
    if not block.cidr:
        findings.refuse(
            "NV310", (*path, "cidr"), "is missing", advice="write `0.0.0.0/0` or `::/0` for every address of a family"
        )
        return
    whole = report_cidr(block.cidr, (*path, "cidr"), findings)
    for index, item in enumerate(block.except_ or ()):
        place = (*path, "except", index)
        part = report_cidr(item or "", place, findings)
        if whole.network is None or part.network is None:
            continue
        inside = Address(part.network.family, part.network.first) in whole.network
        if not inside or part.prefix <= whole.prefix:
            findings.refuse("NV315", place, f"must be a strict subset of `cidr` (`{block.cidr}`), but is `{item}`")
