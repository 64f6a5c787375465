"""``v1`` Endpoints and ``discovery.k8s.io`` EndpointSlice: addresses behind a Service that somebody wrote down.

Source: k8s.io/api ``core/v1/types.go`` and ``discovery/v1/types.go``; ``ValidateEndpoints``,
``pkg/apis/discovery/validation``; ``SetDefaults_Endpoints``, ``SetDefaults_EndpointPort``;
``pkg/controller/endpointslicemirroring``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from netverify.documents.document import Document, FieldPath
from netverify.kinds import stored
from netverify.kinds.choices import check_choice
from netverify.kinds.fields import Int32, TypedDict
from netverify.kinds.findings import Findings
from netverify.kinds.ip import check_usable_ip
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import ObjectMeta, Who, labels_of
from netverify.kinds.names import dns_label_problems, dns_subdomain_problems, shown
from netverify.kinds.ports import check_app_protocol, check_port_name, check_port_protocol, is_port
from netverify.model.addresses import parse_address
from netverify.model.service import EndpointAddress, EndpointPort, EndpointSlice, EndpointSubset


class TargetFields(TypedDict, total=False):
    """``targetRef``: the object that an address is of."""

    apiVersion: Any
    kind: str
    namespace: str
    name: str
    uid: Any
    resourceVersion: Any
    fieldPath: Any


class AddressFields(TypedDict, total=False):
    """One item of ``addresses`` or ``notReadyAddresses`` of Endpoints."""

    ip: str
    hostname: str
    nodeName: Any
    targetRef: TargetFields


class PortFields(TypedDict, total=False):
    """One item of ``ports``, of Endpoints as of a slice."""

    name: str
    port: Int32
    protocol: str
    appProtocol: str


class SubsetFields(TypedDict, total=False):
    """One item of ``subsets``."""

    addresses: list[AddressFields | None]
    notReadyAddresses: list[AddressFields | None]
    ports: list[PortFields | None]


class EndpointsFields(TypedDict, total=False):
    """``v1`` Endpoints, which have no ``spec``."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    subsets: list[SubsetFields | None]


class ConditionsFields(TypedDict, total=False):
    """``conditions``; a condition that is null is not known, which counts as ready."""

    ready: bool
    serving: bool
    terminating: bool


class EndpointFields(TypedDict, total=False):
    """One item of ``endpoints``."""

    addresses: list[str | None]
    conditions: ConditionsFields
    hostname: str
    targetRef: TargetFields
    deprecatedTopology: Any
    hints: Any
    nodeName: Any
    zone: Any


class EndpointSliceFields(TypedDict, total=False):
    """``discovery.k8s.io/v1`` EndpointSlice, which has no ``spec``."""

    apiVersion: Any
    kind: Any
    metadata: ObjectMeta
    addressType: str
    endpoints: list[EndpointFields | None]
    ports: list[PortFields | None]


_FQDN = "FQDN"
"""The type of a slice whose addresses are host names."""
_FAMILIES = {"IPv4": 4, "IPv6": 6}
_MOST_ENDPOINTS = 1000
_MOST_ADDRESSES = 100
_MOST_PORTS = 20000
_SERVICE_NAME = "kubernetes.io/service-name"
_SKIP_MIRROR = "endpointslice.kubernetes.io/skip-mirror"


def _check_endpoints(endpoints: EndpointsFields, findings: Findings) -> None:
    for index, subset in enumerate(endpoints.get("subsets") or ()):
        _check_subset(subset or {}, ("subsets", index), findings)


def _check_slice(endpoint_slice: EndpointSliceFields, findings: Findings) -> None:
    kind = endpoint_slice.get("addressType")
    if not kind:
        findings.refuse("NV530", ("addressType",), "is missing", advice="write `IPv4` or `IPv6`")
        return
    check_choice(kind, (*_FAMILIES, _FQDN), ("addressType",), findings)
    if kind not in {*_FAMILIES, _FQDN}:
        return
    if kind == _FQDN:
        text = "is `FQDN`: nothing routes to such endpoints"
        findings.warn("NV533", ("addressType",), text, advice="write a Service of type `ExternalName`")
    endpoints, ports = endpoint_slice.get("endpoints") or (), endpoint_slice.get("ports") or ()
    if _are_few(endpoints, _MOST_ENDPOINTS, ("endpoints",), findings):
        for index, endpoint in enumerate(endpoints):
            _check_endpoint(endpoint or {}, kind, ("endpoints", index), findings)
    if _are_few(ports, _MOST_PORTS, ("ports",), findings):
        _check_slice_ports(ports, findings)


def _check_endpoint(endpoint: EndpointFields, kind: str, path: FieldPath, findings: Findings) -> None:
    place, addresses = (*path, "addresses"), endpoint.get("addresses")
    if not addresses:
        findings.refuse("NV531", place, "must have at least one address")
    elif _are_few(addresses, _MOST_ADDRESSES, place, findings):
        for index, address in enumerate(addresses):
            _check_address(address or "", kind, (*place, index), findings)
    _check_hostname(endpoint.get("hostname"), path, findings)


def _check_address(text: str, kind: str, path: FieldPath, findings: Findings) -> None:
    if kind == _FQDN:
        for problem in dns_subdomain_problems(text):
            findings.refuse("NV534", path, f"{problem}, not {shown(text)}")
        return
    address = check_usable_ip(text, path, findings)
    if address is not None and address.family != _FAMILIES[kind]:
        findings.refuse("NV535", path, f"must be an {kind} address, as `addressType` says, not {shown(text)}")


def _check_slice_ports(ports: Sequence[PortFields | None], findings: Findings) -> None:
    names: set[str] = set()
    for index, item in enumerate(ports):
        port = item or {}
        path: FieldPath = ("ports", index)
        if not port.get("name") and "" in names:
            findings.refuse("NV506", (*path, "name"), "is empty, as of another port: one may do without a name")
        if not port.get("name"):
            names.add("")
        check_port_name(port.get("name") or "", (*path, "name"), names, findings, needed=False)
        check_port_protocol(port.get("protocol"), (*path, "protocol"), findings)
        check_app_protocol(port.get("appProtocol"), (*path, "appProtocol"), findings)


def _check_subset(subset: SubsetFields, path: FieldPath, findings: Findings) -> None:
    ready, waiting = subset.get("addresses"), subset.get("notReadyAddresses")
    if not ready and not waiting:
        findings.refuse("NV531", path, "must have `addresses` or `notReadyAddresses`")
    for field, addresses in (("addresses", ready), ("notReadyAddresses", waiting)):
        for index, item in enumerate(addresses or ()):
            address = item or {}
            check_usable_ip(address.get("ip") or "", (*path, field, index, "ip"), findings)
            _check_hostname(address.get("hostname"), (*path, field, index), findings)
    ports = subset.get("ports") or ()
    for index, port in enumerate(ports):
        _check_subset_port(port or {}, (*path, "ports", index), findings, needs_name=len(ports) > 1)


def _check_subset_port(port: PortFields, path: FieldPath, findings: Findings, *, needs_name: bool) -> None:
    check_port_name(port.get("name") or "", (*path, "name"), set(), findings, needed=needs_name)
    number = port.get("port")
    if number is None or not is_port(number):
        text = "is missing" if number is None else f"must be between 1 and 65535, not `{number}`"
        findings.refuse("NV532", (*path, "port"), text)
    check_port_protocol(port.get("protocol"), (*path, "protocol"), findings)
    check_app_protocol(port.get("appProtocol"), (*path, "appProtocol"), findings)


def _check_hostname(hostname: str | None, path: FieldPath, findings: Findings) -> None:
    for problem in dns_label_problems(hostname) if hostname else ():
        findings.refuse("NV242", (*path, "hostname"), f"{problem}, not {shown(hostname or '')}")


def _are_few(items: Sequence[object], most: int, path: FieldPath, findings: Findings) -> bool:
    if len(items) <= most:
        return True
    findings.refuse("NV536", path, f"must not have more than {most} items, not {len(items)}")
    return False


def _endpoints_fact(endpoints: EndpointsFields, who: Who, document: Document) -> EndpointSlice:
    """What they say; they are those of the Service of their name, unless they ask not to be copied to slices."""
    labels = labels_of(endpoints.get("metadata"))
    return EndpointSlice(
        namespace=who.namespace,
        name=who.name,
        service="" if labels.get(_SKIP_MIRROR) == "true" else who.name,
        subsets=tuple(_subset(subset or {}, who.namespace) for subset in endpoints.get("subsets") or ()),
        kind="Endpoints",
        origin=document.origin(),
    )


def _slice_fact(endpoint_slice: EndpointSliceFields, who: Who, document: Document) -> EndpointSlice:
    """What it says, of the Service that its label names."""
    items = [item or EndpointFields() for item in endpoint_slice.get("endpoints") or ()]
    is_named = endpoint_slice.get("addressType") == _FQDN
    addresses = () if is_named else tuple(one for item in items for one in _addresses(item, who.namespace))
    return EndpointSlice(
        namespace=who.namespace,
        name=who.name,
        service=labels_of(endpoint_slice.get("metadata")).get(_SERVICE_NAME, ""),
        subsets=(EndpointSubset(addresses, _ports(endpoint_slice.get("ports"))),) if addresses else (),
        names=tuple(text or "" for item in items for text in item.get("addresses") or ()) if is_named else (),
        origin=document.origin(),
    )


def _addresses(endpoint: EndpointFields, namespace: str) -> Iterator[EndpointAddress]:
    ready = (endpoint.get("conditions") or {}).get("ready") is not False
    pod = _pod(endpoint.get("targetRef"), namespace)
    for text in endpoint.get("addresses") or ():
        yield EndpointAddress(parse_address(text or ""), endpoint.get("hostname") or "", ready, pod)


def _subset(subset: SubsetFields, namespace: str) -> EndpointSubset:
    lists = ((subset.get("addresses"), True), (subset.get("notReadyAddresses"), False))
    addresses = [_address(item, namespace, ready=ready) for items, ready in lists for item in items or () if item]
    return EndpointSubset(tuple(addresses), _ports(subset.get("ports")))


def _address(address: AddressFields, namespace: str, *, ready: bool) -> EndpointAddress:
    pod = _pod(address.get("targetRef"), namespace)
    return EndpointAddress(parse_address(address.get("ip") or ""), address.get("hostname") or "", ready, pod)


def _pod(target: TargetFields | None, namespace: str) -> str:
    if not target or target.get("kind") != "Pod" or not target.get("name"):
        return ""
    return f"{target.get('namespace') or namespace}/{target.get('name')}"


def _ports(ports: Sequence[PortFields | None] | None) -> tuple[EndpointPort, ...]:
    items = [port or PortFields() for port in ports or ()]
    return tuple(
        EndpointPort(item.get("port"), stored.protocol(item.get("protocol")), item.get("name") or "") for item in items
    )


ENDPOINTS = Kind("", ("v1",), "Endpoints", EndpointsFields, _check_endpoints, _endpoints_fact)
ENDPOINT_SLICE = Kind("discovery.k8s.io", ("v1",), "EndpointSlice", EndpointSliceFields, _check_slice, _slice_fact)
