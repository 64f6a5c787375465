"""``gateway.networking.k8s.io`` Gateway. Source: gateway-api ``apis/v1`` (with its kubebuilder markers).

A namespace selector is checked as one of Kubernetes is, which the custom resource leaves to its controller.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from netverify.documents.document import Document, FieldPath
from netverify.kinds.beside import of_gateway
from netverify.kinds.choices import check_choice
from netverify.kinds.custom_resources import (
    check_group_and_kind,
    check_object_name,
    check_port,
    check_section_name,
    check_size,
    require,
    same_items,
    warn_of_nulls,
    without_nulls,
)
from netverify.kinds.fields import FreeMap, Int32, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.gateway_class import GatewayApiFields
from netverify.kinds.hosts import check_host
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import Who
from netverify.kinds.names import shown
from netverify.kinds.selector import SelectorFields, check_selector, stored_selector
from netverify.model.gateway import GATEWAY_GROUP, AllowedRoutes, Gateway, Listener, RoutesFrom
from netverify.patterns import pattern


class TlsFields(TypedDict, total=False):
    """``tls`` of a listener."""

    mode: str
    certificateRefs: list[FreeMap]
    options: FreeMap
    frontendValidation: Any


NamespacesFields = TypedDict("NamespacesFields", {"from": str, "selector": SelectorFields}, total=False)
"""``allowedRoutes.namespaces``."""


class RouteKindFields(TypedDict, total=False):
    """One item of ``allowedRoutes.kinds``."""

    group: str
    kind: str


class AllowedRoutesFields(TypedDict, total=False):
    """``allowedRoutes`` of a listener."""

    namespaces: NamespacesFields
    kinds: list[RouteKindFields]


class ListenerFields(TypedDict, total=False):
    """One item of ``listeners``."""

    name: str
    hostname: str
    port: Int32
    protocol: str
    tls: TlsFields
    allowedRoutes: AllowedRoutesFields


class SpecFields(TypedDict, total=False):
    """``spec``."""

    gatewayClassName: str
    listeners: list[ListenerFields]
    addresses: Any
    allowedListeners: Any
    backendTLS: Any
    defaultScope: Any
    infrastructure: Any
    tls: Any


class GatewayFields(GatewayApiFields, total=False):
    """The whole object."""

    spec: SpecFields


_PART = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_PROTOCOL = pattern(rf"[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?|{_PART}(?:\.{_PART})*/[A-Za-z0-9]+")
_LONGEST_PROTOCOL = 255
_FROM = ("All", "Selector", "Same")
_MODES = ("Terminate", "Passthrough")
_WITHOUT_TLS = ("HTTP", "TCP", "UDP")
_WITHOUT_HOSTNAME = ("TCP", "UDP")
_LISTENERS, _KINDS, _CERTIFICATES = (1, 64), (0, 8), (0, 64)


def _check(gateway: GatewayFields, findings: Findings) -> None:
    spec = gateway.get("spec")
    if spec is None:
        findings.refuse("NV552", ("spec",), "is missing")
        return
    name, listeners = spec.get("gatewayClassName"), spec.get("listeners")
    require(name, ("spec", "gatewayClassName"), findings, advice="name a GatewayClass")
    check_object_name(name, ("spec", "gatewayClassName"), findings)
    path = ("spec", "listeners")
    require(listeners, path, findings)
    check_size(listeners, _LISTENERS, path, findings)
    for index, listener in enumerate(listeners or ()):
        _check_listener(listener, (*path, index), findings)
    _check_apart(listeners or (), path, findings)


def _check_listener(listener: ListenerFields, path: FieldPath, findings: Findings) -> None:
    name, port, protocol = listener.get("name"), listener.get("port"), listener.get("protocol")
    for field, value in (("name", name), ("port", port), ("protocol", protocol)):
        require(value, (*path, field), findings)
    check_section_name(name, (*path, "name"), findings)
    check_port(port, (*path, "port"), findings)
    if protocol is not None and not (len(protocol) <= _LONGEST_PROTOCOL and _PROTOCOL.fullmatch(protocol)):
        findings.refuse("NV222", (*path, "protocol"), f"must be the name of a protocol, not {shown(protocol)}")
    if (hostname := listener.get("hostname")) is not None:
        check_host(hostname, (*path, "hostname"), findings)
        if protocol in _WITHOUT_HOSTNAME:
            _refuse_listener(path, "hostname", f"`hostname` beside the protocol `{protocol}`", findings)
    if (tls := listener.get("tls")) is not None:
        _check_tls(tls, (*path, "tls"), findings)
        if protocol in _WITHOUT_TLS:
            _refuse_listener(path, "tls", f"`tls` beside the protocol `{protocol}`", findings)
        if protocol == "HTTPS" and tls.get("mode") == "Passthrough":
            _refuse_listener(path, "tls", "the mode `Passthrough` beside the protocol `HTTPS`", findings)
    if (allowed := listener.get("allowedRoutes")) is not None:
        _check_allowed(allowed, (*path, "allowedRoutes"), findings)


def _refuse_listener(path: FieldPath, field: str, what: str, findings: Findings) -> None:
    """Refuse all listeners for ``field`` of the one at ``path``, as a rule about the whole list does."""
    origin = findings.document.origin((*path, field))
    findings.refuse("NV556", path[:-1], f"must not have {what}", origin=origin)


def _check_tls(tls: TlsFields, path: FieldPath, findings: Findings) -> None:
    mode, certificates = tls.get("mode"), tls.get("certificateRefs")
    check_choice(mode, _MODES, (*path, "mode"), findings)
    check_size(certificates, _CERTIFICATES, (*path, "certificateRefs"), findings)
    if mode in (None, "Terminate") and not certificates and not tls.get("options"):
        findings.refuse("NV556", path, "must have `certificateRefs` or `options` when its mode is `Terminate`")


def _check_allowed(allowed: AllowedRoutesFields, path: FieldPath, findings: Findings) -> None:
    kinds = allowed.get("kinds")
    check_size(kinds, _KINDS, (*path, "kinds"), findings)
    for index, item in enumerate(kinds or ()):
        require(item.get("kind"), (*path, "kinds", index, "kind"), findings)
        check_group_and_kind(item.get("group"), item.get("kind"), (*path, "kinds", index), findings)
    if (namespaces := allowed.get("namespaces")) is not None:
        _check_namespaces(namespaces, (*path, "namespaces"), findings)


def _check_namespaces(namespaces: NamespacesFields, path: FieldPath, findings: Findings) -> None:
    source, selector = namespaces.get("from"), namespaces.get("selector")
    check_choice(source, _FROM, (*path, "from"), findings)
    if selector is not None:
        check_selector(without_nulls(selector), (*path, "selector"), findings)
        warn_of_nulls(selector, (*path, "selector"), findings)
    if selector is not None and source != "Selector":
        text = f"has no effect, since `from` is `{source or 'Same'}`"
        findings.warn("NV561", (*path, "selector"), text, advice="write `from: Selector`")
    if selector is None and source == "Selector":
        text = "is missing, though `from` is `Selector`: no route is allowed"
        findings.warn("NV561", (*path, "selector"), text, advice="write the labels of the namespaces")


def _check_apart(listeners: Sequence[ListenerFields], path: FieldPath, findings: Findings) -> None:
    """Check that no two listeners have the same name, or the same port, protocol and host."""
    names = [listener.get("name") for listener in listeners]
    for index, first in same_items(names):
        place = (*path, index)
        origin = findings.document.origin((*place, "name"))
        findings.refuse("NV555", place, f"has the name {shown(names[index] or '')} of item {first}", origin=origin)
    ends = [(one.get("port"), one.get("protocol"), one.get("hostname")) for one in listeners]
    for index, first in same_items(ends):
        text = f"must not have the same port, protocol and hostname twice: items {first} and {index}"
        findings.refuse("NV555", path, text, origin=findings.document.origin((*path, index)))


def _fact(gateway: GatewayFields, who: Who, document: Document) -> Gateway:
    spec = gateway.get("spec") or {}
    return Gateway(
        namespace=who.namespace,
        name=who.name,
        class_name=spec.get("gatewayClassName") or "",
        listeners=tuple(_listener(one, index, document) for index, one in enumerate(spec.get("listeners") or ())),
        origin=document.origin(),
        beside=of_gateway(document),
    )


def _listener(listener: ListenerFields, index: int, document: Document) -> Listener:
    tls = listener.get("tls")
    return Listener(
        name=listener.get("name") or "",
        port=listener.get("port") or 0,
        protocol=listener.get("protocol") or "",
        hostname=listener.get("hostname") or "",
        tls_mode="" if tls is None else tls.get("mode") or "Terminate",
        allowed=_allowed(listener.get("allowedRoutes") or {}),
        origin=document.origin(("spec", "listeners", index)),
    )


def _allowed(allowed: AllowedRoutesFields) -> AllowedRoutes:
    namespaces = allowed.get("namespaces") or {}
    selector = namespaces.get("selector")
    return AllowedRoutes(
        namespaces=RoutesFrom(namespaces.get("from") or "Same"),
        selector=None if selector is None else stored_selector(without_nulls(selector)),
        kinds=tuple((_group(one.get("group")), one.get("kind") or "") for one in allowed.get("kinds") or ()),
    )


def _group(written: str | None) -> str:
    return GATEWAY_GROUP if written is None else written


GATEWAY = Kind(GATEWAY_GROUP, ("v1", "v1beta1"), "Gateway", GatewayFields, _check, _fact)
