"""What the routes of the Gateway API have in common: parents, hosts, backends and filters.

Source: gateway-api ``apis/v1`` (with its kubebuilder markers and defaults).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, TypedDict

from netverify.documents.document import Document, FieldPath
from netverify.kinds.beside import of_route
from netverify.kinds.choices import check_choice
from netverify.kinds.custom_resources import (
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
from netverify.kinds.fields import FreeMap, Int32
from netverify.kinds.findings import Findings
from netverify.kinds.hosts import check_host, is_ipv4
from netverify.kinds.metadata import Who
from netverify.kinds.names import shown
from netverify.model.gateway import GATEWAY_GROUP, BackendRef, ParentRef, Route, RouteMatch, RouteRule


class ParentRefFields(TypedDict, total=False):
    """One item of ``parentRefs``."""

    group: str
    kind: str
    namespace: str
    name: str
    sectionName: str
    port: Int32


class RouteSpec(TypedDict, total=False):
    """What the ``spec`` of every route has."""

    parentRefs: list[ParentRefFields]
    useDefaultGateways: Any


class BackendFields(TypedDict, total=False):
    """A reference to what takes traffic."""

    group: str
    kind: str
    name: str
    namespace: str
    port: Int32


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


class BackendRefFields(BackendFields, total=False):
    """One item of ``backendRefs`` of a route that does not look into what it carries."""

    weight: Int32


class FilteredBackendRefFields(BackendRefFields, total=False):
    """One item of ``backendRefs`` of an HTTPRoute or GRPCRoute."""

    filters: list[FilterFields]


class FilteredRuleFields(TypedDict, total=False):
    """What a rule of an HTTPRoute and one of a GRPCRoute have in common."""

    name: str
    filters: list[FilterFields]
    backendRefs: list[FilteredBackendRefFields]
    sessionPersistence: Any


_PARENTS, _HOSTNAMES, FEW = (0, 32), 16, (0, 16)
_MOST_WEIGHT = 1_000_000
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


def check_parents(spec: RouteSpec, findings: Findings) -> None:
    """Check ``parentRefs``; references to one and the same parent must differ in their section or port."""
    path: FieldPath = ("spec", "parentRefs")
    parents = spec.get("parentRefs") or ()
    check_size(spec.get("parentRefs"), _PARENTS, path, findings)
    for index, parent in enumerate(parents):
        _check_parent(parent, (*path, index), findings)
    objects = [
        (one.get("group") or GATEWAY_GROUP, one.get("kind") or "Gateway", one.get("namespace"), one.get("name"))
        for one in parents
    ]
    parts = [(parent.get("sectionName"), parent.get("port")) for parent in parents]
    for index, first in same_items(objects):
        given, before = parts[index], parts[first]
        if [part is None for part in given] != [part is None for part in before]:
            text = f"must have `sectionName` or `port` in both items {first} and {index}, which name the same parent"
            findings.refuse("NV557", path, text, origin=findings.document.origin((*path, index)))
    for index, first in same_items(list(zip(objects, parts, strict=True))):
        text = f"must not name the same parent twice without another `sectionName` or `port`: items {first} and {index}"
        findings.refuse("NV557", path, text, origin=findings.document.origin((*path, index)))


def _check_parent(parent: ParentRefFields, path: FieldPath, findings: Findings) -> None:
    require(parent.get("name"), (*path, "name"), findings)
    check_object_name(parent.get("name"), (*path, "name"), findings)
    check_group_and_kind(parent.get("group"), parent.get("kind"), path, findings)
    check_namespace_name(parent.get("namespace"), (*path, "namespace"), findings)
    check_section_name(parent.get("sectionName"), (*path, "sectionName"), findings)
    check_port(parent.get("port"), (*path, "port"), findings)


def check_hostnames(
    hostnames: Sequence[str] | None, findings: Findings, *, fewest: int = 0, addresses: bool = True
) -> None:
    """Check ``hostnames``, of which there are ``fewest`` at least; without ``addresses`` none may look like one."""
    check_size(hostnames, (fewest, _HOSTNAMES), ("spec", "hostnames"), findings)
    for index, hostname in enumerate(hostnames or ()):
        path = ("spec", "hostnames", index)
        check_host(hostname, path, findings)
        if not addresses and is_ipv4(hostname):
            findings.refuse("NV541", path, f"must be a host name, not the address {shown(hostname)}")


def check_apart(names: Sequence[str | None], path: FieldPath, findings: Findings) -> None:
    """Check that no two of the rules at ``path``, which have ``names``, have the same one."""
    for index, first in same_items([(name, None if name else index) for index, name in enumerate(names)]):
        text = f"must not have the name {shown(names[index] or '')} twice: items {first} and {index}"
        findings.refuse("NV555", path, text, origin=findings.document.origin((*path, index, "name")))


def check_backend(backend: BackendFields, path: FieldPath, findings: Findings) -> None:
    """Check the reference at ``path`` to what takes traffic."""
    name, kind, group, port = backend.get("name"), backend.get("kind"), backend.get("group"), backend.get("port")
    require(name, (*path, "name"), findings)
    check_object_name(name, (*path, "name"), findings)
    check_group_and_kind(group, kind, path, findings)
    check_namespace_name(backend.get("namespace"), (*path, "namespace"), findings)
    check_port(port, (*path, "port"), findings)
    if not group and kind in (None, "Service") and port is None:
        advice = "write the port of the Service as `port`"
        findings.refuse("NV558", path, "must have a `port`, since it is a Service", advice=advice)


def check_backend_ref(backend: BackendRefFields, path: FieldPath, findings: Findings) -> None:
    """Check one item of ``backendRefs``."""
    check_backend(backend, path, findings)
    check_range(backend.get("weight"), (0, _MOST_WEIGHT), (*path, "weight"), findings)


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


def route_of(  # noqa: PLR0913, PLR0917 -- what routes differ in
    kind: str, spec: RouteSpec, hostnames: Iterable[str], rules: tuple[RouteRule, ...], who: Who, document: Document
) -> Route:
    """The route of ``kind`` with these parts."""
    return Route(
        kind=kind,
        namespace=who.namespace,
        name=who.name,
        parents=tuple(map(_parent, spec.get("parentRefs") or ())),
        hostnames=tuple(hostnames),
        rules=rules,
        origin=document.origin(),
        beside=of_route(document),
    )


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


def backend_of(backend: BackendFields, weight: int | None = None) -> BackendRef:
    """What takes traffic; what requests are mirrored to gets them all, as a weight of 1."""
    return BackendRef(
        name=backend.get("name") or "",
        port=backend.get("port"),
        kind=backend.get("kind") or "Service",
        group=backend.get("group") or "",
        namespace=backend.get("namespace") or "",
        weight=1 if weight is None else weight,
    )


def _parent(parent: ParentRefFields) -> ParentRef:
    group = parent.get("group")
    return ParentRef(
        name=parent.get("name") or "",
        kind=parent.get("kind") or "Gateway",
        group=GATEWAY_GROUP if group is None else group,
        namespace=parent.get("namespace") or "",
        section=parent.get("sectionName") or "",
        port=parent.get("port"),
    )


def _extension_doubt(extension: ExtensionRefFields) -> str:
    named = f"{extension.get('kind')} {extension.get('name')}"
    return f"filter {named} is not modelled, and could send requests anywhere"
