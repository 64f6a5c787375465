"""What forwards to somewhere else than its own namespace: aliases behind ways in, and endpoints of other namespaces.

Source: CVE-2021-25740; ingress-nginx ``--disable-svc-external-name``.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.surface import Surface
from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.model.service import Service
from netverify.routes.index import RoutingIndex
from netverify.routes.way_in import WayIn


def forward_findings(index: RoutingIndex, surface: Surface) -> Iterator[Diagnostic]:
    """NV618: a way in that leaves its namespace by an alias; NV635: endpoints that are pods of another namespace."""
    for way in (one.way for one in surface.ways):
        if way.alias is not None and not way.problem:
            yield from _by_alias(way, way.alias)
    for service in index.objects.services:
        if service.selector is None:
            yield from _elsewhere(service, index)


def _by_alias(way: WayIn, alias: Service) -> Iterator[Diagnostic]:
    where = ((alias.origin, "the alias"),) if alias.origin is not None else ()
    subject = f"{way.kind} `{way.namespace}/{way.name}`"
    if way.outside is not None:
        past = f"no egress policy of `{alias.namespace}` applies"
        text = f"{subject} makes the controller connect to `{way.outside.name}`, where {past}"
    elif way.service is not None and way.service.namespace != alias.namespace:
        text = f"{subject} makes the controller connect to Service `{way.service}` of another namespace, by an alias"
    else:
        return
    advice = "restrict the controller's egress, and use Services with pods as backends"
    yield Diagnostic("NV618", Severity.WARNING, text, way.origin or NOWHERE, advice, where)


def _elsewhere(service: Service, index: RoutingIndex) -> Iterator[Diagnostic]:
    for each in index.slices.get((service.namespace, service.name), ()):
        for address in dict.fromkeys(one.address for subset in each.subsets for one in subset.addresses):
            for workload in index.at_address.get(address, ()):
                if workload.key.namespace != service.namespace and not workload.host_network:
                    text = f"{each.kind} `{each.namespace}/{each.name}` leads `{service}` to a pod of `{workload.key}`"
                    advice = "use a Service with a selector in that namespace"
                    yield Diagnostic("NV635", Severity.WARNING, text, each.origin or NOWHERE, advice)
