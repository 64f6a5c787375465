"""What the DNS of the cluster answers for one absolute name of its zone.

Source: Kubernetes DNS-Based Service Discovery (version 1.1.0); "DNS for Services and Pods"; where they leave it open,
the ``kubernetes`` plugin of CoreDNS.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from ipaddress import ip_address

from netverify.model.addresses import Address, parse_address
from netverify.model.api_server import API_SERVER
from netverify.model.service import Service, ServicePort, ServiceType
from netverify.routes.dns_endpoints import DnsEndpoint, dashed, dns_endpoints, goes_by
from netverify.routes.dns_names import labels_in
from netverify.routes.dns_step import Outcome, Record, RecordType, Step, Target, ToAddress, ToApiServer, ToService
from netverify.routes.index import RoutingIndex
from netverify.routes.options import RoutingOptions
from netverify.routes.resolver import zone_of
from netverify.routes.target_ports import target_port

_ALWAYS_THERE = ("default", "kube-node-lease", "kube-public", "kube-system")
_DASHES = 3
_LABELS_OF_A_POD = 3


def step_at(index: RoutingIndex, name: str, options: RoutingOptions) -> Step:
    """What the DNS of the cluster says to ``name``, which is absolute, in lower case, without a dot at its end."""
    labels = labels_in(name, zone_of(options))
    if labels is None:
        return _outside(name)
    if not labels or labels in (("svc",), ("pod",), ("dns-version",)):
        return Step(name, Outcome.NOERROR, detail="exists, without an address")
    if len(labels) > 1 and labels[-1] == "pod":
        return _pod_step(index, name, labels)
    if labels[-1] != "svc":
        return Step(name, Outcome.NXDOMAIN, detail="names of the cluster are below `svc` and `pod`")
    return _service_step(index, name, labels[:-1])


def _outside(name: str) -> Step:
    if name.rpartition(".")[2] == "svc":
        return Step(name, Outcome.NXDOMAIN, detail="not of the cluster, and no top-level domain is called `svc`")
    return Step(name, Outcome.FORWARDED, detail="outside the cluster: forwarded upstream")


def is_known_namespace(index: RoutingIndex, namespace: str) -> bool:
    """Whether the cluster has ``namespace``: the manifests declare or mention it, or every cluster has it."""
    return namespace in index.cluster.namespaces or namespace in _ALWAYS_THERE


def _service_step(index: RoutingIndex, name: str, labels: tuple[str, ...]) -> Step:
    """``labels`` are those before ``svc``: a namespace, a Service before it, an endpoint or port before that."""
    namespace = labels[-1]
    if len(labels) == 1:
        return _namespace_step(index, name, namespace)
    service = index.services.get((namespace, labels[-2]))
    before = labels[:-2]
    if len(before) > 2 or (len(before) == 2 and not all(label.startswith("_") for label in before)):
        return Step(name, Outcome.NXDOMAIN, detail="no record of the cluster has such a name")
    if service is None:
        return _absent(name, namespace, labels[-2], before)
    if len(before) == 2:
        return srv_step(index, name, service, before[0], before[1])
    if before:
        return _endpoint_step(index, name, service, before[0])
    return _plain_step(index, name, service)


def _namespace_step(index: RoutingIndex, name: str, namespace: str) -> Step:
    if is_known_namespace(index, namespace):
        return Step(name, Outcome.NOERROR, detail="the name of a namespace, without an address")
    absent = f"namespace {namespace}"
    return Step(name, Outcome.NXDOMAIN, detail=f"no {absent} in the manifests", absent=absent)


def _absent(name: str, namespace: str, service: str, before: tuple[str, ...]) -> Step:
    if (namespace, service) == API_SERVER and before in ((), ("_https", "_tcp")):
        srv = Record(RecordType.SRV, f"0 100 443 {name.removeprefix('_https._tcp.')}.")
        record = srv if before else Record(RecordType.ADDRESS, "allocated by the server")
        detail = "in every cluster, whether it is in the manifests or not"
        return Step(name, Outcome.NOERROR, (record,), ToApiServer(), "Service default/kubernetes", detail=detail)
    absent = f"Service {namespace}/{service}"
    return Step(name, Outcome.NXDOMAIN, detail=f"no {absent} in the manifests", absent=absent)


def address_record(address: Address) -> Record:
    """The record of ``address``."""
    return Record(RecordType.A if address.family == 4 else RecordType.AAAA, str(address))


def _found(name: str, service: Service, records: Sequence[Record], target: Target, detail: str = "") -> Step:
    return Step(name, Outcome.NOERROR, tuple(records), target, f"Service {service}", service.origin, detail)


def _missing(name: str, service: Service, detail: str, absent: str = "") -> Step:
    return Step(name, Outcome.NXDOMAIN, (), None, f"Service {service}", service.origin, detail, absent)


def _plain_step(index: RoutingIndex, name: str, service: Service) -> Step:
    if service.type is ServiceType.EXTERNAL_NAME:
        return _alias(name, service)
    if not service.headless:
        records = [address_record(one) for one in service.cluster_ips]
        return _found(
            name, service, records or [Record(RecordType.ADDRESS, "allocated by the server")], ToService(service)
        )
    endpoints = dns_endpoints(index, service)
    if not endpoints:
        absent = "a pod that it selects" if service.selector is not None else "an EndpointSlice with a ready endpoint"
        return _missing(name, service, f"headless, and {absent} is not in the manifests", absent)
    return _found(name, service, _endpoint_records(endpoints), ToService(service), _headless(service))


def _headless(service: Service) -> str:
    ready = "ready or not (publishNotReadyAddresses)" if service.publish_not_ready else "those that are ready"
    return f"headless: the addresses of its endpoints, {ready}"


def _endpoint_records(endpoints: Sequence[DnsEndpoint]) -> list[Record]:
    """One for each address, and one for the pods of each workload whose addresses are not told."""
    records: dict[Record, None] = {}
    for one in endpoints:
        if one.address is not None:
            records[address_record(one.address)] = None
        else:
            records[Record(RecordType.ADDRESS, one.text, one.origin)] = None
    return list(records)


def _alias(name: str, service: Service) -> Step:
    """Source: Service ("Services with external names that resemble IPv4 addresses are not resolved by DNS servers")."""
    alias = service.external_name.removesuffix(".").lower()
    if _is_address(alias):
        return _missing(name, service, f"externalName `{alias}` looks like an address, which DNS does not resolve")
    record = Record(RecordType.CNAME, alias)
    return Step(name, Outcome.CNAME, (record,), None, f"Service {service}", service.origin, alias=alias)


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def _endpoint_step(index: RoutingIndex, name: str, service: Service, label: str) -> Step:
    if service.type is ServiceType.EXTERNAL_NAME:
        return _missing(name, service, "of type ExternalName, which has no endpoints")
    if not service.headless:
        return _missing(name, service, "not headless: the specification gives its endpoints no names (CoreDNS does)")
    meant = [one for one in dns_endpoints(index, service) if goes_by(one, label)]
    if not meant:
        absent = f"an endpoint `{label}` of Service {service}"
        return _missing(name, service, f"the manifests do not show {absent}", absent)
    target = ToService(
        service,
        label,
        tuple(dict.fromkeys(one.workload for one in meant if one.workload is not None)),
        tuple(dict.fromkeys(one.address for one in meant if one.address is not None)),
    )
    if any(one.numbered for one in meant):
        records = [Record(RecordType.ADDRESS, f"pod {label} of {one.workload}", one.origin) for one in meant]
        untold = any(one.ordinals is None for one in meant)
        return _found(name, service, records, target, "if there are so many replicas" if untold else "")
    return _found(name, service, _endpoint_records(meant), target)


def _pod_step(index: RoutingIndex, name: str, labels: tuple[str, ...]) -> Step:
    """Source: "DNS for Services and Pods" ("A/AAAA records" of Pods); CoreDNS ``pods insecure``."""
    namespace = labels[-2]
    if len(labels) == 2:
        return _namespace_step(index, name, namespace)
    if len(labels) != _LABELS_OF_A_POD:
        return Step(name, Outcome.NXDOMAIN, detail="no record of the cluster has such a name")
    address = _spelled(labels[0])
    if address is None:
        return Step(name, Outcome.NXDOMAIN, detail=f"`{labels[0]}` spells no address")
    if not is_known_namespace(index, namespace):
        absent = f"namespace {namespace}"
        return Step(name, Outcome.NXDOMAIN, detail=f"no {absent} in the manifests", absent=absent)
    detail = "if cluster DNS answers for every pod address, whether or not a pod has it (CoreDNS: `pods insecure`)"
    return Step(name, Outcome.NOERROR, (address_record(address),), ToAddress(address, namespace), detail=detail)


def _spelled(label: str) -> Address | None:
    dotted = label.count("-") == _DASHES and "--" not in label
    try:
        return parse_address(label.replace("-", "." if dotted else ":"))
    except ValueError:
        return None


# SRV records: the named ports of a Service.
# Source: Kubernetes DNS-Based Service Discovery, sections 2.3.2 and 2.4.2 ("unnamed ports do not have an SRV record").


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
