"""Nodes: shape to noun."""

from __future__ import annotations

from netverify.manifests.document import Document
from netverify.manifests.facts.selector import stored_map
from netverify.manifests.schema.node import NodeShape
from netverify.manifests.validation.cidr import network_of
from netverify.manifests.validation.ip import read_ip
from netverify.manifests.validation.node import IP_TYPES
from netverify.model.addresses import Address
from netverify.model.cluster import Node


def node(shape: NodeShape, name: str, document: Document) -> Node:
    """The node that ``shape`` becomes; it must have passed validation."""
    written = shape.status.addresses if shape.status else None
    texts = [one.address or "" for one in written or () if one is not None and one.type in IP_TYPES]
    addresses = [address for text in texts if isinstance(address := read_ip(text), Address)]
    spec = shape.spec
    cidrs = (spec.podCIDRs or [spec.podCIDR]) if spec is not None else []
    return Node(
        name=name,
        addresses=tuple(sorted(set(addresses))),
        pod_cidrs=tuple(network_of(text) for text in cidrs if text),
        labels=stored_map(shape.metadata.labels) if shape.metadata else {},
        origin=document.origin(),
    )
