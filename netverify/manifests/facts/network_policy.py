"""NetworkPolicy: shape to noun, with the defaults of the API server.

Source: ``pkg/apis/networking/v1/defaults.go``; decoding of null list items as zero values.
"""

from __future__ import annotations

from collections.abc import Sequence

from netverify.manifests.document import Document, FieldPath
from netverify.manifests.facts.selector import optional_selector, stored_selector
from netverify.manifests.schema.network_policy import (
    EgressRuleShape,
    IngressRuleShape,
    IPBlockShape,
    NetworkPolicyShape,
    NetworkPolicySpec,
    PeerShape,
    PortShape,
)
from netverify.manifests.validation.cidr import network_of
from netverify.model.network_policy import IPBlock, NetworkPolicy, Peer, PolicyPort, PolicyRule
from netverify.model.traffic import Protocol

_EMPTY_PORT = PolicyPort()
_EMPTY_SPEC = NetworkPolicySpec()


def network_policy(shape: NetworkPolicyShape, name: str, namespace: str, document: Document) -> NetworkPolicy:
    """The stored policy that ``shape`` becomes; it must have passed validation.

    A missing ``spec`` selects every pod and isolates it for ingress. A null rule is the empty rule, which allows everything.
    """
    spec = shape.spec or _EMPTY_SPEC
    ingress = _rules(spec.ingress, ("spec", "ingress"), "from", document)
    egress = _rules(spec.egress, ("spec", "egress"), "to", document)
    types = spec.policyTypes or (["Ingress", "Egress"] if egress else ["Ingress"])
    return NetworkPolicy(
        name=name,
        namespace=namespace,
        pod_selector=stored_selector(spec.podSelector),
        ingress=ingress,
        egress=egress,
        for_ingress="Ingress" in types,
        for_egress="Egress" in types,
        origin=document.origin(),
    )


def _rules(
    shapes: Sequence[IngressRuleShape | EgressRuleShape | None] | None, path: FieldPath, peers: str, document: Document
) -> tuple[PolicyRule, ...]:
    if not shapes:
        return ()
    rules = []
    for index, shape in enumerate(shapes):
        place = (*path, index)
        origin = document.origin(place)
        if shape is None:
            rules.append(PolicyRule((), (), origin))
            continue
        rules.append(
            PolicyRule(
                peers=tuple(
                    _peer(peer, (*place, peers, i), document) for i, peer in enumerate(shape.peers or ()) if peer
                ),
                ports=tuple(_port(port) for port in shape.ports or ()),
                origin=origin,
            )
        )
    return tuple(rules)


def _peer(shape: PeerShape, path: FieldPath, document: Document) -> Peer:
    return Peer(
        pod_selector=optional_selector(shape.podSelector),
        namespace_selector=optional_selector(shape.namespaceSelector),
        ip_block=None if shape.ipBlock is None else _ip_block(shape.ipBlock),
        origin=document.origin(path),
    )


def _ip_block(shape: IPBlockShape) -> IPBlock:
    return IPBlock(network_of(shape.cidr or ""), tuple(network_of(item or "") for item in shape.except_ or ()))


def _port(shape: PortShape | None) -> PolicyPort:
    if shape is None:
        return _EMPTY_PORT
    protocol = Protocol.TCP if shape.protocol is None else Protocol(shape.protocol)
    return PolicyPort(protocol, shape.port, shape.endPort)
