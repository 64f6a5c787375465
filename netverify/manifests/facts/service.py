"""Services: shape to noun, with the defaults of the API server.

Source: ``pkg/apis/core/v1/defaults.go`` (``SetDefaults_Service``), ``pkg/registry/core/service/strategy.go``.
"""

from __future__ import annotations

from netverify.manifests.document import Document
from netverify.manifests.facts import stored
from netverify.manifests.facts.selector import stored_map
from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.schema.service import LoadBalancerIngressShape, ServicePortShape, ServiceShape, ServiceSpec
from netverify.manifests.validation.cidr import network_of
from netverify.manifests.validation.ip import read_ip
from netverify.manifests.validation.load_balancer import annotated_ranges, source_range
from netverify.model.addresses import Address, AddressRange, parse_address
from netverify.model.labels import Labels
from netverify.model.service import SOURCE_RANGES, Service, ServicePort, ServiceType, TrafficPolicy

_EMPTY_SPEC = ServiceSpec()
_EMPTY_PORT = ServicePortShape()


def service(shape: ServiceShape, name: str, namespace: str, document: Document) -> Service:
    """The stored Service that ``shape`` becomes; it must have passed validation."""
    spec = shape.spec or _EMPTY_SPEC
    kind = ServiceType(spec.type) if spec.type else ServiceType.CLUSTER_IP
    annotations = stored.traffic_annotations(stored_map((shape.metadata or ObjectMeta()).annotations))
    is_alias = kind is ServiceType.EXTERNAL_NAME
    return Service(
        namespace=namespace,
        name=name,
        type=kind,
        selector=stored_map(spec.selector) or None,
        ports=tuple(_port(port, index, document) for index, port in enumerate(spec.ports or ())),
        headless=spec.clusterIP == stored.HEADLESS,
        cluster_ips=_cluster_ips(spec),
        external_ips=tuple(parse_address(text or "") for text in spec.externalIPs or ()),
        external_name=spec.externalName or "",
        publish_not_ready=bool(spec.publishNotReadyAddresses),
        internal_traffic_policy=_policy(None if is_alias else spec.internalTrafficPolicy),
        external_traffic_policy=_policy(spec.externalTrafficPolicy),
        source_ranges=_source_ranges(spec, annotations),
        load_balancer_class=spec.loadBalancerClass or "",
        allocates_node_ports=spec.allocateLoadBalancerNodePorts is not False,
        ingress=_ingress(shape),
        asked_ingress=_asked_ingress(shape, spec),
        has_outer_ingress=any(item.hostname or item.ipMode == "Proxy" for item in _told_ingress(shape)),
        annotations=annotations,
        origin=document.origin(),
    )


def _port(shape: ServicePortShape | None, index: int, document: Document) -> ServicePort:
    port = shape or _EMPTY_PORT
    number = port.port or 0
    origin = document.origin(("spec", "ports", index))
    return ServicePort(
        port=number,
        target_port=port.targetPort or number,
        protocol=stored.protocol(port.protocol),
        name=port.name or "",
        node_port=port.nodePort or None,
        origin=origin,
    )


def _cluster_ips(spec: ServiceSpec) -> tuple[Address, ...]:
    texts = spec.clusterIPs or [spec.clusterIP]
    return tuple(parse_address(text) for text in texts if text and text != stored.HEADLESS)


def _policy(written: str | None) -> TrafficPolicy:
    return TrafficPolicy(written) if written else TrafficPolicy.CLUSTER


def _source_ranges(spec: ServiceSpec, annotations: Labels) -> tuple[AddressRange, ...]:
    """The ranges of the field; only without them does the annotation count."""
    if spec.loadBalancerSourceRanges:
        return tuple(network_of(source_range(text or "")) for text in spec.loadBalancerSourceRanges)
    return tuple(network_of(text) for text in annotated_ranges(annotations.get(SOURCE_RANGES, "")))


def _ingress(shape: ServiceShape) -> tuple[Address, ...]:
    items = _told_ingress(shape)
    return tuple(parse_address(item.ip) for item in items if item.ip and item.ipMode != "Proxy")


def _told_ingress(shape: ServiceShape) -> tuple[LoadBalancerIngressShape, ...]:
    balancer = shape.status.loadBalancer if shape.status else None
    return tuple(item for item in (balancer.ingress if balancer else None) or () if item is not None)


def _asked_ingress(shape: ServiceShape, spec: ServiceSpec) -> tuple[Address, ...]:
    """The address of ``loadBalancerIP``; any text may stand there, and counts only if it is one."""
    address = read_ip(spec.loadBalancerIP or "")
    return (address,) if isinstance(address, Address) and not _told_ingress(shape) else ()
