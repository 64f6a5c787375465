"""``gateway.networking.k8s.io`` GRPCRoute. Source: gateway-api ``apis/v1`` (with its kubebuilder markers)."""

from __future__ import annotations

import re

from netverify.documents.document import Document, FieldPath
from netverify.kinds.choices import check_choice
from netverify.kinds.custom_resources import check_size
from netverify.kinds.fields import FreeMap, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.gateway_class import GatewayApiFields
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import Who
from netverify.kinds.names import shown
from netverify.kinds.request_routes import (
    FILTERS,
    FilteredRuleFields,
    check_filters_and_backends,
    check_requests,
    filtered_rule,
)
from netverify.kinds.route_parts import RouteSpec, route_of
from netverify.model.gateway import GATEWAY_GROUP, Route, RouteMatch
from netverify.patterns import pattern


class MethodFields(TypedDict, total=False):
    """``method`` of a match."""

    type: str
    service: str
    method: str


class MatchFields(TypedDict, total=False):
    """One item of ``matches``."""

    method: MethodFields
    headers: list[FreeMap]


class RuleFields(FilteredRuleFields, total=False):
    """One item of ``rules``."""

    matches: list[MatchFields]


class SpecFields(RouteSpec, total=False):
    """``spec``."""

    hostnames: list[str]
    rules: list[RuleFields]


class GrpcRouteFields(GatewayApiFields, total=False):
    """The whole object."""

    spec: SpecFields


_RULES, _MATCHES, _CONDITIONS = (0, 16), (0, 64), (0, 16)
_LONGEST = 1024
_TYPES = ("Exact", "RegularExpression")
_SERVICE = pattern(r"\.?[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)*", re.IGNORECASE | re.ASCII)
_METHOD = pattern(r"[A-Za-z_][A-Za-z_0-9]*")
_FILTERS = tuple(FILTERS)[:4]
_ANY_PART = "*"


def _check(route: GrpcRouteFields, findings: Findings) -> None:
    check_requests(route.get("spec"), _RULES, _check_rule, findings)


def _check_rule(rule: RuleFields, path: FieldPath, findings: Findings) -> None:
    check_size(rule.get("matches"), _MATCHES, (*path, "matches"), findings)
    for index, item in enumerate(rule.get("matches") or ()):
        place = (*path, "matches", index)
        check_size(item.get("headers"), _CONDITIONS, (*place, "headers"), findings)
        if (method := item.get("method")) is not None:
            _check_method(method, (*place, "method"), findings)
    check_filters_and_backends(rule, _FILTERS, path, findings)


def _check_method(method: MethodFields, path: FieldPath, findings: Findings) -> None:
    check_choice(method.get("type"), _TYPES, (*path, "type"), findings)
    service, called = method.get("service"), method.get("method")
    if service is None and called is None:
        findings.refuse("NV559", path, "must have `service` or `method`")
    if method.get("type") == "RegularExpression":
        return
    for field, text, form in (("service", service, _SERVICE), ("method", called, _METHOD)):
        if text and (len(text) > _LONGEST or not form.fullmatch(text)):
            findings.refuse("NV559", path, f"must have a `{field}` of letters, digits and `_`, not {shown(text)}")


def _fact(route: GrpcRouteFields, who: Who, document: Document) -> Route:
    spec = route.get("spec") or {}
    rules = [
        filtered_rule(rule, tuple(map(_match, rule.get("matches") or ())), index, document)
        for index, rule in enumerate(spec.get("rules") or ())
    ]
    return route_of("GRPCRoute", spec, spec.get("hostnames") or (), tuple(rules), who, document)


def _match(item: MatchFields) -> RouteMatch:
    method = item.get("method")
    headers = len(item.get("headers") or ())
    if method is None:
        return RouteMatch(path=f"/{_ANY_PART}/{_ANY_PART}", path_type="", headers=headers)
    path = f"/{method.get('service') or _ANY_PART}/{method.get('method') or _ANY_PART}"
    return RouteMatch(path, "RegularExpression" if method.get("type") == "RegularExpression" else "", headers=headers)


GRPC_ROUTE = Kind(GATEWAY_GROUP, ("v1", "v1alpha2"), "GRPCRoute", GrpcRouteFields, _check, _fact)
