"""Single addresses as the API server reads them. Source: apimachinery ``pkg/util/validation/ip.go``."""

from __future__ import annotations

import ipaddress

from netverify.manifests.document import FieldPath
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.names import shown


def check_ip(text: str, path: FieldPath, findings: Findings) -> None:
    """Check the address at ``path``."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        findings.refuse("NV244", path, f"must be an IP address, not {shown(text)}")
        return
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped is not None or address.scope_id):
        findings.refuse(
            "NV244", path, f"must be an IP address without a zone that is not IPv4-mapped, not {shown(text)}"
        )
