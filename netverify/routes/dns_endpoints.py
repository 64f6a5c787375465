"""The endpoints of a Service as DNS knows them: which pods, at which addresses, under which host names.

Source: Kubernetes DNS-Based Service Discovery, section 2.4 (headless Services); "DNS for Services and Pods" ("Pod's
hostname and subdomain fields"); StatefulSet ("Stable Network ID"); endpointslice ``ShouldSetHostname``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from netverify.diagnostics import Origin
from netverify.model.addresses import Address
from netverify.model.cluster import Workload, WorkloadKey
from netverify.model.labels import Labels
from netverify.model.service import Service
from netverify.patterns import pattern
from netverify.records import dataclass
from netverify.routes.index import RoutingIndex

_POD_NAME = "statefulset.kubernetes.io/pod-name"
_ORDINAL = pattern(r"0|[1-9][0-9]*")


@dataclass(frozen=True, slots=True)
class DnsEndpoint:
    """Some endpoints of a Service that are alike.

    ``address`` is None where the manifests do not tell it: then there is one for each pod of ``workload``. ``hostname``
    is empty for one that goes by its address alone. ``numbered``: the pods of a StatefulSet, which go by ``hostname``
    and a number each.
    """

    workload: WorkloadKey | None = None
    address: Address | None = None
    hostname: str = ""
    numbered: bool = False
    ordinals: tuple[int, int] | None = None
    origin: Origin | None = None

    @property
    def text(self) -> str:
        """``10.0.0.7``, or ``pods of shop/db[StatefulSet]``."""
        return str(self.address) if self.address is not None else f"pods of {self.workload}"


def dns_endpoints(index: RoutingIndex, service: Service) -> tuple[DnsEndpoint, ...]:
    """The endpoints of ``service`` that the manifests hold; those that are not ready count, too."""
    if service.selector is not None:
        found = (
            _of_pods(one, service, service.selector) for one in index.selected(service.namespace, service.selector)
        )
        return tuple(endpoint for some in found for endpoint in some)
    return tuple(_written(index, service))


def _of_pods(workload: Workload, service: Service, selector: Labels) -> Iterator[DnsEndpoint]:
    hostname, numbered = _hostname(workload, service, selector)
    ordinals = workload.network.ordinals
    for address in workload.known_addresses if not numbered else ():
        yield DnsEndpoint(workload.key, address, hostname, origin=workload.origin)
    if numbered or not workload.addresses:
        yield DnsEndpoint(workload.key, None, hostname, numbered, ordinals, workload.origin)


def _hostname(workload: Workload, service: Service, selector: Labels) -> tuple[str, bool]:
    """What the pods are called under ``service``, and whether a number belongs behind it."""
    network = workload.network
    if workload.key.kind == "StatefulSet":
        if network.governing_service != service.name:
            return "", False
        only = selector.get(_POD_NAME)
        return (only, False) if only else (workload.key.name, True)
    return (network.hostname, False) if network.subdomain == service.name else ("", False)


def _written(index: RoutingIndex, service: Service) -> Iterator[DnsEndpoint]:
    for one in index.slices.get((service.namespace, service.name), ()):
        for subset in one.subsets:
            for address in subset.addresses:
                if address.ready or service.publish_not_ready:
                    yield DnsEndpoint(None, address.address, address.hostname.lower(), origin=one.origin)


def dashed(address: Address) -> str:
    """``10-0-0-7``: what an endpoint without a host name goes by."""
    return re.sub(r"[.:]", "-", str(address))


def goes_by(endpoint: DnsEndpoint, label: str) -> bool:
    """Whether ``label`` (in lower case) before the name of the Service means ``endpoint``, or a pod among them."""
    if endpoint.numbered:
        stem, _, number = label.rpartition("-")
        return stem == endpoint.hostname and bool(_ORDINAL.fullmatch(number)) and _is_there(endpoint, int(number))
    if endpoint.hostname:
        return endpoint.hostname == label
    return endpoint.address is not None and dashed(endpoint.address) == label


def _is_there(endpoint: DnsEndpoint, number: int) -> bool:
    if endpoint.ordinals is None:
        return True
    first, count = endpoint.ordinals
    return first <= number < first + count
