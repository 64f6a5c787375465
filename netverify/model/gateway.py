"""The Gateway API, as the API server stores it; nothing interpreted.

Source: gateway-api ``apis/v1/{gateway,gatewayclass,shared,httproute,grpcroute,tlsroute,tcproute,udproute}_types.go``,
``apis/v1beta1/referencegrant_types.go``.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from netverify.diagnostics import Origin
from netverify.model.labels import LabelSelector
from netverify.records import dataclass

GATEWAY_GROUP = "gateway.networking.k8s.io"


@dataclass(frozen=True, slots=True)
class GatewayClass:
    """A stored GatewayClass; ``controller`` is such as ``gateway.envoyproxy.io/gatewayclass-controller``.

    ``beside`` is the same of two that say the same beside what is here, as in every noun that has it.
    """

    name: str
    controller: str
    origin: Origin | None = None
    beside: str = ""


class RoutesFrom(StrEnum):
    """Of which namespaces a listener takes routes."""

    SAME = "Same"
    ALL = "All"
    SELECTOR = "Selector"
    NONE = "None"


@dataclass(frozen=True, slots=True)
class AllowedRoutes:
    """Which routes a listener takes. ``selector`` is for ``SELECTOR``; no ``kinds``: those that its protocol implies.

    Each of ``kinds`` is a group and a kind.
    """

    namespaces: RoutesFrom = RoutesFrom.SAME
    selector: LabelSelector | None = None
    kinds: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Listener:
    """One item of ``listeners``. ``hostname`` is empty for every host; ``tls_mode`` is empty without TLS."""

    name: str
    port: int
    protocol: str
    hostname: str = ""
    tls_mode: str = ""
    allowed: AllowedRoutes = field(default_factory=AllowedRoutes)
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Gateway:
    """A stored Gateway."""

    namespace: str
    name: str
    class_name: str
    listeners: tuple[Listener, ...] = ()
    origin: Origin | None = None
    beside: str = ""


@dataclass(frozen=True, slots=True)
class ParentRef:
    """What a route wants to be attached to; ``namespace`` is empty for its own, ``section`` for any listener."""

    name: str
    kind: str = "Gateway"
    group: str = GATEWAY_GROUP
    namespace: str = ""
    section: str = ""
    port: int | None = None


@dataclass(frozen=True, slots=True)
class BackendRef:
    """Where a route sends traffic; ``namespace`` is empty for its own, ``port`` is a Service's port."""

    name: str
    port: int | None = None
    kind: str = "Service"
    group: str = ""
    namespace: str = ""
    weight: int = 1


@dataclass(frozen=True, slots=True)
class RouteMatch:
    """What of the requests goes to a rule.

    ``path_type`` is ``PathPrefix``, ``Exact`` or ``RegularExpression``; for gRPC it is empty or
    ``RegularExpression``, and ``path`` is ``/service/method`` with ``*`` for a part that is not asked for. ``headers``
    and ``queries`` count conditions on them.
    """

    path: str = "/"
    path_type: str = "PathPrefix"
    method: str = ""
    headers: int = 0
    queries: int = 0


@dataclass(frozen=True, slots=True)
class RouteRule:
    """One item of ``rules``; no ``matches``: every request.

    ``backends`` are also those that get copies of requests, or are asked about them. ``doubts`` say in words which
    filters are not modelled and could send requests elsewhere.
    """

    matches: tuple[RouteMatch, ...] = ()
    backends: tuple[BackendRef, ...] = ()
    redirects: bool = False
    doubts: tuple[str, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class Route:
    """A stored HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute; ``kind`` says which."""

    kind: str
    namespace: str
    name: str
    parents: tuple[ParentRef, ...] = ()
    hostnames: tuple[str, ...] = ()
    rules: tuple[RouteRule, ...] = ()
    origin: Origin | None = None
    beside: str = ""


@dataclass(frozen=True, slots=True)
class GrantFrom:
    """Who may refer: objects of ``group`` and ``kind`` in ``namespace``."""

    group: str
    kind: str
    namespace: str


@dataclass(frozen=True, slots=True)
class GrantTo:
    """What may be referred to, in the grant's own namespace; ``name`` is empty for every object of the kind."""

    group: str
    kind: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class ReferenceGrant:
    """A stored ReferenceGrant: any of ``sources`` may refer to any of ``targets``."""

    namespace: str
    name: str
    sources: tuple[GrantFrom, ...] = ()
    targets: tuple[GrantTo, ...] = ()
    origin: Origin | None = None
