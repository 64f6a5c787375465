"""NetworkPolicy v1 as the API server stores it: validated and defaulted, nothing interpreted.

None and the empty tuple differ only where the API makes a difference: a peer's selectors and ``ports[].port``.
Source: k8s.io/api ``networking/v1/types.go``.
"""

from __future__ import annotations

from netverify.diagnostics import Origin
from netverify.model.addresses import AddressRange
from netverify.model.ignores import Ignore
from netverify.model.labels import LabelSelector
from netverify.model.traffic import Protocol
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class IPBlock:
    """``cidr`` without ``excepts``."""

    cidr: AddressRange
    excepts: tuple[AddressRange, ...] = ()


@dataclass(frozen=True, slots=True)
class Peer:
    """One item of ``from`` or ``to``: ``ip_block`` alone, or one or both selectors. None means "not specified"."""

    pod_selector: LabelSelector | None = None
    namespace_selector: LabelSelector | None = None
    ip_block: IPBlock | None = None
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class PolicyPort:
    """One item of ``ports``: ``port`` is a number, a container port's name, or None for every port of ``protocol``."""

    protocol: Protocol = Protocol.TCP
    port: int | str | None = None
    end_port: int | None = None


@dataclass(frozen=True, slots=True)
class PolicyRule:
    """One item of ``ingress`` or ``egress``. No ``peers``: everyone. No ``ports``: every port of every protocol."""

    peers: tuple[Peer, ...]
    ports: tuple[PolicyPort, ...]
    origin: Origin


@dataclass(frozen=True, slots=True)
class NetworkPolicy:
    """A stored NetworkPolicy. ``for_ingress`` and ``for_egress`` are ``policyTypes`` after defaulting."""

    name: str
    namespace: str
    pod_selector: LabelSelector
    ingress: tuple[PolicyRule, ...]
    egress: tuple[PolicyRule, ...]
    for_ingress: bool
    for_egress: bool
    origin: Origin
    ignores: tuple[Ignore, ...] = ()
