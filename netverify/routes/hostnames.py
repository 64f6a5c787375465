"""Host names of the Gateway API: a wildcard stands for one label or more.

Source: gateway-api ``Hostname`` and ``HTTPRouteSpec.hostnames`` ("matches are suffix matches").
"""

from __future__ import annotations


def intersection(one: str, other: str) -> str | None:
    """The hosts that both patterns mean, as a pattern; the empty pattern means every host. None: there is none."""
    one, other = one.lower(), other.lower()
    if not one or not other:
        return one or other
    if one == other:
        return one
    for pattern, narrower in ((one, other), (other, one)):
        if pattern.startswith("*.") and narrower.removeprefix("*").endswith(pattern[1:]):
            # `*.example.com` means `a.b.example.com`, and `*.b.example.com`, but not `example.com`.
            return narrower
    return None


def common(listener: str, hostnames: tuple[str, ...]) -> tuple[str, ...]:
    """The hosts of a route that a listener takes; without ``hostnames`` those of the listener."""
    if not hostnames:
        return (listener,)
    shared = (intersection(listener, hostname) for hostname in hostnames)
    return tuple(dict.fromkeys(host for host in shared if host is not None))
