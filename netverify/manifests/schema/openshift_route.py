"""``route.openshift.io/v1`` Route. Source: openshift/api ``route/v1/types.go``."""
# ruff: noqa: N815 -- fields are named as in the API

from __future__ import annotations

from typing import Any

from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.shape import Int32, IntOrString, Shape


class RouteTargetShape(Shape):
    """``to``, or one item of ``alternateBackends``."""

    kind: str | None = None
    name: str | None = None
    weight: Int32 | None = None


class RoutePortShape(Shape):
    """``port``: which port of the endpoints is meant."""

    targetPort: IntOrString | None = None


class RouteTlsShape(Shape):
    """``tls``."""

    termination: str | None = None
    insecureEdgeTerminationPolicy: str | None = None
    certificate: str | None = None
    key: str | None = None
    caCertificate: str | None = None
    destinationCACertificate: str | None = None
    externalCertificate: Any = None


class OpenShiftRouteSpec(Shape):
    """``spec``."""

    host: str | None = None
    subdomain: str | None = None
    path: str | None = None
    to: RouteTargetShape | None = None
    alternateBackends: list[RouteTargetShape | None] | None = None
    port: RoutePortShape | None = None
    tls: RouteTlsShape | None = None
    wildcardPolicy: str | None = None
    httpHeaders: Any = None


class OpenShiftRouteShape(Shape):
    """The whole object."""

    apiVersion: Any = None
    kind: Any = None
    metadata: ObjectMeta | None = None
    spec: OpenShiftRouteSpec | None = None
    status: Any = None
