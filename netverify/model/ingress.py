"""Ingress, IngressClass and the Route of OpenShift, as the API server stores them; nothing interpreted.

Source: k8s.io/api ``networking/v1/types.go``; openshift/api ``route/v1/types.go``.
"""

from __future__ import annotations

from dataclasses import field
from enum import StrEnum

from netverify.diagnostics import Origin
from netverify.model.labels import Labels
from netverify.records import dataclass

OF_ROUTER = "haproxy.router.openshift.io/"
"""How the annotations of a Route begin that the router reads."""


class PathType(StrEnum):
    """How the path of an Ingress is compared."""

    EXACT = "Exact"
    PREFIX = "Prefix"
    IMPLEMENTATION_SPECIFIC = "ImplementationSpecific"


@dataclass(frozen=True, slots=True)
class ServiceBackend:
    """A port of a Service in the same namespace: its number, or its name. Never a port of a pod."""

    service: str
    port: int | str


@dataclass(frozen=True, slots=True)
class ResourceBackend:
    """Some other object, which the controller knows how to serve: ``StorageBucket``, ``Middleware``."""

    group: str
    kind: str
    name: str


IngressBackend = ServiceBackend | ResourceBackend


@dataclass(frozen=True, slots=True)
class IngressPath:
    """One item of ``http.paths``; ``path`` may be empty under ``IMPLEMENTATION_SPECIFIC``."""

    path: str
    path_type: PathType
    backend: IngressBackend
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class IngressRule:
    """One item of ``rules``; ``host`` is empty for every host, and may begin with ``*.``."""

    host: str = ""
    paths: tuple[IngressPath, ...] = ()
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class IngressTls:
    """One item of ``tls``."""

    hosts: tuple[str, ...] = ()
    secret: str = ""


@dataclass(frozen=True, slots=True)
class Ingress:
    """A stored Ingress.

    ``class_name`` is ``spec.ingressClassName`` and ``class_annotation`` the legacy annotation; each None where it is
    not written. ``annotations`` hold only those that say how traffic is to arrive.
    """

    namespace: str
    name: str
    class_name: str | None = None
    class_annotation: str | None = None
    default_backend: IngressBackend | None = None
    rules: tuple[IngressRule, ...] = ()
    tls: tuple[IngressTls, ...] = ()
    annotations: Labels = field(default_factory=dict)
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class IngressClass:
    """A stored IngressClass; ``controller`` is such as ``k8s.io/ingress-nginx``.

    ``beside`` is the same of two that say the same beside what is here.
    """

    name: str
    controller: str
    is_default: bool = False
    origin: Origin | None = None
    beside: str = ""


@dataclass(frozen=True, slots=True)
class RouteBackend:
    """A Service in the same namespace with its share of the traffic; none with weight 0."""

    service: str
    weight: int = 100


@dataclass(frozen=True, slots=True)
class OpenShiftRoute:
    """A stored ``route.openshift.io`` Route.

    ``target_port`` is the number or the name of a port of the endpoints, and None for any. ``termination`` is empty
    without TLS, or ``edge``, ``passthrough`` or ``reencrypt``; ``insecure`` what becomes of plain HTTP beside it.
    ``annotations`` hold only those that the router reads.
    """

    namespace: str
    name: str
    host: str = ""
    path: str = ""
    backends: tuple[RouteBackend, ...] = ()
    target_port: int | str | None = None
    termination: str = ""
    insecure: str = ""
    wildcard: bool = False
    origin: Origin | None = None
    annotations: Labels = field(default_factory=dict)
