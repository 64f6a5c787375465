"""Rules of the routes of the Gateway API. Source: gateway-api ``apis/v1`` (kubebuilder markers)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from types import MappingProxyType

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.gateway_routes import (
    BackendObjectShape,
    BackendRefShape,
    FilteredRuleShape,
    GrpcMatchShape,
    GrpcMethodShape,
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
from netverify.manifests.validation.choices import check_choice
from netverify.manifests.validation.custom_resources import (
    check_group_and_kind,
    check_namespace_name,
    check_object_name,
    check_port,
    check_range,
    check_section_name,
    check_size,
    require,
    same_items,
)
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.hosts import is_ipv4
from netverify.manifests.validation.ingress import check_host
from netverify.manifests.validation.metadata import check_metadata
from netverify.manifests.validation.names import shown
from netverify.model.gateway import GATEWAY_GROUP

_PARENTS, _HOSTNAMES, _RULES, _MATCHES, _CONDITIONS, _FEW = (0, 32), (0, 16), (1, 16), (0, 64), (0, 16), (0, 16)
_MOST_WEIGHT = 1_000_000
_MOST_MATCHES = 128
_LONGEST_PATH = 1024
_PATH_TYPES = ("Exact", "PathPrefix", "RegularExpression")
_METHODS = ("GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH")
_IN_NO_PATH = ("//", "/./", "/../", "%2f", "%2F", "#")
_AT_NO_END = ("/..", "/.")
_PATH = re.compile(r"(?:[-A-Za-z0-9/._~!$&'()*+,;=:@]|%[0-9a-fA-F]{2})+")
_GRPC_TYPES = ("Exact", "RegularExpression")
_GRPC_SERVICE = re.compile(r"\.?[a-z_][a-z_0-9]*(?:\.[a-z_][a-z_0-9]*)*", re.IGNORECASE | re.ASCII)
_GRPC_METHOD = re.compile(r"[A-Za-z_][A-Za-z_0-9]*")
_FILTERS: Mapping[str, str] = MappingProxyType(
    {
        "RequestHeaderModifier": "requestHeaderModifier",
        "ResponseHeaderModifier": "responseHeaderModifier",
        "RequestMirror": "requestMirror",
        "ExtensionRef": "extensionRef",
        "RequestRedirect": "requestRedirect",
        "URLRewrite": "urlRewrite",
        "CORS": "cors",
        "ExternalAuth": "externalAuth",
    }
)
"""The types of filters, with the field that each has; a GRPCRoute knows the first four."""
_GRPC_FILTERS = tuple(_FILTERS)[:4]
_PLAIN = ("TLSRoute", "TCPRoute", "UDPRoute")
"""Routes whose rules have no conditions."""
_ONLY_ONCE = frozenset(_FILTERS) - {"RequestMirror", "ExtensionRef"}


def check_route(kind: str, shape: RouteShape, findings: Findings) -> None:
    """Check a whole route."""
    check_metadata(kind, shape.metadata, findings)
    spec = shape.spec
    if spec is None:
        findings.refuse("NV552", ("spec",), "is missing")
        return
    check_size(spec.parentRefs, _PARENTS, ("spec", "parentRefs"), findings)
    for index, parent in enumerate(spec.parentRefs or ()):
        _check_parent(parent, ("spec", "parentRefs", index), findings)
    _check_parents_apart(spec.parentRefs or (), findings)
    is_final = shape.apiVersion == f"{GATEWAY_GROUP}/v1"
    hostnames = None if isinstance(spec, PlainRouteSpec) else spec.hostnames
    if kind == "TLSRoute" and is_final:
        require(hostnames, ("spec", "hostnames"), findings)
    fewest = 1 if kind == "TLSRoute" and is_final else 0
    check_size(hostnames, (fewest, _HOSTNAMES[1]), ("spec", "hostnames"), findings)
    for index, hostname in enumerate(hostnames or ()):
        path: FieldPath = ("spec", "hostnames", index)
        check_host(hostname, path, findings)
        if kind == "TLSRoute" and is_ipv4(hostname):
            findings.refuse("NV541", path, f"must be a host name, not the address {shown(hostname)}")
    _check_rules(kind, spec.rules, findings, is_final=is_final)


def _check_parent(parent: ParentRefShape, path: FieldPath, findings: Findings) -> None:
    require(parent.name, (*path, "name"), findings)
    check_object_name(parent.name, (*path, "name"), findings)
    check_group_and_kind(parent.group, parent.kind, path, findings)
    check_namespace_name(parent.namespace, (*path, "namespace"), findings)
    check_section_name(parent.sectionName, (*path, "sectionName"), findings)
    check_port(parent.port, (*path, "port"), findings)


def _check_parents_apart(parents: Sequence[ParentRefShape], findings: Findings) -> None:
    """Check that references to one and the same parent differ in their section or port."""
    path = ("spec", "parentRefs")
    objects = [(p.group or GATEWAY_GROUP, p.kind or "Gateway", p.namespace, p.name) for p in parents]
    parts = [(parent.sectionName, parent.port) for parent in parents]
    for index, first in same_items(objects):
        given, before = parts[index], parts[first]
        if [part is None for part in given] != [part is None for part in before]:
            text = f"must have `sectionName` or `port` in both items {first} and {index}, which name the same parent"
            findings.refuse("NV557", path, text, origin=findings.document.origin((*path, index)))
    for index, first in same_items(list(zip(objects, parts, strict=True))):
        text = f"must not name the same parent twice without another `sectionName` or `port`: items {first} and {index}"
        findings.refuse("NV557", path, text, origin=findings.document.origin((*path, index)))


def _check_rules(
    kind: str,
    rules: Sequence[HttpRuleShape | GrpcRuleShape | PlainRuleShape] | None,
    findings: Findings,
    *,
    is_final: bool,
) -> None:
    path: FieldPath = ("spec", "rules")
    fewest, most = (0 if kind == "GRPCRoute" else 1), _RULES[1]
    if kind in _PLAIN:
        require(rules, path, findings)
        most = 1 if is_final else most
    check_size(rules, (fewest, most), path, findings)
    count = 0
    for index, rule in enumerate(rules or ()):
        place = (*path, index)
        check_section_name(rule.name, (*place, "name"), findings)
        match rule:
            case PlainRuleShape():
                _check_plain_rule(rule, place, findings)
            case HttpRuleShape():
                count += len(rule.matches or ())
                _check_http_rule(rule, place, findings)
            case GrpcRuleShape():
                count += len(rule.matches or ())
                _check_grpc_rule(rule, place, findings)
    if count > _MOST_MATCHES:
        findings.refuse("NV553", path, f"must not have more than {_MOST_MATCHES} matches in all, not {count}")
    names = [(rule.name, None if rule.name else index) for index, rule in enumerate(rules or ())]
    for index, first in same_items(names):
        text = f"must not have the name {shown(names[index][0] or '')} twice: items {first} and {index}"
        findings.refuse("NV555", path, text, origin=findings.document.origin((*path, index, "name")))


def _check_plain_rule(rule: PlainRuleShape, path: FieldPath, findings: Findings) -> None:
    require(rule.backendRefs, (*path, "backendRefs"), findings)
    check_size(rule.backendRefs, (1, _FEW[1]), (*path, "backendRefs"), findings)
    for index, backend in enumerate(rule.backendRefs or ()):
        _check_backend(backend, (*path, "backendRefs", index), findings)


def _check_http_rule(rule: HttpRuleShape, path: FieldPath, findings: Findings) -> None:
    check_size(rule.matches, _MATCHES, (*path, "matches"), findings)
    for index, item in enumerate(rule.matches or ()):
        _check_http_match(item, (*path, "matches", index), findings)
    _check_filters_and_backends(rule, tuple(_FILTERS), path, findings)
    filters = [*(rule.filters or ()), *(one for ref in rule.backendRefs or () for one in ref.filters or ())]
    if rule.backendRefs and any(one.requestRedirect is not None for one in rule.filters or ()):
        advice = "a redirect is answered by the gateway itself: leave `backendRefs` out"
        findings.refuse("NV560", path, "must not have `backendRefs` beside a filter `RequestRedirect`", advice=advice)
    if any(map(_replaces_prefix, filters)) and not _is_one_prefix(rule.matches):
        findings.refuse("NV560", path, "must match exactly one `PathPrefix` for a filter that replaces the prefix")


def _check_grpc_rule(rule: GrpcRuleShape, path: FieldPath, findings: Findings) -> None:
    check_size(rule.matches, _MATCHES, (*path, "matches"), findings)
    for index, item in enumerate(rule.matches or ()):
        _check_grpc_match(item, (*path, "matches", index), findings)
    _check_filters_and_backends(rule, _GRPC_FILTERS, path, findings)


def _check_filters_and_backends(
    rule: FilteredRuleShape, types: Sequence[str], path: FieldPath, findings: Findings
) -> None:
    _check_filters(rule.filters or (), types, (*path, "filters"), findings)
    check_size(rule.backendRefs, _FEW, (*path, "backendRefs"), findings)
    for index, backend in enumerate(rule.backendRefs or ()):
        place = (*path, "backendRefs", index)
        _check_backend(backend, place, findings)
        _check_filters(backend.filters or (), types, (*place, "filters"), findings)


def _check_backend(backend: BackendObjectShape, path: FieldPath, findings: Findings) -> None:
    require(backend.name, (*path, "name"), findings)
    check_object_name(backend.name, (*path, "name"), findings)
    check_group_and_kind(backend.group, backend.kind, path, findings)
    check_namespace_name(backend.namespace, (*path, "namespace"), findings)
    check_port(backend.port, (*path, "port"), findings)
    if not backend.group and backend.kind in (None, "Service") and backend.port is None:
        advice = "write the port of the Service as `port`"
        findings.refuse("NV558", path, "must have a `port`, since it is a Service", advice=advice)
    if isinstance(backend, BackendRefShape):
        check_range(backend.weight, (0, _MOST_WEIGHT), (*path, "weight"), findings)


def _check_http_match(item: HttpMatchShape, path: FieldPath, findings: Findings) -> None:
    check_size(item.headers, _CONDITIONS, (*path, "headers"), findings)
    check_size(item.queryParams, _CONDITIONS, (*path, "queryParams"), findings)
    check_choice(item.method, _METHODS, (*path, "method"), findings)
    if item.path is not None:
        check_choice(item.path.type, _PATH_TYPES, (*path, "path", "type"), findings)
        for problem in _path_problems(item.path):
            text = f"{problem}, not {shown(item.path.value or '')}"
            findings.refuse("NV559", (*path, "path"), text, origin=findings.document.origin((*path, "path", "value")))


def _path_problems(path: PathMatchShape) -> list[str]:
    text = "/" if path.value is None else path.value
    problems = [f"must have no more than {_LONGEST_PATH} characters"] if len(text) > _LONGEST_PATH else []
    if path.type == "RegularExpression":
        return problems
    if not text.startswith("/"):
        problems.append("must start with `/`")
    problems += [f"must not contain `{part}`" for part in _IN_NO_PATH if part in text]
    problems += [f"must not end with `{part}`" for part in _AT_NO_END if text.endswith(part)]
    if not problems and not _PATH.fullmatch(text):
        problems.append("must not have characters that a path cannot have as they are")
    return problems


def _check_grpc_match(item: GrpcMatchShape, path: FieldPath, findings: Findings) -> None:
    check_size(item.headers, _CONDITIONS, (*path, "headers"), findings)
    if item.method is not None:
        _check_grpc_method(item.method, (*path, "method"), findings)


def _check_grpc_method(method: GrpcMethodShape, path: FieldPath, findings: Findings) -> None:
    check_choice(method.type, _GRPC_TYPES, (*path, "type"), findings)
    if method.service is None and method.method is None:
        findings.refuse("NV559", path, "must have `service` or `method`")
    if method.type == "RegularExpression":
        return
    for field, text, form in (("service", method.service, _GRPC_SERVICE), ("method", method.method, _GRPC_METHOD)):
        if text and (len(text) > _LONGEST_PATH or not form.fullmatch(text)):
            findings.refuse("NV559", path, f"must have a `{field}` of letters, digits and `_`, not {shown(text)}")


def _check_filters(
    filters: Sequence[RouteFilterShape], types: Sequence[str], path: FieldPath, findings: Findings
) -> None:
    check_size(filters, _FEW, path, findings)
    for index, one in enumerate(filters):
        place = (*path, index)
        require(one.type, (*place, "type"), findings)
        check_choice(one.type, types, (*place, "type"), findings)
        for kind, field in _FILTERS.items():
            if (getattr(one, field) is not None) != (one.type == kind) and one.type in types:
                must = "must have" if one.type == kind else "must not have"
                findings.refuse("NV560", place, f"{must} `{field}`, since its type is `{one.type}`")
        if one.requestMirror is not None:
            mirrored = (*place, "requestMirror", "backendRef")
            require(one.requestMirror.backendRef, mirrored, findings)
            if one.requestMirror.backendRef is not None:
                _check_backend(one.requestMirror.backendRef, mirrored, findings)
    given = [one.type for one in filters]
    for index, _ in same_items(given):
        if given[index] in _ONLY_ONCE:
            origin = findings.document.origin((*path, index))
            findings.refuse("NV560", path, f"must not have a filter `{given[index]}` twice", origin=origin)
    if {"RequestRedirect", "URLRewrite"} <= set(given):
        findings.refuse("NV560", path, "must not have both a filter `RequestRedirect` and a filter `URLRewrite`")


def _replaces_prefix(one: RouteFilterShape) -> bool:
    target = one.requestRedirect if one.requestRedirect is not None else one.urlRewrite
    path = target.get("path") if target else None
    return isinstance(path, dict) and path.get("type") == "ReplacePrefixMatch"


def _is_one_prefix(matches: Sequence[HttpMatchShape] | None) -> bool:
    if not matches:
        return matches is None
    path = matches[0].path
    return len(matches) == 1 and (path is None or path.type in (None, "PathPrefix"))
