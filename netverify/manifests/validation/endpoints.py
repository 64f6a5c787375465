"""Rules of Endpoints and EndpointSlices.

Source: ``pkg/apis/core/validation/validation.go`` (``ValidateEndpoints``), ``pkg/apis/discovery/validation``.
"""

from __future__ import annotations

from collections.abc import Sequence

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.endpoints import (
    EndpointPortShape,
    EndpointsAddressShape,
    EndpointShape,
    EndpointSliceShape,
    EndpointsShape,
    EndpointsSubsetShape,
)
from netverify.manifests.validation.choices import check_choice
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.ip import check_usable_ip
from netverify.manifests.validation.metadata import check_metadata
from netverify.manifests.validation.names import dns_label_problems, dns_subdomain_problems, shown
from netverify.manifests.validation.service_port import check_app_protocol, check_port_name, check_port_protocol
from netverify.model.traffic import MAX_PORT, MIN_PORT

FQDN = "FQDN"
"""The type of a slice whose addresses are host names."""

_FAMILIES = {"IPv4": 4, "IPv6": 6}
_MOST_ENDPOINTS = 1000
_MOST_ADDRESSES = 100
_MOST_PORTS = 20000
_NO_ENDPOINT = EndpointShape()
_NO_PORT = EndpointPortShape()
_NO_SUBSET = EndpointsSubsetShape()
_NO_ADDRESS = EndpointsAddressShape()


def check_endpoints(shape: EndpointsShape, findings: Findings) -> None:
    """Check whole Endpoints."""
    check_metadata("Endpoints", shape.metadata, findings)
    for index, subset in enumerate(shape.subsets or ()):
        _check_subset(subset or _NO_SUBSET, ("subsets", index), findings)


def check_endpoint_slice(shape: EndpointSliceShape, findings: Findings) -> None:
    """Check a whole EndpointSlice."""
    check_metadata("EndpointSlice", shape.metadata, findings)
    if not shape.addressType:
        findings.refuse("NV530", ("addressType",), "is missing", advice="write `IPv4` or `IPv6`")
        return
    check_choice(shape.addressType, (*_FAMILIES, FQDN), ("addressType",), findings)
    if shape.addressType not in {*_FAMILIES, FQDN}:
        return
    if shape.addressType == FQDN:
        text = "is `FQDN`: nothing routes to such endpoints"
        findings.warn("NV533", ("addressType",), text, advice="write a Service of type `ExternalName`")
    if _are_few(shape.endpoints or (), _MOST_ENDPOINTS, ("endpoints",), findings):
        for index, endpoint in enumerate(shape.endpoints or ()):
            _check_endpoint(endpoint or _NO_ENDPOINT, shape.addressType, ("endpoints", index), findings)
    if _are_few(shape.ports or (), _MOST_PORTS, ("ports",), findings):
        _check_slice_ports(shape.ports or (), findings)


def _check_endpoint(endpoint: EndpointShape, kind: str, path: FieldPath, findings: Findings) -> None:
    place = (*path, "addresses")
    if not endpoint.addresses:
        findings.refuse("NV531", place, "must have at least one address")
    elif _are_few(endpoint.addresses, _MOST_ADDRESSES, place, findings):
        for index, address in enumerate(endpoint.addresses):
            _check_address(address or "", kind, (*place, index), findings)
    _check_hostname(endpoint.hostname, path, findings)


def _check_address(text: str, kind: str, path: FieldPath, findings: Findings) -> None:
    if kind == FQDN:
        for problem in dns_subdomain_problems(text):
            findings.refuse("NV534", path, f"{problem}, not {shown(text)}")
        return
    address = check_usable_ip(text, path, findings)
    if address is not None and address.family != _FAMILIES[kind]:
        findings.refuse("NV535", path, f"must be an {kind} address, as `addressType` says, not {shown(text)}")


def _check_slice_ports(ports: Sequence[EndpointPortShape | None], findings: Findings) -> None:
    names: set[str] = set()
    for index, item in enumerate(ports):
        port = item or _NO_PORT
        path: FieldPath = ("ports", index)
        if not port.name and "" in names:
            findings.refuse("NV506", (*path, "name"), "is empty, as of another port: one may do without a name")
        if not port.name:
            names.add("")
        check_port_name(port.name or "", (*path, "name"), names, findings, needed=False)
        check_port_protocol(port.protocol or "", (*path, "protocol"), findings)
        check_app_protocol(port.appProtocol, (*path, "appProtocol"), findings)


def _check_subset(subset: EndpointsSubsetShape, path: FieldPath, findings: Findings) -> None:
    if not subset.addresses and not subset.notReadyAddresses:
        findings.refuse("NV531", path, "must have `addresses` or `notReadyAddresses`")
    for field, addresses in (("addresses", subset.addresses), ("notReadyAddresses", subset.notReadyAddresses)):
        for index, item in enumerate(addresses or ()):
            address = item or _NO_ADDRESS
            check_usable_ip(address.ip or "", (*path, field, index, "ip"), findings)
            _check_hostname(address.hostname, (*path, field, index), findings)
    ports = subset.ports or ()
    for index, port in enumerate(ports):
        _check_subset_port(port or _NO_PORT, (*path, "ports", index), findings, needs_name=len(ports) > 1)


def _check_subset_port(port: EndpointPortShape, path: FieldPath, findings: Findings, *, needs_name: bool) -> None:
    check_port_name(port.name or "", (*path, "name"), set(), findings, needed=needs_name)
    if not MIN_PORT <= (port.port or 0) <= MAX_PORT:
        text = "is missing" if port.port is None else f"must be between 1 and 65535, not `{port.port}`"
        findings.refuse("NV532", (*path, "port"), text)
    check_port_protocol(port.protocol or "", (*path, "protocol"), findings)
    check_app_protocol(port.appProtocol, (*path, "appProtocol"), findings)


def _check_hostname(hostname: str | None, path: FieldPath, findings: Findings) -> None:
    for problem in dns_label_problems(hostname) if hostname else ():
        findings.refuse("NV242", (*path, "hostname"), f"{problem}, not {shown(hostname or '')}")


def _are_few(items: Sequence[object], most: int, path: FieldPath, findings: Findings) -> bool:
    if len(items) <= most:
        return True
    findings.refuse("NV536", path, f"must not have more than {most} items, not {len(items)}")
    return False
