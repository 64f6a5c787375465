"""``v1`` Node.

Source: k8s.io/api ``core/v1/types.go``; ``pkg/apis/core/validation/validation.go`` (``ValidateNode``),
``core/v1/conversion.go``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any

from netverify.documents.document import Document, FieldPath
from netverify.kinds.cidr import network_of, report_cidr
from netverify.kinds.fields import Loose, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.ip import read_ip
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, annotations_of, labels_of
from netverify.kinds.names import shown
from netverify.model.addresses import Address
from netverify.model.cluster import Node


class SpecFields(TypedDict, total=False):
    """``spec``."""

    podCIDR: str
    podCIDRs: list[str | None]
    providerID: Any
    unschedulable: Any
    taints: Any
    configSource: Any
    externalID: Any


class AddressFields(TypedDict, total=False):
    """One item of ``status.addresses``."""

    type: str
    address: str


class StatusFields(TypedDict, total=False):
    """``status``."""

    addresses: list[Loose[AddressFields] | None]


class NodeFields(TypedDict, total=False):
    """The whole object."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    spec: SpecFields
    status: Loose[StatusFields]


_IP_TYPES = frozenset({"InternalIP", "ExternalIP"})
"""The types of addresses that are IP addresses; the others are names."""


def _check(node: NodeFields, findings: Findings) -> None:
    _check_pod_cidrs(node.get("spec") or {}, findings)
    status = node.get("status") or {}
    for index, item in enumerate(status.get("addresses") or ()):
        if item is None or item.get("type") not in _IP_TYPES:
            continue
        text = item.get("address") or ""
        if not isinstance(read_ip(text), Address):
            path = ("status", "addresses", index, "address")
            findings.warn("NV244", path, f"is not an IP address, so netverify ignores it: {shown(text)}")


def _check_pod_cidrs(spec: SpecFields, findings: Findings) -> None:
    one, several = spec.get("podCIDR"), spec.get("podCIDRs")
    if one and several and one != several[0]:
        text = f"must be the first of `spec.podCIDRs`, not {shown(one)}"
        findings.refuse("NV260", ("spec", "podCIDR"), text, advice="leave one of the two fields out")
    texts: Sequence[str | None] = several or ([one] if one else [])
    families: list[int] = []
    for index, written in enumerate(texts):
        path: FieldPath = ("spec", "podCIDRs", index) if several else ("spec", "podCIDR")
        network = report_cidr(written or "", path, findings).network
        families += [network.family] if network is not None else []
    if len(families) > len(set(families)):
        findings.refuse("NV260", ("spec", "podCIDRs"), "must not have more than one CIDR of a family")


def _fact(node: NodeFields, who: Who, document: Document) -> Node:
    spec, status = node.get("spec") or {}, node.get("status") or {}
    written = [one for one in status.get("addresses") or () if one is not None]
    addresses = [read_ip(one.get("address") or "") for one in written if one.get("type") in _IP_TYPES]
    cidrs = spec.get("podCIDRs") or [spec.get("podCIDR")]
    return Node(
        name=who.name,
        addresses=tuple(sorted({one for one in addresses if isinstance(one, Address)})),
        pod_cidrs=tuple(network_of(text) for text in cidrs if text),
        labels=labels_of(node.get("metadata")),
        origin=document.origin(),
        annotated_by=_annotated_by(annotations_of(node.get("metadata"))),
    )


_PLUGINS: Mapping[str, str] = MappingProxyType(
    {
        "io.cilium.network.": "cilium",
        "k8s.ovn.org/": "ovn-kubernetes",
        "kube-router.io/": "kube-router",
        "network.cilium.io/": "cilium",
        "node.antrea.io/": "antrea",
        "projectcalico.org/": "calico",
    }
)
"""How annotations begin that agents of a CNI plugin write on their node.

Those of flannel say nothing: k3s and Canal have them too, and enforce policies by other programs.
"""


def _annotated_by(annotations: Mapping[str, str]) -> str:
    return next((one for start, one in _PLUGINS.items() if any(key.startswith(start) for key in annotations)), "")


NODE = Kind("", ("v1",), "Node", NodeFields, _check, _fact, is_namespaced=False)
