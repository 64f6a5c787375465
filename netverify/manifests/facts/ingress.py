"""Ingress and IngressClass: shape to noun.

Source: k8s.io/api ``networking/v1/types.go``; decoding of null list items as zero values.
"""

from __future__ import annotations

from netverify.manifests.document import Document, FieldPath
from netverify.manifests.facts.beside import of_class
from netverify.manifests.facts.selector import stored_map
from netverify.manifests.schema.ingress import (
    BackendPortShape,
    BackendShape,
    HostRuleShape,
    HttpShape,
    IngressClassShape,
    IngressShape,
    IngressSpec,
    IngressTlsShape,
    PathShape,
)
from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.validation.ingress import CLASS_ANNOTATION
from netverify.model.ingress import (
    Ingress,
    IngressBackend,
    IngressClass,
    IngressPath,
    IngressRule,
    IngressTls,
    PathType,
    ResourceBackend,
    ServiceBackend,
)
from netverify.model.labels import Labels

_DEFAULT_CLASS = "ingressclass.kubernetes.io/is-default-class"
_ABOUT_TRAFFIC = (
    "alb.ingress.kubernetes.io/",
    "appgw.ingress.kubernetes.io/",
    "cloud.google.com/",
    "haproxy-ingress.github.io/",
    "haproxy.org/",
    "ingress.kubernetes.io/",
    "konghq.com/",
    "kubernetes.io/ingress.",
    "networking.gke.io/",
    "nginx.com/",
    "nginx.ingress.kubernetes.io/",
    "nginx.org/",
    "projectcontour.io/",
    "traefik.ingress.kubernetes.io/",
)
"""How the annotations begin that may say how traffic is to arrive, or where it is to go."""
_EMPTY_PATH = PathShape()
_EMPTY_BACKEND = BackendShape()


def ingress(shape: IngressShape, name: str, namespace: str, document: Document) -> Ingress:
    """The stored Ingress that ``shape`` becomes; it must have passed validation.

    A null rule is the empty rule: every host, and no paths.
    """
    spec = shape.spec or IngressSpec()
    annotations = stored_map((shape.metadata or ObjectMeta()).annotations)
    return Ingress(
        namespace=namespace,
        name=name,
        class_name=spec.ingressClassName,
        class_annotation=annotations.get(CLASS_ANNOTATION),
        default_backend=None if spec.defaultBackend is None else _backend(spec.defaultBackend),
        rules=tuple(_rule(rule, ("spec", "rules", index), document) for index, rule in enumerate(spec.rules or ())),
        tls=tuple(_tls(item) for item in spec.tls or ()),
        annotations=_about_traffic(annotations),
        origin=document.origin(),
    )


def ingress_class(shape: IngressClassShape, name: str, document: Document) -> IngressClass:
    """The stored IngressClass that ``shape`` becomes; it is a default one iff its annotation is exactly ``true``."""
    annotations = stored_map((shape.metadata or ObjectMeta()).annotations)
    return IngressClass(
        name=name,
        controller=(shape.spec.controller if shape.spec else None) or "",
        is_default=annotations.get(_DEFAULT_CLASS) == "true",
        origin=document.origin(),
        beside=of_class(document),
    )


def _about_traffic(annotations: Labels) -> Labels:
    return {key: value for key, value in sorted(annotations.items()) if key.startswith(_ABOUT_TRAFFIC)}


def _rule(shape: HostRuleShape | None, path: FieldPath, document: Document) -> IngressRule:
    if shape is None:
        return IngressRule(origin=document.origin(path))
    items = (shape.http or HttpShape()).paths or ()
    return IngressRule(
        host=shape.host or "",
        paths=tuple(
            _path(item or _EMPTY_PATH, (*path, "http", "paths", index), document) for index, item in enumerate(items)
        ),
        origin=document.origin(path),
    )


def _path(shape: PathShape, path: FieldPath, document: Document) -> IngressPath:
    return IngressPath(
        path=shape.path or "",
        path_type=PathType(shape.pathType or ""),
        backend=_backend(shape.backend or _EMPTY_BACKEND),
        origin=document.origin(path),
    )


def _backend(shape: BackendShape) -> IngressBackend:
    if shape.resource is not None:
        return ResourceBackend(shape.resource.apiGroup or "", shape.resource.kind or "", shape.resource.name or "")
    service = shape.service
    port = (service.port if service else None) or BackendPortShape()
    return ServiceBackend((service.name if service else None) or "", port.name or port.number or 0)


def _tls(shape: IngressTlsShape | None) -> IngressTls:
    if shape is None:
        return IngressTls()
    return IngressTls(tuple(host or "" for host in shape.hosts or ()), shape.secretName or "")
