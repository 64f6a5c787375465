"""CIDRs as the API server reads them. Source: apimachinery ``pkg/util/validation/ip.go``, KEP-4858."""

from __future__ import annotations

import ipaddress
from functools import lru_cache

from netverify.documents.document import FieldPath
from netverify.kinds.findings import Findings
from netverify.kinds.names import shown
from netverify.model.addresses import Address, AddressRange
from netverify.patterns import pattern
from netverify.records import dataclass

_PREFIX = pattern(r"[0-9]{1,9}")
_OCTETS = pattern(r"[0-9]{1,32}(?:\.[0-9]{1,32}){3}")
_GROUP = pattern(r"[0-9A-Fa-f]{1,32}")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class CidrReading:
    """What a text says as a CIDR.

    ``network`` is None when it is none at all, or an IPv4-mapped IPv6 one. ``problems`` are pairs of diagnostic code
    and text, and empty when the API server takes it. ``canonical`` is how to write it, and empty when that is unknown.
    """

    network: AddressRange | None
    prefix: int
    problems: tuple[tuple[str, str], ...]
    canonical: str


_NO_CIDR = CidrReading(None, 0, (("NV311", "must be a valid CIDR (such as `10.9.8.0/24` or `2001:db8::/64`)"),), "")


_LEADING_ZEROS = ("NV312", "must not have leading zeros in the address or the prefix length")
_MAPPED = ("NV313", "must not be an IPv4-mapped IPv6 address")
_HOST_BITS = ("NV314", "must not have bits set beyond the prefix length")


@lru_cache(maxsize=16384)
def read_cidr(text: str) -> CidrReading:
    """Read ``text``; every problem that strict validation has with it is in the result."""
    address_text, slash, prefix_text = text.partition("/")
    if not slash or len(text) > _LONGEST or not _PREFIX.fullmatch(prefix_text):
        return _NO_CIDR
    prefix = int(prefix_text)
    if ":" in address_text:
        return _read_ipv6(address_text, prefix, zeros=prefix_text != str(prefix))
    return _read_ipv4(address_text, prefix, zeros=prefix_text != str(prefix))


def report_cidr(text: str, path: FieldPath, findings: Findings) -> CidrReading:
    """Read the CIDR at ``path``, with a finding for each problem with it."""
    reading = read_cidr(text)
    advice = f"write `{reading.canonical}`" if reading.canonical else ""
    for code, problem in reading.problems:
        findings.refuse(code, path, f"{problem}, not {shown(text)}", advice=advice)
    if not reading.problems and not is_canonical(reading, text):
        findings.warn("NV316", path, f"is {shown(text)}, which is not the canonical form of this range", advice=advice)
    return reading


def network_of(text: str) -> AddressRange:
    """The range of a CIDR that has passed validation. Raises ``ValueError`` for any other text."""
    network = read_cidr(text).network
    if network is None:
        raise ValueError(f"`{text}` is not a CIDR")
    return network


def is_canonical(reading: CidrReading, text: str) -> bool:
    """Whether ``text`` is spelt the one way that RFC 5952 has for it."""
    return reading.canonical == text


def _read_ipv4(text: str, prefix: int, *, zeros: bool) -> CidrReading:
    """The IPv4 range ``text/prefix``; ``zeros``: the prefix length has leading zeros."""
    if prefix > 32 or not _OCTETS.fullmatch(text):
        return _NO_CIDR
    octets = tuple(map(int, text.split(".")))
    if max(octets) > 255:
        return _NO_CIDR
    plain = ".".join(map(str, octets))
    address = int.from_bytes(octets, "big")
    hosts = (1 << (32 - prefix)) - 1
    problems = [_LEADING_ZEROS] if zeros or plain != text else []
    first = address & ~hosts
    if first != address:
        problems.append(_HOST_BITS)
        plain = str(Address(4, first))
    return CidrReading(AddressRange(4, first, first | hosts), prefix, tuple(problems), f"{plain}/{prefix}")


def _read_ipv6(text: str, prefix: int, *, zeros: bool) -> CidrReading:
    """The IPv6 range ``text/prefix``; a group of more than four digits is read without its leading zeros."""
    plain = _short_groups(text)
    if prefix > 128 or plain is None:
        return _NO_CIDR
    try:
        address = ipaddress.IPv6Address(plain)
    except ValueError:
        return _NO_CIDR
    network = ipaddress.IPv6Network((address, prefix), strict=False)
    problems = [_LEADING_ZEROS] if zeros or _has_leading_zeros(text) else []
    canonical = str(network)
    if address.ipv4_mapped is not None:
        problems.append(_MAPPED)
        canonical = f"{address.ipv4_mapped}/{prefix - 96}" if prefix >= 96 else ""
    if network.network_address != address:
        problems.append(_HOST_BITS)
    block = AddressRange(6, int(network.network_address), int(network.broadcast_address))
    return CidrReading(None if address.ipv4_mapped else block, prefix, tuple(problems), canonical)


def _short_groups(text: str) -> str | None:
    """``text`` with its numbers in shortest form, so that a strict parser reads it; None if it has other parts."""
    *groups, last = text.split(":")
    if "." in last:
        if not _OCTETS.fullmatch(last):
            return None
        last = ".".join(str(int(octet)) for octet in last.split("."))
    else:
        groups.append(last)
        last = ""
    if not all(group == "" or _GROUP.fullmatch(group) for group in groups):
        return None
    short = [group.lstrip("0") or "0" if group else "" for group in groups]
    return ":".join([*short, last] if last else short)


def _has_leading_zeros(text: str) -> bool:
    """Whether an embedded decimal number has a leading zero, or a group more than four digits."""
    *groups, last = text.split(":")
    octets = last.split(".")
    if len(octets) == 1:
        return any(len(group) > 4 for group in (*groups, last))
    return any(len(group) > 4 for group in groups) or any(len(octet) > 1 and octet[0] == "0" for octet in octets)
