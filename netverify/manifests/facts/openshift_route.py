"""The Route of OpenShift: shape to noun, with its defaults.

Source: openshift/library-go ``pkg/route/defaulting``; decoding of null list items as zero values.
"""

from __future__ import annotations

from netverify.manifests.document import Document
from netverify.manifests.facts.selector import stored_map
from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.openshift_route import (
    OpenShiftRouteShape,
    OpenShiftRouteSpec,
    RouteTargetShape,
    RouteTlsShape,
)
from netverify.model.ingress import OF_ROUTER, OpenShiftRoute, RouteBackend

_WEIGHT = 100
_NO_TLS = RouteTlsShape()


def openshift_route(shape: OpenShiftRouteShape, name: str, namespace: str, document: Document) -> OpenShiftRoute:
    """The stored Route that ``shape`` becomes; it must have passed validation."""
    spec = shape.spec or OpenShiftRouteSpec()
    tls = spec.tls or _NO_TLS
    notes = stored_map((shape.metadata or ObjectMeta()).annotations)
    return OpenShiftRoute(
        namespace=namespace,
        name=name,
        host=spec.host or "",
        path=spec.path or "",
        backends=tuple(_backend(target) for target in (spec.to, *(spec.alternateBackends or ())) if target),
        target_port=spec.port.targetPort if spec.port else None,
        termination=tls.termination or "",
        insecure=tls.insecureEdgeTerminationPolicy or "",
        wildcard=spec.wildcardPolicy == "Subdomain",
        origin=document.origin(),
        annotations={name: value for name, value in sorted(notes.items()) if name.startswith(OF_ROUTER)},
    )


def _backend(shape: RouteTargetShape) -> RouteBackend:
    return RouteBackend(shape.name or "", _WEIGHT if shape.weight is None else shape.weight)
