"""The ports at which pods of a controller take requests, for clients that connect to these pods themselves."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.model.cluster import Workload, WorkloadKey
from netverify.model.traffic import Protocol
from netverify.policy.predicate import AnyOf, Predicate
from netverify.query.port_grammar import EVERY_TRAFFIC
from netverify.routes.backends import backends, only
from netverify.routes.index import RoutingIndex

_USUAL = (only(Protocol.TCP, 80), only(Protocol.TCP, 443))
_NO_REQUESTS = ("metric", "prom", "webhook", "admission", "health", "probe", "stat")
"""How names of ports begin at which a controller takes no requests for what is behind it."""


def request_ports(index: RoutingIndex, key: WorkloadKey) -> Predicate:
    """Every port that Services lead to or that the pods of ``key`` declare, and those of HTTP and HTTPS.

    Ports whose names say that they are for metrics, health checks or admission webhooks are left out. Where nothing
    tells, it is any port.
    """
    workload = next((one for one in index.cluster.workloads if one.key == key), None)
    found = tuple(_told(index, workload)) if workload is not None else ()
    return AnyOf(tuple(dict.fromkeys((*found, *_USUAL)))) if found else EVERY_TRAFFIC


def _told(index: RoutingIndex, workload: Workload) -> Iterator[Predicate]:
    for service in index.objects.services:
        if service.namespace == workload.key.namespace and service.selector is not None:
            for port in service.ports:
                if _takes_requests(port.name, str(port.target_port)):
                    behind = backends(index, service, port)
                    yield from (backend.traffic for backend in behind if backend.workload == workload.key)
    for one in workload.ports:
        if not one.init and _takes_requests(one.name):
            yield only(one.protocol, one.number)


def _takes_requests(*names: str) -> bool:
    return not any(name.startswith(_NO_REQUESTS) for name in names)
