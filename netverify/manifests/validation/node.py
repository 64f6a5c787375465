"""Rules of Node. Source: ``pkg/apis/core/validation/validation.go`` (``ValidateNode``), ``core/v1/conversion.go``."""

from __future__ import annotations

from collections.abc import Sequence

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.node import NodeShape, NodeSpec, NodeStatusShape
from netverify.manifests.validation.cidr import report_cidr
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.ip import read_ip
from netverify.manifests.validation.metadata import check_metadata
from netverify.manifests.validation.names import shown
from netverify.model.addresses import Address

IP_TYPES = frozenset({"InternalIP", "ExternalIP"})
"""The types of addresses that are IP addresses; the others are names."""

_NO_STATUS = NodeStatusShape()
_NO_SPEC = NodeSpec()


def check_node(shape: NodeShape, findings: Findings) -> None:
    """Check the whole object."""
    check_metadata("Node", shape.metadata, findings)
    _check_pod_cidrs(shape.spec or _NO_SPEC, findings)
    for index, item in enumerate((shape.status or _NO_STATUS).addresses or ()):
        if item is None or item.type not in IP_TYPES:
            continue
        text = item.address or ""
        if not isinstance(read_ip(text), Address):
            path = ("status", "addresses", index, "address")
            findings.warn("NV244", path, f"is no IP address, so that nothing is known of it: {shown(text)}")


def _check_pod_cidrs(spec: NodeSpec, findings: Findings) -> None:
    if spec.podCIDR and spec.podCIDRs and spec.podCIDR != spec.podCIDRs[0]:
        text = f"must be the first of `spec.podCIDRs`, not {shown(spec.podCIDR)}"
        findings.refuse("NV260", ("spec", "podCIDR"), text, advice="leave one of the two fields out")
    texts: Sequence[str | None] = spec.podCIDRs or ([spec.podCIDR] if spec.podCIDR else [])
    families: list[int] = []
    for index, written in enumerate(texts):
        path: FieldPath = ("spec", "podCIDRs", index) if spec.podCIDRs else ("spec", "podCIDR")
        network = report_cidr(written or "", path, findings).network
        families += [network.family] if network is not None else []
    if len(families) > len(set(families)):
        findings.refuse("NV260", ("spec", "podCIDRs"), "must not have more than one CIDR of a family")
