"""Single addresses as the API server reads them. Source: apimachinery ``pkg/util/validation/ip.go``."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from netverify.documents.document import FieldPath
from netverify.kinds.findings import Findings
from netverify.kinds.names import shown
from netverify.model.addresses import Address

_NO_IP = "must be an IP address"
_NO_PLAIN_IP = "must be an IP address without a zone that is not IPv4-mapped"


def check_ip(text: str, path: FieldPath, findings: Findings) -> Address | None:
    """Check the address at ``path``; None when it is none."""
    read = read_ip(text)
    if isinstance(read, Address):
        return read
    findings.refuse("NV244", path, f"{read}, not {shown(text)}")
    return None


def check_usable_ip(text: str, path: FieldPath, findings: Findings) -> Address | None:
    """As :func:`check_ip`, of an address that other hosts can connect to."""
    address = check_ip(text, path, findings)
    if address is not None and (use := special_use(address)):
        findings.refuse("NV517", path, f"must not be {use}, as {shown(text)} is")
        return None
    return address


@lru_cache(maxsize=16384)
def read_ip(text: str) -> Address | str:
    """The address that ``text`` spells, or what is wrong with it, as a phrase that follows the field's name."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return _NO_IP
    if isinstance(address, ipaddress.IPv6Address) and (address.ipv4_mapped is not None or address.scope_id):
        return _NO_PLAIN_IP
    return Address(address.version, int(address))


def special_use(address: Address) -> str:
    """What ``address`` is for when no other host can connect to it; empty when it is a usual one.

    Source: ``ValidateNonSpecialIP``.
    """
    kind = ipaddress.IPv4Address if address.family == 4 else ipaddress.IPv6Address
    known = kind(address.value)
    first = known.packed
    if known.is_unspecified:
        return "unspecified"
    if known.is_loopback:
        return "a loopback address"
    if known.is_link_local:
        return "a link-local address"
    is_multicast = first[:3] == b"\xe0\0\0" if address.family == 4 else first[0] == 0xFF and first[1] & 0xF == 2
    return "a link-local multicast address" if is_multicast else ""
