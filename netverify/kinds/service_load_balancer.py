"""Rules of what only a Service of type ``LoadBalancer`` has.

Source: ``pkg/apis/core/validation/validation.go`` (``validateLoadBalancerClassField``, ``ValidateService``).
"""

from __future__ import annotations

from netverify.documents.document import FieldPath
from netverify.kinds.cidr import report_cidr
from netverify.kinds.findings import Findings
from netverify.kinds.names import label_key_problems, shown
from netverify.kinds.ports import is_port
from netverify.kinds.service_fields import ServiceFields, SpecFields
from netverify.model.service import FIRST_NODE_PORT, LAST_NODE_PORT, SOURCE_RANGES, ServiceType

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
