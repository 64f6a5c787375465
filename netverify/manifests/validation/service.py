"""Rules of Services. Source: ``pkg/apis/core/validation/validation.go`` (``ValidateService``).

What one object cannot tell is not checked: whether an address or a node port is taken or in the server's range.
"""

from __future__ import annotations

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.service import ServiceShape, ServiceSpec
from netverify.manifests.schema.shape import StringMap
from netverify.manifests.validation.choices import check_choice
from netverify.manifests.validation.cluster_ip import check_cluster_ips, refuse_cluster_ips
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.ip import check_ip, check_usable_ip
from netverify.manifests.validation.load_balancer import check_load_balancer
from netverify.manifests.validation.metadata import check_label_map, check_metadata
from netverify.manifests.validation.names import dns_subdomain_problems, shown
from netverify.manifests.validation.selector import warn_null_values
from netverify.manifests.validation.service_port import check_service_ports
from netverify.model.service import ServiceType, TrafficPolicy

_SPEC: FieldPath = ("spec",)
_AFFINITIES = ("ClientIP", "None")
_DISTRIBUTIONS = ("PreferClose", "PreferSameZone", "PreferSameNode")
_LONGEST_AFFINITY_SECONDS = 86400


def check_service(shape: ServiceShape, findings: Findings) -> None:
    """Check a whole Service."""
    check_metadata("Service", shape.metadata, findings)
    spec = shape.spec or ServiceSpec()
    check_choice(spec.type or None, ServiceType, (*_SPEC, "type"), findings)
    kind = ServiceType.CLUSTER_IP if not spec.type else spec.type
    if not spec.ports and spec.clusterIP != "None" and kind != ServiceType.EXTERNAL_NAME:
        advice = "list the ports; only a headless Service (`clusterIP: None`) can do without"
        findings.refuse("NV500", (*_SPEC, "ports"), "must have at least one port", advice=advice)
    check_service_ports(spec.ports or (), kind, findings)
    if spec.selector:
        _check_selector(spec.selector, findings)
    if kind == ServiceType.EXTERNAL_NAME:
        refuse_cluster_ips(spec, findings)
        _check_external_name(spec.externalName or "", findings)
    else:
        check_cluster_ips(spec, kind, findings)
        if spec.externalName:
            text = "has no effect, since `type` is not `ExternalName`"
            findings.warn("NV521", (*_SPEC, "externalName"), text)
    _check_affinity(spec, findings)
    _check_external_ips(spec, kind, findings)
    _check_traffic(spec, kind, findings)
    check_load_balancer(shape, spec, kind, findings)
    _check_status(shape, findings)


def _check_selector(selector: StringMap, findings: Findings) -> None:
    path = (*_SPEC, "selector")
    check_label_map(selector, path, findings)
    if None in selector.values():
        warn_null_values(selector, path, findings)


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


def _check_affinity(spec: ServiceSpec, findings: Findings) -> None:
    check_choice(spec.sessionAffinity or None, _AFFINITIES, (*_SPEC, "sessionAffinity"), findings)
    config = spec.sessionAffinityConfig
    seconds = config.clientIP.timeoutSeconds if config and config.clientIP else None
    if spec.sessionAffinity == "ClientIP" and seconds is not None and not 1 <= seconds <= _LONGEST_AFFINITY_SECONDS:
        path = (*_SPEC, "sessionAffinityConfig", "clientIP", "timeoutSeconds")
        findings.refuse("NV520", path, f"must be between 1 and {_LONGEST_AFFINITY_SECONDS}, not `{seconds}`")


def _check_external_ips(spec: ServiceSpec, kind: str, findings: Findings) -> None:
    if not spec.externalIPs:
        return
    path = (*_SPEC, "externalIPs")
    for index, address in enumerate(spec.externalIPs):
        check_usable_ip(address or "", (*path, index), findings)
    if kind == ServiceType.EXTERNAL_NAME:
        findings.warn("NV521", path, "has no effect, since `type` is `ExternalName`")


def _check_traffic(spec: ServiceSpec, kind: str, findings: Findings) -> None:
    policy = spec.externalTrafficPolicy or None
    path = (*_SPEC, "externalTrafficPolicy")
    check_choice(policy, TrafficPolicy, path, findings)
    from_outside = kind in {ServiceType.NODE_PORT, ServiceType.LOAD_BALANCER}
    if policy and not from_outside and not (kind == ServiceType.CLUSTER_IP and spec.externalIPs):
        text = "must not be given: only Services of type `NodePort` or `LoadBalancer`, or with `externalIPs`, have it"
        findings.refuse("NV518", path, text)
    if kind != ServiceType.EXTERNAL_NAME:
        check_choice(spec.internalTrafficPolicy, TrafficPolicy, (*_SPEC, "internalTrafficPolicy"), findings)
    check_choice(spec.trafficDistribution, _DISTRIBUTIONS, (*_SPEC, "trafficDistribution"), findings)


def _check_status(shape: ServiceShape, findings: Findings) -> None:
    balancer = shape.status.loadBalancer if shape.status else None
    for index, item in enumerate((balancer.ingress if balancer else None) or ()):
        if item and item.ip:
            check_ip(item.ip, ("status", "loadBalancer", "ingress", index, "ip"), findings)
