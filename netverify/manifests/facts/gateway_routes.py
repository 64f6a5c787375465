"""The routes of the Gateway API: shape to noun, with the defaults of the custom resources.

Source: gateway-api ``apis/v1`` (``+kubebuilder:default``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.manifests.document import Document
from netverify.manifests.facts.beside import of_route
from netverify.manifests.schema.gateway_routes import (
    BackendObjectShape,
    BackendRefShape,
    ExtensionRefShape,
    FilteredRuleShape,
    GrpcMatchShape,
    GrpcRuleShape,
    HttpMatchShape,
    HttpRuleShape,
    ParentRefShape,
    PathMatchShape,
    PlainRouteSpec,
    PlainRuleShape,
    RouteFilterShape,
    RouteShape,
)
from netverify.model.cluster import WorkloadKey
from netverify.model.gateway import GATEWAY_GROUP, BackendRef, ParentRef, Route, RouteMatch, RouteRule

_EVERY_REQUEST = RouteMatch()
_ANY_PART = "*"


def route(shape: RouteShape, key: WorkloadKey, document: Document) -> Route:
    """The stored route called ``key`` that ``shape`` becomes; it must have passed validation.

    An HTTPRoute without rules has one that matches every request and leads nowhere.
    """
    spec = shape.spec or PlainRouteSpec()
    written: Sequence[HttpRuleShape | GrpcRuleShape | PlainRuleShape] | None = spec.rules
    if written is None and key.kind == "HTTPRoute":
        rules: tuple[RouteRule, ...] = (RouteRule((_EVERY_REQUEST,), origin=document.origin()),)
    else:
        rules = tuple(_rule(one, index, document) for index, one in enumerate(written or ()))
    return Route(
        kind=key.kind,
        namespace=key.namespace,
        name=key.name,
        parents=tuple(map(_parent, spec.parentRefs or ())),
        hostnames=() if isinstance(spec, PlainRouteSpec) else tuple(spec.hostnames or ()),
        rules=rules,
        origin=document.origin(),
        beside=of_route(document),
    )


def _parent(shape: ParentRefShape) -> ParentRef:
    return ParentRef(
        name=shape.name or "",
        kind=shape.kind or "Gateway",
        group=GATEWAY_GROUP if shape.group is None else shape.group,
        namespace=shape.namespace or "",
        section=shape.sectionName or "",
        port=shape.port,
    )


def _rule(shape: HttpRuleShape | GrpcRuleShape | PlainRuleShape, index: int, document: Document) -> RouteRule:
    matches: tuple[RouteMatch, ...] = ()
    match shape:
        case HttpRuleShape():
            matches = (_EVERY_REQUEST,) if shape.matches is None else tuple(map(_http_match, shape.matches))
        case GrpcRuleShape():
            matches = tuple(map(_grpc_match, shape.matches or ()))
    filters = [] if isinstance(shape, PlainRuleShape) else list(_filters(shape))
    mirrored = [one.requestMirror.backendRef for one in filters if one.requestMirror is not None]
    asked = [one.externalAuth.backendRef for one in filters if one.externalAuth is not None]
    extensions = [one.extensionRef for one in filters if one.extensionRef is not None]
    return RouteRule(
        matches=matches,
        backends=(
            *map(_backend, shape.backendRefs or ()),
            *(_backend(one) for one in (*mirrored, *asked) if one is not None),
        ),
        redirects=any(one.type == "RequestRedirect" for one in filters),
        doubts=tuple(dict.fromkeys(map(_extension_doubt, extensions))),
        origin=document.origin(("spec", "rules", index)),
    )


def _extension_doubt(shape: ExtensionRefShape) -> str:
    return f"filter {shape.kind} {shape.name} is not modelled, and could send requests anywhere"


def _filters(rule: FilteredRuleShape) -> Iterator[RouteFilterShape]:
    """The filters of ``rule``, then those of each of its backends."""
    yield from rule.filters or ()
    for backend in rule.backendRefs or ():
        yield from backend.filters or ()


def _backend(shape: BackendObjectShape) -> BackendRef:
    """What takes traffic; what requests are mirrored to gets them all, as a weight of 1."""
    weight = shape.weight if isinstance(shape, BackendRefShape) else None
    return BackendRef(
        name=shape.name or "",
        port=shape.port,
        kind=shape.kind or "Service",
        group=shape.group or "",
        namespace=shape.namespace or "",
        weight=1 if weight is None else weight,
    )


def _http_match(shape: HttpMatchShape) -> RouteMatch:
    path = shape.path or PathMatchShape()
    return RouteMatch(
        path="/" if path.value is None else path.value,
        path_type=path.type or "PathPrefix",
        method=shape.method or "",
        headers=len(shape.headers or ()),
        queries=len(shape.queryParams or ()),
    )


def _grpc_match(shape: GrpcMatchShape) -> RouteMatch:
    method = shape.method
    headers = len(shape.headers or ())
    if method is None:
        return RouteMatch(path=f"/{_ANY_PART}/{_ANY_PART}", path_type="", headers=headers)
    path = f"/{method.service or _ANY_PART}/{method.method or _ANY_PART}"
    return RouteMatch(path, "RegularExpression" if method.type == "RegularExpression" else "", headers=headers)
