"""Addresses in CIDRs, for judges that share no code with the package."""

import socket
from functools import lru_cache


@lru_cache(maxsize=1 << 16)
def in_cidr(address, cidr):
    """Whether ``address`` is in ``cidr``, both of one family; host bits of ``cidr`` do not count."""
    base, _, length = cidr.partition("/")
    family, value = address_bits(address)
    base_family, base_value = address_bits(base)
    if family != base_family:
        return False
    free = family - int(length)
    return value >> free == base_value >> free


@lru_cache(maxsize=1 << 16)
def address_bits(text):
    """How many bits the family of an address has, and the address as a number."""
    if ":" in text:
        return 128, int.from_bytes(socket.inet_pton(socket.AF_INET6, text), "big")
    return 32, int.from_bytes(socket.inet_pton(socket.AF_INET, text), "big")
