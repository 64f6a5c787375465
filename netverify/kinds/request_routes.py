"""What HTTPRoute and GRPCRoute have in common, which look at requests: rules with matches, filters and backends.

Source: gateway-api ``apis/v1`` (with its kubebuilder markers and defaults).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import MappingProxyType
from typing import Any

from netverify.documents.document import Document, FieldPath
from netverify.kinds.choices import check_choice
from netverify.kinds.custom_resources import check_section_name, check_size, require, same_items
from netverify.kinds.fields import FreeMap, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.route_parts import (
    FEW,
    BackendFields,
    BackendRefFields,
    backend_of,
    check_apart,
    check_backend,
    check_backend_ref,
    check_hostnames,
    check_parents,
)
from netverify.model.gateway import RouteMatch, RouteRule


class MirrorFields(TypedDict, total=False):
    """``requestMirror`` of a filter."""

    backendRef: BackendFields
    percent: Any
    fraction: Any


class ExtensionRefFields(TypedDict, total=False):
    """``extensionRef`` of a filter."""

    group: str
    kind: str
    name: str


class ExternalAuthFields(TypedDict, total=False):
    """``externalAuth`` of a filter."""

    protocol: str
    backendRef: BackendFields
    grpc: Any
    http: Any
    forwardBody: Any


class FilterFields(TypedDict, total=False):
    """One item of ``filters``, of a gRPC route as well."""

    type: str
    requestMirror: MirrorFields
    requestRedirect: FreeMap
    requestHeaderModifier: FreeMap
    responseHeaderModifier: FreeMap
    extensionRef: ExtensionRefFields
    urlRewrite: FreeMap
    cors: FreeMap
    externalAuth: ExternalAuthFields


class FilteredBackendRefFields(BackendRefFields, total=False):
    """One item of ``backendRefs`` of an HTTPRoute or GRPCRoute."""

    filters: list[FilterFields]


class FilteredRuleFields(TypedDict, total=False):
    """What a rule of an HTTPRoute and one of a GRPCRoute have in common."""

    name: str
    filters: list[FilterFields]
    backendRefs: list[FilteredBackendRefFields]
    sessionPersistence: Any


_MOST_MATCHES = 128
FILTERS: Mapping[str, str] = MappingProxyType(
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
"""The types of filters, with the field that each has."""
_ONLY_ONCE = frozenset(FILTERS) - {"RequestMirror", "ExtensionRef"}


def check_requests(
    spec: Any, sizes: tuple[int, int], check_rule: Callable[[Any, FieldPath, Findings], None], findings: Findings
) -> None:
    """Check the ``spec`` of a route, with as many rules as ``sizes`` allow, each by ``check_rule``."""
    if spec is None:
        findings.refuse("NV552", ("spec",), "is missing")
        return
    check_parents(spec, findings)
    check_hostnames(spec.get("hostnames"), findings)
    path: FieldPath = ("spec", "rules")
    rules = spec.get("rules") or ()
    check_size(spec.get("rules"), sizes, path, findings)
    for index, rule in enumerate(rules):
        check_section_name(rule.get("name"), (*path, index, "name"), findings)
        check_rule(rule, (*path, index), findings)
    count = sum(len(rule.get("matches") or ()) for rule in rules)
    if count > _MOST_MATCHES:
        findings.refuse("NV553", path, f"must not have more than {_MOST_MATCHES} matches in all, not {count}")
    check_apart([rule.get("name") for rule in rules], path, findings)


def check_filters_and_backends(
    rule: FilteredRuleFields, types: Sequence[str], path: FieldPath, findings: Findings
) -> None:
    """Check the filters of the rule at ``path``, which are of ``types``, and its backends."""
    _check_filters(rule.get("filters") or (), types, (*path, "filters"), findings)
    check_size(rule.get("backendRefs"), FEW, (*path, "backendRefs"), findings)
    for index, backend in enumerate(rule.get("backendRefs") or ()):
        place = (*path, "backendRefs", index)
        check_backend_ref(backend, place, findings)
        _check_filters(backend.get("filters") or (), types, (*place, "filters"), findings)


def _check_filters(filters: Sequence[FilterFields], types: Sequence[str], path: FieldPath, findings: Findings) -> None:
    check_size(filters, FEW, path, findings)
    for index, one in enumerate(filters):
        _check_filter(one, types, (*path, index), findings)
    given = [one.get("type") for one in filters]
    for index, _ in same_items(given):
        if given[index] in _ONLY_ONCE:
            origin = findings.document.origin((*path, index))
            findings.refuse("NV560", path, f"must not have a filter `{given[index]}` twice", origin=origin)
    if {"RequestRedirect", "URLRewrite"} <= set(given):
        findings.refuse("NV560", path, "must not have both a filter `RequestRedirect` and a filter `URLRewrite`")


def _check_filter(one: FilterFields, types: Sequence[str], path: FieldPath, findings: Findings) -> None:
    written = one.get("type")
    require(written, (*path, "type"), findings)
    check_choice(written, types, (*path, "type"), findings)
    for kind, field in FILTERS.items():
        if (one.get(field) is not None) != (written == kind) and written in types:
            must = "must have" if written == kind else "must not have"
            findings.refuse("NV560", path, f"{must} `{field}`, since its type is `{written}`")
    if (mirror := one.get("requestMirror")) is not None:
        mirrored = (*path, "requestMirror", "backendRef")
        backend = mirror.get("backendRef")
        require(backend, mirrored, findings)
        if backend is not None:
            check_backend(backend, mirrored, findings)


def filters_of(rule: FilteredRuleFields) -> list[FilterFields]:
    """The filters of ``rule``, then those of each of its backends."""
    return [
        *(rule.get("filters") or ()),
        *(one for backend in rule.get("backendRefs") or () for one in backend.get("filters") or ()),
    ]


def filtered_rule(
    rule: FilteredRuleFields, matches: tuple[RouteMatch, ...], index: int, document: Document
) -> RouteRule:
    """A rule that looks at requests: what is mirrored, or asked for leave, takes traffic as well."""
    filters = filters_of(rule)
    mirrored = [(one.get("requestMirror") or {}).get("backendRef") for one in filters]
    asked = [(one.get("externalAuth") or {}).get("backendRef") for one in filters]
    extensions = [extension for one in filters if (extension := one.get("extensionRef")) is not None]
    return RouteRule(
        matches=matches,
        backends=(
            *(backend_of(one, one.get("weight")) for one in rule.get("backendRefs") or ()),
            *(backend_of(one) for one in (*mirrored, *asked) if one is not None),
        ),
        redirects=any(one.get("type") == "RequestRedirect" for one in filters),
        doubts=tuple(dict.fromkeys(map(_extension_doubt, extensions))),
        origin=document.origin(("spec", "rules", index)),
    )


def _extension_doubt(extension: ExtensionRefFields) -> str:
    named = f"{extension.get('kind')} {extension.get('name')}"
    return f"filter {named} is not modelled, and could send requests anywhere"
