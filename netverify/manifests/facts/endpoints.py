"""Endpoints and EndpointSlices: shape to noun, with the defaults of the API server.

Source: ``SetDefaults_Endpoints``, ``SetDefaults_EndpointPort``; ``pkg/controller/endpointslicemirroring``.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.manifests.document import Document
from netverify.manifests.facts import stored
from netverify.manifests.facts.selector import stored_map
from netverify.manifests.schema.endpoints import (
    EndpointPortShape,
    EndpointsAddressShape,
    EndpointShape,
    EndpointSliceShape,
    EndpointsShape,
    EndpointsSubsetShape,
    TargetRefShape,
)
from netverify.manifests.schema.metadata import ObjectMeta
from netverify.manifests.validation.endpoints import FQDN
from netverify.model.addresses import parse_address
from netverify.model.service import EndpointAddress, EndpointPort, EndpointSlice, EndpointSubset

_SERVICE_NAME = "kubernetes.io/service-name"
_SKIP_MIRROR = "endpointslice.kubernetes.io/skip-mirror"
_EMPTY_META = ObjectMeta()
_NO_ENDPOINT = EndpointShape()
_NO_SUBSET = EndpointsSubsetShape()
_NO_PORT = EndpointPortShape()


def endpoints(shape: EndpointsShape, name: str, namespace: str, document: Document) -> EndpointSlice:
    """What Endpoints say; they are those of the Service of their name, unless they ask not to be copied to slices."""
    labels = stored_map((shape.metadata or _EMPTY_META).labels)
    return EndpointSlice(
        namespace=namespace,
        name=name,
        service="" if labels.get(_SKIP_MIRROR) == "true" else name,
        subsets=tuple(_subset(subset or _NO_SUBSET, namespace) for subset in shape.subsets or ()),
        kind="Endpoints",
        origin=document.origin(),
    )


def endpoint_slice(shape: EndpointSliceShape, name: str, namespace: str, document: Document) -> EndpointSlice:
    """What an EndpointSlice says, of the Service that its label names."""
    labels = stored_map((shape.metadata or _EMPTY_META).labels)
    items = [item or _NO_ENDPOINT for item in shape.endpoints or ()]
    is_named = shape.addressType == FQDN
    addresses = () if is_named else tuple(one for item in items for one in _addresses(item, namespace))
    return EndpointSlice(
        namespace=namespace,
        name=name,
        service=labels.get(_SERVICE_NAME, ""),
        subsets=(EndpointSubset(addresses, _ports(shape.ports)),) if addresses else (),
        names=tuple(text or "" for item in items for text in item.addresses or ()) if is_named else (),
        origin=document.origin(),
    )


def _addresses(endpoint: EndpointShape, namespace: str) -> Iterator[EndpointAddress]:
    ready = endpoint.conditions is None or endpoint.conditions.ready is not False
    for text in endpoint.addresses or ():
        yield EndpointAddress(
            parse_address(text or ""), endpoint.hostname or "", ready, _pod(endpoint.targetRef, namespace)
        )


def _subset(shape: EndpointsSubsetShape, namespace: str) -> EndpointSubset:
    lists = ((shape.addresses, True), (shape.notReadyAddresses, False))
    addresses = [_address(item, namespace, ready=ready) for items, ready in lists for item in items or () if item]
    return EndpointSubset(tuple(addresses), _ports(shape.ports))


def _address(shape: EndpointsAddressShape, namespace: str, *, ready: bool) -> EndpointAddress:
    return EndpointAddress(parse_address(shape.ip or ""), shape.hostname or "", ready, _pod(shape.targetRef, namespace))


def _pod(shape: TargetRefShape | None, namespace: str) -> str:
    if shape is None or shape.kind != "Pod" or not shape.name:
        return ""
    return f"{shape.namespace or namespace}/{shape.name}"


def _ports(shapes: Sequence[EndpointPortShape | None] | None) -> tuple[EndpointPort, ...]:
    items = [shape or _NO_PORT for shape in shapes or ()]
    return tuple(EndpointPort(item.port, stored.protocol(item.protocol), item.name or "") for item in items)
