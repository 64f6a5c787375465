"""Reads one object of a modelled kind: shape, rules, noun. Brings pydantic: import it only where objects are read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType
from typing import TypeAlias

from pydantic import TypeAdapter, ValidationError

from netverify.diagnostics import Diagnostic
from netverify.manifests.document import Document
from netverify.manifests.facts.endpoints import endpoint_slice, endpoints
from netverify.manifests.facts.namespace import declared_namespace
from netverify.manifests.facts.network_policy import network_policy
from netverify.manifests.facts.node import node
from netverify.manifests.facts.pod import bare_pod, is_terminated
from netverify.manifests.facts.service import service
from netverify.manifests.facts.workload import controlled_pods, wants_no_pods
from netverify.manifests.gathered import Fact, Owner, ReadObject
from netverify.manifests.kinds import CLUSTER_SCOPED, group_of
from netverify.manifests.schema.endpoints import EndpointSliceShape, EndpointsShape
from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.namespace import NamespaceShape
from netverify.manifests.schema.network_policy import NetworkPolicyShape
from netverify.manifests.schema.node import NodeShape
from netverify.manifests.schema.pod import PodShape
from netverify.manifests.schema.service import ServiceShape
from netverify.manifests.schema.workload import WORKLOAD_SHAPES, WorkloadShape
from netverify.manifests.validation.endpoints import check_endpoint_slice, check_endpoints
from netverify.manifests.validation.fields import report_shape
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.namespace import check_namespace
from netverify.manifests.validation.network_policy import check_network_policy
from netverify.manifests.validation.node import check_node
from netverify.manifests.validation.pod import check_pod
from netverify.manifests.validation.service import check_service
from netverify.manifests.validation.workload import check_workload
from netverify.manifests.ways_in import WAY_IN_SHAPES, WayInShape, check_way_in, way_in
from netverify.model.cluster import WorkloadKey

_AnyShape: TypeAlias = (
    NamespaceShape
    | NodeShape
    | NetworkPolicyShape
    | PodShape
    | WorkloadShape
    | ServiceShape
    | EndpointsShape
    | EndpointSliceShape
    | WayInShape
)

_SHAPES: Mapping[str, type[_AnyShape]] = MappingProxyType(
    {
        "Namespace": NamespaceShape,
        "Node": NodeShape,
        "NetworkPolicy": NetworkPolicyShape,
        "Pod": PodShape,
        **WORKLOAD_SHAPES,
        "Service": ServiceShape,
        "Endpoints": EndpointsShape,
        "EndpointSlice": EndpointSliceShape,
        **WAY_IN_SHAPES,
    }
)


@cache
def _adapter(kind: str) -> TypeAdapter[_AnyShape]:
    return TypeAdapter(_SHAPES[kind])


@dataclass(frozen=True, slots=True)
class ObjectReading:
    """The object, or None when it is refused, with the findings about it."""

    read: ReadObject | None
    findings: tuple[Diagnostic, ...] = ()


def read_object(document: Document, kind: str, default_namespace: str) -> ObjectReading:
    """Read the object of the modelled ``kind`` that ``document`` is."""
    findings = Findings(document)
    try:
        shape = _adapter(kind).validate_python(document.value)
    except ValidationError as error:
        report_shape(_SHAPES[kind], error, findings)
        return ObjectReading(None, tuple(findings.diagnostics))
    _check(kind, shape, findings)
    if findings.refused:
        return ObjectReading(None, tuple(findings.diagnostics))
    return ObjectReading(_read(kind, shape, document, default_namespace), tuple(findings.diagnostics))


def _check(kind: str, shape: _AnyShape, findings: Findings) -> None:
    match shape:
        case NetworkPolicyShape():
            check_network_policy(shape, findings)
        case PodShape():
            check_pod(shape, findings)
        case NamespaceShape():
            check_namespace(shape, findings)
        case NodeShape():
            check_node(shape, findings)
        case ServiceShape():
            check_service(shape, findings)
        case EndpointsShape():
            check_endpoints(shape, findings)
        case EndpointSliceShape():
            check_endpoint_slice(shape, findings)
        case _ if isinstance(shape, WayInShape):
            check_way_in(kind, shape, findings)
        case _:
            check_workload(kind, shape, findings)


def _read(kind: str, shape: _AnyShape, document: Document, default_namespace: str) -> ReadObject:
    meta = shape.metadata or ObjectMeta()
    name = (kind == "Namespace" and document.namespace) or meta.name or f"{meta.generateName}*"
    written = document.namespace or meta.namespace or ""
    namespace = written or default_namespace
    key = WorkloadKey(namespace, name, kind)
    fact: Fact
    ended = False
    match shape:
        case NamespaceShape():
            fact = declared_namespace(meta, name, document)
        case NodeShape():
            fact = node(shape, name, document)
        case NetworkPolicyShape():
            fact = network_policy(shape, name, namespace, document)
        case PodShape():
            fact = bare_pod(shape, key, document)
            ended = is_terminated(shape.status)
        case ServiceShape():
            fact = service(shape, name, namespace, document)
        case EndpointsShape():
            fact = endpoints(shape, name, namespace, document)
        case EndpointSliceShape():
            fact = endpoint_slice(shape, name, namespace, document)
        case _ if isinstance(shape, WayInShape):
            fact = way_in(shape, key, document)
        case _:
            fact = controlled_pods(shape, key, document)
            ended = wants_no_pods(shape)
    return ReadObject(
        fact=fact,
        owner=_owner(meta) if meta.ownerReferences else None,
        placed=bool(written) or kind in CLUSTER_SCOPED,
        generated=not meta.name,
        ended=ended,
    )


def _owner(meta: ObjectMeta) -> Owner | None:
    for reference in meta.ownerReferences or ():
        if reference and reference.controller:
            return Owner(group_of(reference.apiVersion or ""), reference.kind or "", reference.name or "")
    return None
