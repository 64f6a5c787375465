"""``networking.k8s.io/v1`` Ingress and IngressClass. Source: k8s.io/api ``networking/v1/types.go``."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from typing import Any

from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.shape import Int32, Shape


class BackendPortShape(Shape):
    """``port`` of a Service backend: a number or a name, never both."""

    number: Int32 | None = None
    name: str | None = None


class ServiceBackendShape(Shape):
    """``service`` of a backend."""

    name: str | None = None
    port: BackendPortShape | None = None


class ResourceBackendShape(Shape):
    """``resource`` of a backend."""

    apiGroup: str | None = None
    kind: str | None = None
    name: str | None = None


class BackendShape(Shape):
    """``backend`` of a path, or ``defaultBackend``."""

    service: ServiceBackendShape | None = None
    resource: ResourceBackendShape | None = None


class PathShape(Shape):
    """One item of ``http.paths``."""

    path: str | None = None
    pathType: str | None = None
    backend: BackendShape | None = None


class HttpShape(Shape):
    """``http`` of a rule."""

    paths: list[PathShape | None] | None = None


class HostRuleShape(Shape):
    """One item of ``rules``."""

    host: str | None = None
    http: HttpShape | None = None


class IngressTlsShape(Shape):
    """One item of ``tls``."""

    hosts: list[str | None] | None = None
    secretName: str | None = None


class IngressSpec(Shape):
    """``spec`` of an Ingress."""

    ingressClassName: str | None = None
    defaultBackend: BackendShape | None = None
    rules: list[HostRuleShape | None] | None = None
    tls: list[IngressTlsShape | None] | None = None


class IngressShape(Shape):
    """The whole Ingress."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    spec: IngressSpec | None = None
    status: Any = None


class ClassParametersShape(Shape):
    """``parameters`` of an IngressClass."""

    apiGroup: str | None = None
    kind: str | None = None
    name: str | None = None
    scope: str | None = None
    namespace: str | None = None


class IngressClassSpec(Shape):
    """``spec`` of an IngressClass."""

    controller: str | None = None
    parameters: ClassParametersShape | None = None


class IngressClassShape(Shape):
    """The whole IngressClass; there is no ``status``."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    spec: IngressClassSpec | None = None
