"""SRV records: the named ports of a Service.

Source: Kubernetes DNS-Based Service Discovery, sections 2.3.2 and 2.4.2 ("unnamed ports do not have an SRV record").
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.service import Service, ServicePort, ServiceType
from netverify.routes.dns_endpoints import DnsEndpoint, dashed, dns_endpoints
from netverify.routes.dns_step import Outcome, Record, RecordType, Step, ToService
from netverify.routes.index import RoutingIndex
from netverify.routes.target_ports import target_port


def srv_step(index: RoutingIndex, name: str, service: Service, port_label: str, protocol_label: str) -> Step:
    """What there is at ``_port._proto`` before the name of ``service``."""
    what = f"Service {service}"
    port = _named(service, port_label.removeprefix("_"), protocol_label.removeprefix("_"))
    if service.type is ServiceType.EXTERNAL_NAME or port is None:
        wanted = f"`{port_label.removeprefix('_')}` on {protocol_label.removeprefix('_').upper()}"
        detail = f"no port {wanted}; only named ports have such a record"
        return Step(name, Outcome.NXDOMAIN, (), None, what, service.origin, detail)
    at = name.split(".", 2)[2]
    if not service.headless:
        records: tuple[Record, ...] = (Record(RecordType.SRV, f"0 100 {port.port} {at}.", port.origin),)
        return Step(name, Outcome.NOERROR, records, ToService(service, port=port), what, service.origin)
    records = tuple(dict.fromkeys(_of_endpoints(index, service, port, at)))
    if not records:
        absent = "a pod that it selects, with this port"
        detail = f"headless, and {absent} is not in the manifests"
        return Step(name, Outcome.NXDOMAIN, (), None, what, service.origin, detail, absent)
    return Step(name, Outcome.NOERROR, records, ToService(service, port=port), what, service.origin)


def _named(service: Service, name: str, protocol: str) -> ServicePort | None:
    fitting = (one for one in service.ports if one.name and one.name == name and one.protocol.lower() == protocol)
    return next(fitting, None)


def _of_endpoints(index: RoutingIndex, service: Service, port: ServicePort, at: str) -> Iterator[Record]:
    """One record for each endpoint; its port is the one that the controller of EndpointSlices writes: the pod's."""
    if service.selector is None:
        yield from _of_slices(index, service, port, at)
        return
    by_key = {one.key: one for one in index.selected(service.namespace, service.selector)}
    for endpoint in dns_endpoints(index, service):
        assert endpoint.workload is not None
        number = target_port(by_key[endpoint.workload], port)
        if number is not None:
            yield Record(RecordType.SRV, f"0 100 {number} {_called(endpoint)}.{at}.", endpoint.origin)


def _of_slices(index: RoutingIndex, service: Service, port: ServicePort, at: str) -> Iterator[Record]:
    for one in index.slices.get((service.namespace, service.name), ()):
        for subset in one.subsets:
            numbers = [item.number for item in subset.ports if (item.name, item.protocol) == (port.name, port.protocol)]
            for address in subset.addresses:
                if address.ready or service.publish_not_ready:
                    label = address.hostname.lower() or dashed(address.address)
                    for number in numbers:
                        yield Record(RecordType.SRV, f"0 100 {port.port if number is None else number} {label}.{at}.")


def _called(endpoint: DnsEndpoint) -> str:
    if endpoint.numbered:
        return f"{endpoint.hostname}-<number>"
    if endpoint.hostname:
        return endpoint.hostname
    return dashed(endpoint.address) if endpoint.address is not None else "<address>"
