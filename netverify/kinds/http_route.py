"""``gateway.networking.k8s.io`` HTTPRoute. Source: gateway-api ``apis/v1`` (with its kubebuilder markers)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

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
    FilterFields,
    check_filters_and_backends,
    check_requests,
    filtered_rule,
    filters_of,
)
from netverify.kinds.route_parts import RouteSpec, route_of
from netverify.model.gateway import GATEWAY_GROUP, Route, RouteMatch, RouteRule
from netverify.patterns import pattern


class PathMatchFields(TypedDict, total=False):
    """``path`` of a match."""

    type: str
    value: str


class MatchFields(TypedDict, total=False):
    """One item of ``matches``."""

    path: PathMatchFields
    headers: list[FreeMap]
    queryParams: list[FreeMap]
    method: str


class RuleFields(FilteredRuleFields, total=False):
    """One item of ``rules``."""

    matches: list[MatchFields]
    timeouts: Any
    retry: Any


class SpecFields(RouteSpec, total=False):
    """``spec``."""

    hostnames: list[str]
    rules: list[RuleFields]


class HttpRouteFields(GatewayApiFields, total=False):
    """The whole object."""

    spec: SpecFields


_RULES, _MATCHES, _CONDITIONS = (1, 16), (0, 64), (0, 16)
_LONGEST_PATH = 1024
_PATH_TYPES = ("Exact", "PathPrefix", "RegularExpression")
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
_IN_NO_PATH = ("//", "/./", "/../", "%2f", "%2F", "#")
_AT_NO_END = ("/..", "/.")
_PATH = pattern(r"(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+")
_EVERY_REQUEST = RouteMatch()


def _check(route: HttpRouteFields, findings: Findings) -> None:
    check_requests(route.get("spec"), _RULES, _check_rule, findings)


def _check_rule(rule: RuleFields, path: FieldPath, findings: Findings) -> None:
    check_size(rule.get("matches"), _MATCHES, (*path, "matches"), findings)
    for index, item in enumerate(rule.get("matches") or ()):
        _check_match(item, (*path, "matches", index), findings)
    check_filters_and_backends(rule, tuple(FILTERS), path, findings)
    redirected = any(one.get("requestRedirect") is not None for one in rule.get("filters") or ())
    if rule.get("backendRefs") and redirected:
        advice = "a redirect is answered by the gateway itself: leave `backendRefs` out"
        findings.refuse("NV560", path, "must not have `backendRefs` beside a filter `RequestRedirect`", advice=advice)
    if any(map(_replaces_prefix, filters_of(rule))) and not _is_one_prefix(rule.get("matches")):
        findings.refuse("NV560", path, "must match exactly one `PathPrefix` for a filter that replaces the prefix")


def _check_match(item: MatchFields, path: FieldPath, findings: Findings) -> None:
    check_size(item.get("headers"), _CONDITIONS, (*path, "headers"), findings)
    check_size(item.get("queryParams"), _CONDITIONS, (*path, "queryParams"), findings)
    check_choice(item.get("method"), _METHODS, (*path, "method"), findings)
    if (matched := item.get("path")) is not None:
        check_choice(matched.get("type"), _PATH_TYPES, (*path, "path", "type"), findings)
        for problem in _path_problems(matched):
            text = f"{problem}, not {shown(matched.get('value') or '')}"
            findings.refuse("NV559", (*path, "path"), text, origin=findings.document.origin((*path, "path", "value")))


def _path_problems(path: PathMatchFields) -> list[str]:
    value = path.get("value")
    text = "/" if value is None else value
    problems = [f"must have no more than {_LONGEST_PATH} characters"] if len(text) > _LONGEST_PATH else []
    if path.get("type") == "RegularExpression":
        return problems
    if not text.startswith("/"):
        problems.append("must start with `/`")
    problems += [f"must not contain `{part}`" for part in _IN_NO_PATH if part in text]
    problems += [f"must not end with `{part}`" for part in _AT_NO_END if text.endswith(part)]
    if not problems and not _PATH.fullmatch(text):
        problems.append("must not have characters that a path cannot have as they are")
    return problems


def _replaces_prefix(one: FilterFields) -> bool:
    redirect = one.get("requestRedirect")
    target = one.get("urlRewrite") if redirect is None else redirect
    path = target.get("path") if target else None
    return isinstance(path, dict) and path.get("type") == "ReplacePrefixMatch"


def _is_one_prefix(matches: Sequence[MatchFields] | None) -> bool:
    if not matches:
        return matches is None
    path = matches[0].get("path")
    return len(matches) == 1 and (path is None or path.get("type") in (None, "PathPrefix"))


def _fact(route: HttpRouteFields, who: Who, document: Document) -> Route:
    """The route; without rules it has one that matches every request and leads nowhere."""
    spec = route.get("spec") or {}
    written = spec.get("rules")
    if written is None:
        rules: tuple[RouteRule, ...] = (RouteRule((_EVERY_REQUEST,), origin=document.origin()),)
    else:
        rules = tuple(filtered_rule(rule, _matches(rule), index, document) for index, rule in enumerate(written))
    return route_of("HTTPRoute", spec, spec.get("hostnames") or (), rules, who, document)


def _matches(rule: RuleFields) -> tuple[RouteMatch, ...]:
    matches = rule.get("matches")
    return (_EVERY_REQUEST,) if matches is None else tuple(map(_match, matches))


def _match(item: MatchFields) -> RouteMatch:
    path = item.get("path") or {}
    value = path.get("value")
    return RouteMatch(
        path="/" if value is None else value,
        path_type=path.get("type") or "PathPrefix",
        method=item.get("method") or "",
        headers=len(item.get("headers") or ()),
        queries=len(item.get("queryParams") or ()),
    )


HTTP_ROUTE = Kind(GATEWAY_GROUP, ("v1", "v1beta1"), "HTTPRoute", HttpRouteFields, _check, _fact)
