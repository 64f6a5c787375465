"""Services that are open wider than meant, or mean something else than they say.

Source: ServiceSpec (``loadBalancerSourceRanges``, ``externalIPs``, ``clusterIP``), CVE-2020-8554.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.model.service import Service, ServiceType
from netverify.routes.index import RoutingIndex
from netverify.routes.load_balancers import has_node_port, is_internal


def service_findings(index: RoutingIndex) -> Iterator[Diagnostic]:
    """NV613 to NV616, Service by Service."""
    first: dict[tuple[str, frozenset[tuple[str, str]]], Service] = {}
    for service in index.objects.services:
        yield from _load_balancer(service)
        yield from _odd_fields(service)
        if service.selector:
            earlier = first.setdefault((service.namespace, frozenset(service.selector.items())), service)
            if earlier is not service and earlier.headless == service.headless:
                text = f"Service `{service}` selects the same pods as Service `{earlier}`"
                where = ((earlier.origin or NOWHERE, "the other one"),)
                yield Diagnostic("NV614", Severity.NOTE, text, service.origin or NOWHERE, "", where)


def _load_balancer(service: Service) -> Iterator[Diagnostic]:
    if service.type is not ServiceType.LOAD_BALANCER or is_internal(service):
        return
    origin = service.origin or NOWHERE
    if service.source_ranges and any(has_node_port(service, port) for port in service.ports):
        text = f"Service `{service}` has source ranges, but its node ports ignore them"
        advice = "set `allocateLoadBalancerNodePorts: false` if the load balancer does not need node ports"
        yield Diagnostic("NV613", Severity.WARNING, text, origin, advice)


def _odd_fields(service: Service) -> Iterator[Diagnostic]:
    origin = service.origin or NOWHERE
    if service.external_ips:
        addresses = ", ".join(map(str, service.external_ips))
        text = f"Service `{service}` takes all traffic from the cluster to {addresses}, even if others own the address"
        yield Diagnostic("NV615", Severity.WARNING, text, origin, "use a load balancer or a Gateway instead")
    for port in service.ports if service.headless else ():
        if port.target_port != port.port and isinstance(port.target_port, int):
            text = f"Service `{service}` is headless, so its targetPort {port.target_port} has no effect"
            advice = f"clients connect to the port of the pod: write `port: {port.target_port}`"
            yield Diagnostic("NV616", Severity.WARNING, text, port.origin or origin, advice)
