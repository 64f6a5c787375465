"""CIDRs as the API server reads them. Source: apimachinery ``pkg/util/validation/ip.go``, KEP-4858."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from functools import lru_cache

from netverify.model.addresses import AddressRange

_PREFIX = re.compile(r"[0-9]{1,9}")
_OCTETS = re.compile(r"[0-9]{1,32}(?:\.[0-9]{1,32}){3}")
_GROUP = re.compile(r"[0-9A-Fa-f]{1,32}")
_LONGEST = 255


@dataclass(frozen=True, slots=True)
class CidrReading:
    """What a text says as a CIDR.

    ``network`` is None when it is none at all, or an IPv4-mapped IPv6 one. ``problems`` are pairs of diagnostic code and text, and empty when
    the API server takes it. ``canonical`` is how to write it, and empty when that is unknown.
    """

    network: AddressRange | None
    prefix: int
    problems: tuple[tuple[str, str], ...]
    canonical: str


_NO_CIDR = CidrReading(None, 0, (("NV311", "must be a valid CIDR (such as `10.9.8.0/24` or `2001:db8::/64`)"),), "")


@lru_cache(maxsize=16384)
def read_cidr(text: str) -> CidrReading:
    """Read ``text``; every problem that strict validation has with it is in the result."""
    address_text, slash, prefix_text = text.partition("/")
    if not slash or len(text) > _LONGEST or not _PREFIX.fullmatch(prefix_text):
        return _NO_CIDR
    plain = _without_leading_zeros(address_text)
    if plain is None:
        return _NO_CIDR
    try:
        address = ipaddress.ip_address(plain)
    except ValueError:
        return _NO_CIDR
    prefix = int(prefix_text)
    if prefix > address.max_prefixlen:
        return _NO_CIDR
    return _judge(address, prefix, zeros=_has_leading_zeros(address_text) or prefix_text != str(prefix))


def network_of(text: str) -> AddressRange:
    """The range of a CIDR that has passed validation. Raises ``ValueError`` for any other text."""
    network = read_cidr(text).network
    if network is None:
        raise ValueError(f"`{text}` is no CIDR")
    return network


def is_canonical(reading: CidrReading, text: str) -> bool:
    """Whether ``text`` is spelt the one way that RFC 5952 has for it."""
    return reading.canonical == text


def _judge(address: ipaddress.IPv4Address | ipaddress.IPv6Address, prefix: int, *, zeros: bool) -> CidrReading:
    network = ipaddress.ip_network((address, prefix), strict=False)
    canonical = str(network)
    problems = []
    if zeros:
        problems.append(("NV312", "must not have leading zeros in the address or the prefix length"))
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    if mapped is not None:
        problems.append(("NV313", "must not be an IPv4-mapped IPv6 address"))
        canonical = f"{mapped}/{prefix - 96}" if prefix >= 96 else ""
    if network.network_address != address:
        problems.append(("NV314", "must not have bits set beyond the prefix length"))
    block = AddressRange(address.version, int(network.network_address), int(network.broadcast_address))
    return CidrReading(block if mapped is None else None, prefix, tuple(problems), canonical)


def _without_leading_zeros(address: str) -> str | None:
    """``address`` with each number in its shortest form, so that the strict parser reads it; None when it has other parts."""
    if ":" not in address:
        if not _OCTETS.fullmatch(address):
            return None
        return ".".join(str(int(octet)) for octet in address.split("."))
    groups = address.split(":")
    if "." in groups[-1]:
        if not _OCTETS.fullmatch(groups[-1]):
            return None
        groups[-1] = ".".join(str(int(octet)) for octet in groups[-1].split("."))
        rest = groups[:-1]
    else:
        rest = groups
    if not all(group == "" or _GROUP.fullmatch(group) for group in rest):
        return None
    short = [group.lstrip("0") or "0" if group else "" for group in rest]
    return ":".join([*short, *groups[len(rest) :]])


def _has_leading_zeros(address: str) -> bool:
    """Whether a decimal number has a leading zero, or a group of an IPv6 address more than four digits."""
    groups = address.split(":")
    octets = groups[-1].split(".") if "." in groups[-1] else []
    return any(len(octet) > 1 and octet[0] == "0" for octet in octets) or any(
        len(group) > 4 for group in groups if "." not in group
    )
