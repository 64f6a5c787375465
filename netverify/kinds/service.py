"""``v1`` Service.

Source: k8s.io/api ``core/v1/types.go``; ``pkg/apis/core/validation/validation.go`` (``ValidateService``,
``validateServicePort``); ``pkg/apis/core/v1/defaults.go`` (``SetDefaults_Service``),
``pkg/registry/core/service/strategy.go``. What one object cannot tell is not checked: whether an address or a node port
is taken or in the server's range.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from netverify.documents.document import Document, FieldPath, Value
from netverify.kinds import stored
from netverify.kinds.choices import check_choice
from netverify.kinds.cidr import network_of, report_cidr
from netverify.kinds.findings import Findings
from netverify.kinds.ip import check_ip, check_usable_ip, read_ip
from netverify.kinds.kind import Kind
from netverify.kinds.metadata import Who, annotations_of, check_label_map, stored_map
from netverify.kinds.names import dns_label_problems, dns_subdomain_problems, label_key_problems, shown
from netverify.kinds.ports import is_port
from netverify.kinds.selector import warn_null_values
from netverify.kinds.service_addresses import check_cluster_ips, refuse_cluster_ips
from netverify.kinds.service_fields import LoadBalancerIngressFields, ServiceFields, ServicePortFields, SpecFields
from netverify.kinds.service_ports import check_service_ports
from netverify.model.addresses import Address, AddressRange, parse_address
from netverify.model.labels import Labels
from netverify.model.service import (
    FIRST_NODE_PORT,
    LAST_NODE_PORT,
    SOURCE_RANGES,
    Service,
    ServicePort,
    ServiceType,
    TrafficPolicy,
)

_SPEC: FieldPath = ("spec",)
_AFFINITIES = ("ClientIP", "None")
_DISTRIBUTIONS = ("PreferClose", "PreferSameZone", "PreferSameNode")
_LONGEST_AFFINITY_SECONDS = 86400
_TYPES = {kind.value: kind for kind in ServiceType}
_CLUSTER_IP = ServiceType.CLUSTER_IP.value
_FROM_OUTSIDE = frozenset({ServiceType.NODE_PORT.value, ServiceType.LOAD_BALANCER.value})
_ALIAS = ServiceType.EXTERNAL_NAME.value
_PLAIN = frozenset({"ports", "selector", "type"})
"""The fields of most Services."""


def _check(service: ServiceFields, findings: Findings) -> None:
    spec = service.get("spec") or {}
    kind = spec.get("type") or _CLUSTER_IP
    ports = spec.get("ports") or ()
    if kind not in _TYPES:
        check_choice(kind, ServiceType, (*_SPEC, "type"), findings)
    if not ports and spec.get("clusterIP") != "None" and kind != _ALIAS:
        advice = "list the ports; only a headless Service (`clusterIP: None`) can do without"
        findings.refuse("NV500", (*_SPEC, "ports"), "must have at least one port", advice=advice)
    check_service_ports(ports, kind, findings)
    if selector := spec.get("selector"):
        path = (*_SPEC, "selector")
        check_label_map(selector, path, findings)
        if None in selector.values():
            warn_null_values(selector, path, findings)
    if kind != _ALIAS and _is_plain(service, spec):
        return
    if kind == _ALIAS:
        refuse_cluster_ips(spec, findings)
        _check_external_name(spec.get("externalName") or "", findings)
    else:
        check_cluster_ips(spec, kind, findings)
        if spec.get("externalName"):
            text = "has no effect, since `type` is not `ExternalName`"
            findings.warn("NV521", (*_SPEC, "externalName"), text)
    _check_affinity(spec, findings)
    _check_external_ips(spec, kind, findings)
    _check_traffic(spec, kind, findings)
    check_load_balancer(service, spec, kind, findings)
    for index, item in enumerate(_written_ingress(service)):
        if item and (address := item.get("ip")):
            check_ip(address, ("status", "loadBalancer", "ingress", index, "ip"), findings)


def _is_plain(service: ServiceFields, spec: SpecFields) -> bool:
    """Whether nothing is said that few Services say."""
    return (
        _PLAIN.issuperset(spec) and "status" not in service and not (service.get("metadata") or {}).get("annotations")
    )


def _check_external_name(name: str, findings: Findings) -> None:
    path = (*_SPEC, "externalName")
    bare = name.removesuffix(".")
    if not bare:
        findings.refuse("NV516", path, "is missing, though `type` is `ExternalName`")
        return
    meant = name.lower()
    advice = f"did you mean `{meant}`?" if meant != name and not dns_subdomain_problems(bare.lower()) else ""
    for problem in dns_subdomain_problems(bare):
        findings.refuse("NV516", path, f"{problem}, not {shown(name)}", advice=advice)


def _check_affinity(spec: SpecFields, findings: Findings) -> None:
    affinity = spec.get("sessionAffinity")
    check_choice(affinity or None, _AFFINITIES, (*_SPEC, "sessionAffinity"), findings)
    seconds = ((spec.get("sessionAffinityConfig") or {}).get("clientIP") or {}).get("timeoutSeconds")
    if affinity == "ClientIP" and seconds is not None and not 1 <= seconds <= _LONGEST_AFFINITY_SECONDS:
        path = (*_SPEC, "sessionAffinityConfig", "clientIP", "timeoutSeconds")
        findings.refuse("NV520", path, f"must be between 1 and {_LONGEST_AFFINITY_SECONDS}, not `{seconds}`")


def _check_external_ips(spec: SpecFields, kind: str, findings: Findings) -> None:
    addresses, path = spec.get("externalIPs"), (*_SPEC, "externalIPs")
    for index, address in enumerate(addresses or ()):
        check_usable_ip(address or "", (*path, index), findings)
    if addresses and kind == _ALIAS:
        findings.warn("NV521", path, "has no effect, since `type` is `ExternalName`")


def _check_traffic(spec: SpecFields, kind: str, findings: Findings) -> None:
    policy = spec.get("externalTrafficPolicy") or None
    path = (*_SPEC, "externalTrafficPolicy")
    check_choice(policy, TrafficPolicy, path, findings)
    by_addresses = kind == ServiceType.CLUSTER_IP and spec.get("externalIPs")
    if policy and kind not in _FROM_OUTSIDE and not by_addresses:
        text = "must not be given: only Services of type `NodePort` or `LoadBalancer`, or with `externalIPs`, have it"
        findings.refuse("NV518", path, text)
    if kind != _ALIAS:
        internal = spec.get("internalTrafficPolicy")
        check_choice(internal, TrafficPolicy, (*_SPEC, "internalTrafficPolicy"), findings)
    check_choice(spec.get("trafficDistribution"), _DISTRIBUTIONS, (*_SPEC, "trafficDistribution"), findings)


def _fact(service: ServiceFields, who: Who, document: Document) -> Service:
    spec = service.get("spec") or {}
    kind = _TYPES[spec.get("type") or _CLUSTER_IP]
    selector = stored_map(spec.get("selector")) or None
    ports = tuple([_port(port or {}, index, document) for index, port in enumerate(spec.get("ports") or ())])
    if _is_plain(service, spec):
        return Service(who.namespace, who.name, kind, selector, ports, origin=document.origin())
    annotations = stored.traffic_annotations(annotations_of(service.get("metadata")))
    ingress = [item for item in _written_ingress(service) if item is not None]
    is_alias = kind is ServiceType.EXTERNAL_NAME
    return Service(
        namespace=who.namespace,
        name=who.name,
        type=kind,
        selector=selector,
        ports=ports,
        headless=spec.get("clusterIP") == stored.HEADLESS,
        cluster_ips=_cluster_ips(spec),
        external_ips=tuple([parse_address(text or "") for text in spec.get("externalIPs") or ()]),
        external_name=spec.get("externalName") or "",
        publish_not_ready=bool(spec.get("publishNotReadyAddresses")),
        internal_traffic_policy=_policy(None if is_alias else spec.get("internalTrafficPolicy")),
        external_traffic_policy=_policy(spec.get("externalTrafficPolicy")),
        source_ranges=_source_ranges(spec, annotations),
        load_balancer_class=spec.get("loadBalancerClass") or "",
        allocates_node_ports=spec.get("allocateLoadBalancerNodePorts") is not False,
        ingress=tuple([parse_address(text) for one in ingress if (text := one.get("ip")) and not _is_proxy(one)]),
        asked_ingress=() if ingress else _asked_ingress(spec),
        has_outer_ingress=any(bool(one.get("hostname")) or _is_proxy(one) for one in ingress),
        annotations=annotations,
        origin=document.origin(),
    )


def _port(port: ServicePortFields, index: int, document: Document) -> ServicePort:
    number = port.get("port") or 0
    return ServicePort(
        number,
        port.get("targetPort") or number,
        stored.protocol(port.get("protocol")),
        port.get("name") or "",
        port.get("nodePort") or None,
        document.origin(("spec", "ports", index)),
    )


def _cluster_ips(spec: SpecFields) -> tuple[Address, ...]:
    texts = spec.get("clusterIPs") or [spec.get("clusterIP")]
    return tuple([parse_address(text) for text in texts if text and text != stored.HEADLESS])


def _policy(written: str | None) -> TrafficPolicy:
    return TrafficPolicy(written) if written else TrafficPolicy.CLUSTER


def _source_ranges(spec: SpecFields, annotations: Labels) -> tuple[AddressRange, ...]:
    """The ranges of the field; only without them does the annotation count."""
    if ranges := spec.get("loadBalancerSourceRanges"):
        return tuple([network_of(source_range(text or "")) for text in ranges])
    if SOURCE_RANGES not in annotations:
        return ()
    return tuple([network_of(text) for text in annotated_ranges(annotations[SOURCE_RANGES])])


def _written_ingress(service: ServiceFields) -> Sequence[LoadBalancerIngressFields | None]:
    return ((service.get("status") or {}).get("loadBalancer") or {}).get("ingress") or ()


def _is_proxy(item: LoadBalancerIngressFields) -> bool:
    return item.get("ipMode") == "Proxy"


def _asked_ingress(spec: SpecFields) -> tuple[Address, ...]:
    """The address of ``loadBalancerIP``; any text may stand there, and counts only if it is one."""
    address = read_ip(text) if (text := spec.get("loadBalancerIP")) else None
    return (address,) if isinstance(address, Address) else ()


def _without(owner: object, name: str, value: Mapping[str, Value]) -> str:
    """What the ``spec`` would mean once the server drops a field that it does not know."""
    if owner is not SpecFields:
        return ""
    if "selector" in name.lower() and not value.get("selector"):
        return "the Service would select no pods"
    if "range" in name.lower() and not value.get("loadBalancerSourceRanges"):
        return "the load balancer would let everyone in"
    return ""


SERVICE = Kind("", ("v1",), "Service", ServiceFields, _check, _fact, name_rule=dns_label_problems, without=_without)


# Rules of what only a Service of type ``LoadBalancer`` has.
# Source: ``pkg/apis/core/validation/validation.go`` (``validateLoadBalancerClassField``, ``ValidateService``).

_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What a server takes for space. Source: ``unicode.IsSpace`` of Go."""


def source_range(text: str) -> str:
    """``text`` as a CIDR: without the space that may stand around it."""
    return text.strip(_SPACE)


def annotated_ranges(text: str) -> tuple[str, ...]:
    """The CIDRs that the annotation lists; none if it is blank."""
    return tuple(source_range(item) for item in text.split(",")) if source_range(text) else ()


def check_load_balancer(service: ServiceFields, spec: SpecFields, kind: str, findings: Findings) -> None:
    """Check these fields of a Service of type ``kind``."""
    _check_source_ranges(service, spec, kind, findings)
    if spec.get("allocateLoadBalancerNodePorts") is not None:
        _refuse_elsewhere(kind, ("spec", "allocateLoadBalancerNodePorts"), findings)
    if (balancer := spec.get("loadBalancerClass")) is not None:
        path = ("spec", "loadBalancerClass")
        _refuse_elsewhere(kind, path, findings)
        for problem in label_key_problems(balancer) if kind == ServiceType.LOAD_BALANCER else ():
            findings.refuse("NV519", path, f"{problem}, not {shown(balancer)}")
    if number := spec.get("healthCheckNodePort"):
        _check_health_port(number, spec, kind, findings)


def _check_source_ranges(service: ServiceFields, spec: SpecFields, kind: str, findings: Findings) -> None:
    if ranges := spec.get("loadBalancerSourceRanges"):
        path: FieldPath = ("spec", "loadBalancerSourceRanges")
        _refuse_elsewhere(kind, path, findings)
        for index, text in enumerate(ranges):
            report_cidr(source_range(text or ""), (*path, index), findings)
        return
    annotations = (service.get("metadata") or {}).get("annotations") or {}
    if SOURCE_RANGES in annotations:
        path = ("metadata", "annotations", SOURCE_RANGES)
        _refuse_elsewhere(kind, path, findings)
        for text in annotated_ranges(annotations[SOURCE_RANGES] or ""):
            report_cidr(text, path, findings)


def _refuse_elsewhere(kind: str, path: FieldPath, findings: Findings) -> None:
    if kind != ServiceType.LOAD_BALANCER:
        findings.refuse("NV518", path, "must not be given unless `type` is `LoadBalancer`")


def _check_health_port(number: int, spec: SpecFields, kind: str, findings: Findings) -> None:
    path = ("spec", "healthCheckNodePort")
    if kind != ServiceType.LOAD_BALANCER or spec.get("externalTrafficPolicy") != "Local":
        text = "must not be given unless `type` is `LoadBalancer` and `externalTrafficPolicy` is `Local`"
        findings.refuse("NV518", path, text)
    elif not is_port(number):
        findings.refuse("NV510", path, f"must be between {FIRST_NODE_PORT} and {LAST_NODE_PORT}, not `{number}`")
    elif not FIRST_NODE_PORT <= number <= LAST_NODE_PORT:
        text = f"is `{number}`: a server takes {FIRST_NODE_PORT} to {LAST_NODE_PORT}, unless it is configured otherwise"
        findings.warn("NV511", path, text)
