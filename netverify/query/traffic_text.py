"""Ports by protocol in words: ``TCP 80,443, UDP 53``."""

from __future__ import annotations

from collections.abc import Mapping

from netverify.model.traffic import EVERY_PORT, PortSet, Protocol, without

_FEW = 2


def traffic_text(ports: Mapping[Protocol, PortSet]) -> str:
    """``ports`` in words: those that there are, or those that are missing where these are few."""
    lacks = {protocol: without(EVERY_PORT, ports.get(protocol, PortSet())) for protocol in Protocol}
    missing = {protocol: rest for protocol, rest in lacks.items() if rest}
    if EVERY_PORT in missing.values() or sum(len(rest.ranges) for rest in missing.values()) > _FEW:
        return _listed(ports)
    return f"every port but {_listed(missing)}" if missing else "every port"


def _listed(ports: Mapping[Protocol, PortSet]) -> str:
    return ", ".join(
        f"every {protocol} port" if one == EVERY_PORT else f"{protocol} {one}" for protocol, one in ports.items()
    )
