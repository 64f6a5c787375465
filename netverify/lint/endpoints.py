"""Services that lead nowhere, or to ports that no pod declares.

Source: ServiceSpec.selector and ServicePort.targetPort: a pod without the named port is no endpoint; a number needs no
declaration, so that nobody declares it is only odd.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.diagnostics import NOWHERE, Diagnostic, Origin, Severity
from netverify.model.cluster import Workload
from netverify.model.service import Service, ServicePort, ServiceType
from netverify.query.suggestions import did_you_mean, nearest
from netverify.routes.index import RoutingIndex
from netverify.routes.target_ports import declared_names, target_port


def endpoint_findings(index: RoutingIndex) -> Iterator[Diagnostic]:
    """NV601: no pod is selected; NV602: none has the named port; NV603: none declares the number."""
    for service in index.objects.services:
        if service.type is ServiceType.EXTERNAL_NAME:
            continue
        if service.selector is None:
            if (service.namespace, service.name) not in index.slices:
                text = f"Service `{service}` has no selector, and no EndpointSlice says where it leads"
                yield Diagnostic("NV601", Severity.NOTE, text, service.origin or NOWHERE)
            continue
        selected = index.selected(service.namespace, service.selector)
        if not selected:
            yield _unselected(service, index)
            continue
        if service.headless:
            continue
        for port in service.ports:
            yield from _undeclared(service, port, selected)


def _unselected(service: Service, index: RoutingIndex) -> Diagnostic:
    """A note where the namespace is without any pods: then they come from elsewhere, as an operator's do."""
    made = any(one.makes_pods and one.namespace in (None, service.namespace) for one in index.cluster.unsupported)
    elsewhere = made or service.namespace not in index.workloads
    labels = ",".join(f"{key}={value}" for key, value in sorted((service.selector or {}).items()))
    text = f"Service `{service}` has no endpoints: no pod of these manifests has labels `{labels}`"
    advice = "compare the selector with the labels of the pod template, not of the Deployment"
    severity = Severity.NOTE if elsewhere else Severity.WARNING
    return Diagnostic("NV601", severity, text, service.origin or NOWHERE, "" if elsewhere else advice)


def _undeclared(service: Service, port: ServicePort, selected: Sequence[Workload]) -> Iterator[Diagnostic]:
    origin = port.origin or service.origin or NOWHERE
    if isinstance(port.target_port, str):
        if all(target_port(one, port) is None for one in selected):
            known = sorted({name for one in selected for name in declared_names(one, port)})
            text = f"Service `{service}` leads to port `{port.target_port}`, which none of its pods declares"
            advice = did_you_mean(nearest(port.target_port, known)) or "name the container port, or write its number"
            if any(one.init and not one.sidecar and one.name == port.target_port for w in selected for one in w.ports):
                text = f"Service `{service}` leads to port `{port.target_port}`, which only an init container declares"
                advice = "it ends before the pod is ready: set its `restartPolicy: Always` to keep it running"
            yield Diagnostic("NV602", Severity.WARNING, text, origin, advice, _where(selected))
        return
    declared = [one for one in selected if one.ports]
    numbers = {(one.number, one.protocol) for workload in declared for one in workload.ports}
    if declared and len(declared) == len(selected) and (port.target_port, port.protocol) not in numbers:
        text = f"Service `{service}` leads to port {port.target_port}/{port.protocol}, which none of its pods declares"
        told = ", ".join(f"{number}/{protocol}" for number, protocol in sorted(numbers))
        yield Diagnostic("NV603", Severity.NOTE, text, origin, f"the pods declare {told}", _where(selected))


def _where(selected: Sequence[Workload]) -> tuple[tuple[Origin, str], ...]:
    return tuple((one.origin, f"selected: {one.key}") for one in selected[:1] if one.origin is not None)
