"""``gateway.networking.k8s.io`` TLSRoute, TCPRoute and UDPRoute: their rules have no conditions.

Source: gateway-api ``apis/v1`` (one file for each kind, with its kubebuilder markers).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from netverify.documents.document import Document, FieldPath
from netverify.kinds.custom_resources import check_section_name, check_size, require
from netverify.kinds.fields import TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.gateway_class import GatewayApiFields
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import Who
from netverify.kinds.route_parts import (
    FEW,
    BackendRefFields,
    RouteSpec,
    backend_of,
    check_apart,
    check_backend_ref,
    check_hostnames,
    check_parents,
    route_of,
)
from netverify.model.gateway import GATEWAY_GROUP, Route, RouteRule


class RuleFields(TypedDict, total=False):
    """One item of ``rules``."""

    name: str
    backendRefs: list[BackendRefFields]


class TlsSpec(RouteSpec, total=False):
    """``spec`` of a TLSRoute."""

    hostnames: list[str]
    rules: list[RuleFields]


class PlainSpec(RouteSpec, total=False):
    """``spec`` of a TCPRoute or UDPRoute."""

    rules: list[RuleFields]


class TlsRouteFields(GatewayApiFields, total=False):
    """The whole TLSRoute."""

    spec: TlsSpec


class PlainRouteFields(GatewayApiFields, total=False):
    """The whole TCPRoute or UDPRoute."""

    spec: PlainSpec


_MOST_RULES = 16
_VERSIONS = ("v1", "v1alpha2", "v1alpha3")


def _check_tls(route: TlsRouteFields, findings: Findings) -> None:
    spec = route.get("spec")
    if spec is None:
        findings.refuse("NV552", ("spec",), "is missing")
        return
    check_parents(spec, findings)
    hostnames, is_final = spec.get("hostnames"), _is_final(route)
    if is_final:
        require(hostnames, ("spec", "hostnames"), findings)
    check_hostnames(hostnames, findings, fewest=1 if is_final else 0, addresses=False)
    _check_rules(spec.get("rules"), findings, is_final=is_final)


def _check_plain(route: PlainRouteFields, findings: Findings) -> None:
    spec = route.get("spec")
    if spec is None:
        findings.refuse("NV552", ("spec",), "is missing")
        return
    check_parents(spec, findings)
    _check_rules(spec.get("rules"), findings, is_final=_is_final(route))


def _is_final(route: GatewayApiFields) -> bool:
    return route.get("apiVersion") == f"{GATEWAY_GROUP}/v1"


def _check_rules(rules: Sequence[RuleFields] | None, findings: Findings, *, is_final: bool) -> None:
    path: FieldPath = ("spec", "rules")
    require(rules, path, findings)
    check_size(rules, (1, 1 if is_final else _MOST_RULES), path, findings)
    for index, rule in enumerate(rules or ()):
        place, backends = (*path, index), rule.get("backendRefs")
        check_section_name(rule.get("name"), (*place, "name"), findings)
        require(backends, (*place, "backendRefs"), findings)
        check_size(backends, (1, FEW[1]), (*place, "backendRefs"), findings)
        for i, backend in enumerate(backends or ()):
            check_backend_ref(backend, (*place, "backendRefs", i), findings)
    check_apart([rule.get("name") for rule in rules or ()], path, findings)


def _tls_fact(route: TlsRouteFields, who: Who, document: Document) -> Route:
    spec = route.get("spec") or {}
    rules = _rules(spec.get("rules") or (), document)
    return route_of("TLSRoute", spec, spec.get("hostnames") or (), rules, who, document)


def _plain_fact(kind: str, route: PlainRouteFields, who: Who, document: Document) -> Route:
    spec = route.get("spec") or {}
    return route_of(kind, spec, (), _rules(spec.get("rules") or (), document), who, document)


def _rules(rules: Sequence[RuleFields], document: Document) -> tuple[RouteRule, ...]:
    return tuple(
        RouteRule(
            matches=(),
            backends=tuple(backend_of(one, one.get("weight")) for one in rule.get("backendRefs") or ()),
            origin=document.origin(("spec", "rules", index)),
        )
        for index, rule in enumerate(rules)
    )


TLS_ROUTE = Kind(GATEWAY_GROUP, _VERSIONS, "TLSRoute", TlsRouteFields, _check_tls, _tls_fact)
TCP_ROUTE, UDP_ROUTE = (
    Kind(GATEWAY_GROUP, _VERSIONS, kind, PlainRouteFields, _check_plain, partial(_plain_fact, kind))
    for kind in ("TCPRoute", "UDPRoute")
)
