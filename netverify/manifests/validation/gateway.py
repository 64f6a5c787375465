"""Rules of GatewayClass, Gateway and ReferenceGrant. Source: gateway-api ``apis/v1`` (kubebuilder markers).

A namespace selector is checked as one of Kubernetes is, which the custom resource leaves to its controller.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.gateway import (
    AllowedRoutesShape,
    GatewayClassShape,
    GatewayShape,
    ListenerShape,
    ListenerTlsShape,
    ReferenceGrantShape,
    RouteNamespacesShape,
)
from netverify.manifests.validation.choices import check_choice
from netverify.manifests.validation.custom_resources import (
    check_group_and_kind,
    check_namespace_name,
    check_object_name,
    check_port,
    check_section_name,
    check_size,
    require,
    same_items,
    warn_of_nulls,
    without_nulls,
)
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.ingress import check_controller, check_host
from netverify.manifests.validation.metadata import check_metadata
from netverify.manifests.validation.names import shown
from netverify.manifests.validation.selector import check_selector

_PART = r"[a-z0-9](?:[-a-z0-9]*[a-z0-9])?"
_PROTOCOL = re.compile(rf"[a-zA-Z0-9](?:[-a-zA-Z0-9]*[a-zA-Z0-9])?|{_PART}(?:\.{_PART})*/[A-Za-z0-9]+")
_LONGEST_PROTOCOL = 255
_LONGEST_CONTROLLER = 253
_FROM = ("All", "Selector", "Same")
_MODES = ("Terminate", "Passthrough")
_WITHOUT_TLS = ("HTTP", "TCP", "UDP")
_WITHOUT_HOSTNAME = ("TCP", "UDP")
_LISTENERS, _KINDS, _CERTIFICATES, _GRANTS = (1, 64), (0, 8), (0, 64), (1, 16)


def check_gateway_class(shape: GatewayClassShape, findings: Findings) -> None:
    """Check a whole GatewayClass."""
    check_metadata("GatewayClass", shape.metadata, findings)
    controller = (shape.spec.controllerName if shape.spec else None) or ""
    check_controller(controller, ("spec", "controllerName"), _LONGEST_CONTROLLER, findings)
    reference = shape.spec.parametersRef if shape.spec else None
    if reference is None:
        return
    path = ("spec", "parametersRef")
    for field, value in (("group", reference.group), ("kind", reference.kind), ("name", reference.name)):
        require(value, (*path, field), findings)
    check_group_and_kind(reference.group, reference.kind, path, findings)
    check_object_name(reference.name, (*path, "name"), findings)
    check_namespace_name(reference.namespace, (*path, "namespace"), findings)


def check_gateway(shape: GatewayShape, findings: Findings) -> None:
    """Check a whole Gateway."""
    check_metadata("Gateway", shape.metadata, findings)
    spec = shape.spec
    if spec is None:
        findings.refuse("NV552", ("spec",), "is missing")
        return
    require(spec.gatewayClassName, ("spec", "gatewayClassName"), findings, advice="name a GatewayClass")
    check_object_name(spec.gatewayClassName, ("spec", "gatewayClassName"), findings)
    path = ("spec", "listeners")
    require(spec.listeners, path, findings)
    check_size(spec.listeners, _LISTENERS, path, findings)
    for index, listener in enumerate(spec.listeners or ()):
        _check_listener(listener, (*path, index), findings)
    _check_apart(spec.listeners or (), path, findings)


def check_reference_grant(shape: ReferenceGrantShape, findings: Findings) -> None:
    """Check a whole ReferenceGrant."""
    check_metadata("ReferenceGrant", shape.metadata, findings)
    spec = shape.spec
    if spec is None:
        findings.refuse("NV552", ("spec",), "is missing")
        return
    for field, items in (("from", spec.from_), ("to", spec.to)):
        require(items, ("spec", field), findings)
        check_size(items, _GRANTS, ("spec", field), findings)
    for index, source in enumerate(spec.from_ or ()):
        path: FieldPath = ("spec", "from", index)
        require(source.group, (*path, "group"), findings, advice='write `group: ""` for the core group')
        require(source.kind, (*path, "kind"), findings)
        require(source.namespace, (*path, "namespace"), findings)
        check_group_and_kind(source.group, source.kind, path, findings)
        check_namespace_name(source.namespace, (*path, "namespace"), findings)
    for index, target in enumerate(spec.to or ()):
        path = ("spec", "to", index)
        require(target.group, (*path, "group"), findings, advice='write `group: ""` for the core group')
        require(target.kind, (*path, "kind"), findings)
        check_group_and_kind(target.group, target.kind, path, findings)
        check_object_name(target.name, (*path, "name"), findings)


def _check_listener(listener: ListenerShape, path: FieldPath, findings: Findings) -> None:
    for field, value in (("name", listener.name), ("port", listener.port), ("protocol", listener.protocol)):
        require(value, (*path, field), findings)
    check_section_name(listener.name, (*path, "name"), findings)
    check_port(listener.port, (*path, "port"), findings)
    protocol = listener.protocol
    if protocol is not None and not (len(protocol) <= _LONGEST_PROTOCOL and _PROTOCOL.fullmatch(protocol)):
        findings.refuse("NV222", (*path, "protocol"), f"must be the name of a protocol, not {shown(protocol)}")
    if listener.hostname is not None:
        check_host(listener.hostname, (*path, "hostname"), findings)
        if protocol in _WITHOUT_HOSTNAME:
            _refuse_listener(path, "hostname", f"`hostname` beside the protocol `{protocol}`", findings)
    if listener.tls is not None:
        _check_tls(listener.tls, (*path, "tls"), findings)
        if protocol in _WITHOUT_TLS:
            _refuse_listener(path, "tls", f"`tls` beside the protocol `{protocol}`", findings)
        if protocol == "HTTPS" and listener.tls.mode == "Passthrough":
            _refuse_listener(path, "tls", "the mode `Passthrough` beside the protocol `HTTPS`", findings)
    if listener.allowedRoutes is not None:
        _check_allowed(listener.allowedRoutes, (*path, "allowedRoutes"), findings)


def _refuse_listener(path: FieldPath, field: str, what: str, findings: Findings) -> None:
    """Refuse all listeners for ``field`` of the one at ``path``, as a rule about the whole list does."""
    origin = findings.document.origin((*path, field))
    findings.refuse("NV556", path[:-1], f"must not have {what}", origin=origin)


def _check_tls(tls: ListenerTlsShape, path: FieldPath, findings: Findings) -> None:
    check_choice(tls.mode, _MODES, (*path, "mode"), findings)
    check_size(tls.certificateRefs, _CERTIFICATES, (*path, "certificateRefs"), findings)
    if tls.mode in (None, "Terminate") and not tls.certificateRefs and not tls.options:
        findings.refuse("NV556", path, "must have `certificateRefs` or `options` when its mode is `Terminate`")


def _check_allowed(allowed: AllowedRoutesShape, path: FieldPath, findings: Findings) -> None:
    check_size(allowed.kinds, _KINDS, (*path, "kinds"), findings)
    for index, item in enumerate(allowed.kinds or ()):
        require(item.kind, (*path, "kinds", index, "kind"), findings)
        check_group_and_kind(item.group, item.kind, (*path, "kinds", index), findings)
    if allowed.namespaces is not None:
        _check_namespaces(allowed.namespaces, (*path, "namespaces"), findings)


def _check_namespaces(namespaces: RouteNamespacesShape, path: FieldPath, findings: Findings) -> None:
    check_choice(namespaces.from_, _FROM, (*path, "from"), findings)
    selector = namespaces.selector
    if selector is not None:
        check_selector(without_nulls(selector), (*path, "selector"), findings)
        warn_of_nulls(selector, (*path, "selector"), findings)
    if selector is not None and namespaces.from_ != "Selector":
        text = f"has no effect, since `from` is `{namespaces.from_ or 'Same'}`"
        findings.warn("NV561", (*path, "selector"), text, advice="write `from: Selector`")
    if selector is None and namespaces.from_ == "Selector":
        text = "is missing, though `from` is `Selector`: no route is allowed"
        findings.warn("NV561", (*path, "selector"), text, advice="write the labels of the namespaces")


def _check_apart(listeners: Sequence[ListenerShape], path: FieldPath, findings: Findings) -> None:
    """Check that no two listeners have the same name, or the same port, protocol and host."""
    names = [listener.name for listener in listeners]
    for index, first in same_items(names):
        place = (*path, index)
        origin = findings.document.origin((*place, "name"))
        findings.refuse("NV555", place, f"has the name {shown(names[index] or '')} of item {first}", origin=origin)
    ends = [(listener.port, listener.protocol, listener.hostname) for listener in listeners]
    for index, first in same_items(ends):
        text = f"must not have the same port, protocol and hostname twice: items {first} and {index}"
        findings.refuse("NV555", path, text, origin=findings.document.origin((*path, index)))
