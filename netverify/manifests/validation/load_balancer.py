"""Rules of what only a Service of type ``LoadBalancer`` has.

Source: ``pkg/apis/core/validation/validation.go`` (``validateLoadBalancerClassField``, ``ValidateService``).
"""

from __future__ import annotations

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.service import ServiceShape, ServiceSpec
from netverify.manifests.validation.cidr import report_cidr
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.names import label_key_problems, shown
from netverify.model.service import FIRST_NODE_PORT, LAST_NODE_PORT, SOURCE_RANGES, ServiceType
from netverify.model.traffic import MAX_PORT

_SPACE = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What a server takes for space. Source: ``unicode.IsSpace`` of Go."""


def source_range(text: str) -> str:
    """``text`` as a CIDR: without the space that may stand around it."""
    return text.strip(_SPACE)


def annotated_ranges(text: str) -> tuple[str, ...]:
    """The CIDRs that the annotation lists; none if it is blank."""
    return tuple(source_range(item) for item in text.split(",")) if source_range(text) else ()


def check_load_balancer(shape: ServiceShape, spec: ServiceSpec, kind: str, findings: Findings) -> None:
    """Check these fields of a Service of type ``kind``."""
    _check_source_ranges(shape, spec, kind, findings)
    only_here = {
        "allocateLoadBalancerNodePorts": spec.allocateLoadBalancerNodePorts,
        "loadBalancerClass": spec.loadBalancerClass,
    }
    for field, value in only_here.items():
        if value is not None:
            _refuse_elsewhere(kind, ("spec", field), findings)
    if kind == ServiceType.LOAD_BALANCER and spec.loadBalancerClass is not None:
        for problem in label_key_problems(spec.loadBalancerClass):
            path = ("spec", "loadBalancerClass")
            findings.refuse("NV519", path, f"{problem}, not {shown(spec.loadBalancerClass)}")
    _check_health_port(spec, kind, findings)


def _check_source_ranges(shape: ServiceShape, spec: ServiceSpec, kind: str, findings: Findings) -> None:
    if spec.loadBalancerSourceRanges:
        path: FieldPath = ("spec", "loadBalancerSourceRanges")
        _refuse_elsewhere(kind, path, findings)
        for index, text in enumerate(spec.loadBalancerSourceRanges):
            report_cidr(source_range(text or ""), (*path, index), findings)
        return
    annotations = (shape.metadata.annotations if shape.metadata else None) or {}
    if SOURCE_RANGES in annotations:
        path = ("metadata", "annotations", SOURCE_RANGES)
        _refuse_elsewhere(kind, path, findings)
        for text in annotated_ranges(annotations[SOURCE_RANGES] or ""):
            report_cidr(text, path, findings)


def _refuse_elsewhere(kind: str, path: FieldPath, findings: Findings) -> None:
    if kind != ServiceType.LOAD_BALANCER:
        findings.refuse("NV518", path, "must not be given unless `type` is `LoadBalancer`")


def _check_health_port(spec: ServiceSpec, kind: str, findings: Findings) -> None:
    number = spec.healthCheckNodePort or 0
    path = ("spec", "healthCheckNodePort")
    if not number:
        return
    if kind != ServiceType.LOAD_BALANCER or spec.externalTrafficPolicy != "Local":
        text = "must not be given unless `type` is `LoadBalancer` and `externalTrafficPolicy` is `Local`"
        findings.refuse("NV518", path, text)
    elif not 1 <= number <= MAX_PORT:
        findings.refuse("NV510", path, f"must be between {FIRST_NODE_PORT} and {LAST_NODE_PORT}, not `{number}`")
    elif not FIRST_NODE_PORT <= number <= LAST_NODE_PORT:
        text = f"is `{number}`: a server takes {FIRST_NODE_PORT} to {LAST_NODE_PORT}, unless it is told otherwise"
        findings.warn("NV511", path, text)
