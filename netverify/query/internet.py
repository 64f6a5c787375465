"""Which addresses are "the internet".

Source: the IANA special-purpose address registries for IPv4 and IPv6 (RFC 6890), as of 2025. An address is on the
internet unless a registry says "Globally Reachable: False", or it is multicast, reserved or unassigned. Where a
registry says neither, as for 6to4 and Teredo, the address counts: a proof must not miss it.
"""

from __future__ import annotations

from netverify.model.addresses import AddressRange, parse_cidr, subtract

_UNICAST = ("0.0.0.0/0", "64:ff9b::/96", "2000::/3")
_NOT_GLOBAL = (
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "2001::/23",
    "2001:db8::/32",
    "3fff::/20",
)
_GLOBAL_AFTER_ALL = (
    "192.0.0.9/32",
    "192.0.0.10/32",
    "2001::/32",
    "2001:1::1/128",
    "2001:1::2/128",
    "2001:1::3/128",
    "2001:3::/32",
    "2001:4:112::/48",
    "2001:10::/28",
    "2001:20::/28",
    "2001:30::/28",
)


def _ranges(texts: tuple[str, ...]) -> tuple[AddressRange, ...]:
    return tuple(parse_cidr(text) for text in texts)


def internet_ranges() -> tuple[AddressRange, ...]:
    """The globally reachable unicast addresses of both families: sorted, disjoint ranges."""
    kept = _ranges(_GLOBAL_AFTER_ALL)
    holes = tuple(rest for block in _ranges(_NOT_GLOBAL) for rest in subtract(block, kept))
    return tuple(sorted(rest for block in _ranges(_UNICAST) for rest in subtract(block, holes)))
