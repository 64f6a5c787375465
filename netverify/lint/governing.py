"""StatefulSets whose pods have no names in DNS, or have them below another Service than it seems.

Source: StatefulSetSpec.serviceName ("the name of the service that governs this StatefulSet. This service must exist
before the StatefulSet, and is responsible for the network identity of the set").
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.diagnostics import NOWHERE, Diagnostic, Severity
from netverify.model.cluster import Workload
from netverify.model.service import Service
from netverify.routes.index import RoutingIndex


def governing_findings(index: RoutingIndex) -> Iterator[Diagnostic]:
    """NV617, StatefulSet by StatefulSet; one without a ``serviceName`` asks for no names."""
    for one in index.cluster.workloads:
        named = one.network.governing_service
        if one.key.kind == "StatefulSet" and named:
            yield from _finding(one, index.services.get((one.key.namespace, named)), index)


def _finding(workload: Workload, governing: Service | None, index: RoutingIndex) -> Iterator[Diagnostic]:
    named = f"{workload.key.namespace}/{workload.network.governing_service}"
    if governing is None:
        problem = f"Service `{named}`, which is in no manifest"
    elif not governing.headless:
        problem = f"Service `{named}`, which is not headless"
    elif not _selects(governing, workload, index):
        problem = f"Service `{named}`, which does not select its pods"
    else:
        return
    others = [one for one in index.objects.services if one.headless and _selects(one, workload, index)]
    text = f"the serviceName of `{workload.key}` is {problem}, so that its pods have no names in DNS"
    if not others:
        yield Diagnostic("NV617", Severity.NOTE, text, workload.origin or NOWHERE)
        return
    where = ((others[0].origin or NOWHERE, "a headless Service that selects its pods"),)
    advice = f"write `serviceName: {others[0].name}`; the field is immutable, so the StatefulSet must be created again"
    yield Diagnostic("NV617", Severity.WARNING, text, workload.origin or NOWHERE, advice, where)


def _selects(service: Service, workload: Workload, index: RoutingIndex) -> bool:
    if service.selector is None or service.namespace != workload.key.namespace:
        return False
    return any(one.key == workload.key for one in index.selected(service.namespace, service.selector))
