"""NetworkPolicy: shape to noun, with the defaults of the API server.

Source: ``pkg/apis/networking/v1/defaults.go``; decoding of null list items as zero values.
"""

from __future__ import annotations

from collections.abc import Sequence

from netverify.manifests.document import Document, FieldPath
from netverify.manifests.facts import stored
from netverify.manifests.facts.ignores import ignores_of
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

_EMPTY_PORT = PolicyPort()
_EMPTY_SPEC = NetworkPolicySpec()


def network_policy(shape: NetworkPolicyShape, name: str, namespace: str, document: Document) -> NetworkPolicy:
    """The stored policy that ``shape`` becomes; it must have passed validation.

    A missing ``spec`` selects every pod and isolates it for ingress. A null rule is the empty rule, which allows all.
    """
    spec = shape.spec or _EMPTY_SPEC
    ingress = _rules(spec.ingress, ("spec", "ingress"), document)
    egress = _rules(spec.egress, ("spec", "egress"), document)
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
        ignores=ignores_of(shape.metadata, document),
    )


def _rules(
    shapes: Sequence[IngressRuleShape | EgressRuleShape | None] | None, path: FieldPath, document: Document
) -> tuple[PolicyRule, ...]:
    if not shapes:
        return ()
    return tuple([_rule(shape, (*path, index), document) for index, shape in enumerate(shapes)])


def _rule(shape: IngressRuleShape | EgressRuleShape | None, path: FieldPath, document: Document) -> PolicyRule:
    if shape is None:
        return PolicyRule((), (), document.origin(path))
    return PolicyRule(
        tuple([_peer(peer) for peer in shape.peers or () if peer]),
        tuple([_port(port) for port in shape.ports or ()]),
        document.origin(path),
    )


def _peer(shape: PeerShape) -> Peer:
    """The peer, without its origin: answers point at rules, and finding every peer's place would cost a lot."""
    return Peer(
        optional_selector(shape.podSelector),
        optional_selector(shape.namespaceSelector),
        None if shape.ipBlock is None else _ip_block(shape.ipBlock),
    )


def _ip_block(shape: IPBlockShape) -> IPBlock:
    return IPBlock(network_of(shape.cidr or ""), tuple(network_of(item or "") for item in shape.except_ or ()))


def _port(shape: PortShape | None) -> PolicyPort:
    return _EMPTY_PORT if shape is None else stored.policy_port(shape.protocol, shape.port, shape.endPort)
