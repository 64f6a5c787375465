"""From the port of a Service to the port that its pods see.

Source: ServicePort.targetPort; ``pkg/api/v1/pod`` ``FindPort``: a name is looked up in the containers, then in the init
containers that keep running, by name and protocol; a pod that has none is no endpoint of that port.
"""

from __future__ import annotations

from netverify.model.cluster import Workload
from netverify.model.service import ServicePort


def target_port(workload: Workload, port: ServicePort) -> int | None:
    """The number that ``port`` leads to on pods of ``workload``; None where they have no port of that name."""
    if isinstance(port.target_port, int):
        return port.target_port
    return next((number for number, name in _declared(workload, port) if name == port.target_port), None)


def declared_names(workload: Workload, port: ServicePort) -> tuple[str, ...]:
    """The names that a Service could give as the target of ``port`` on pods of ``workload``."""
    return tuple(dict.fromkeys(name for _, name in _declared(workload, port) if name))


def _declared(workload: Workload, port: ServicePort) -> list[tuple[int, str]]:
    of_protocol = [one for one in workload.ports if one.protocol is port.protocol]
    running = [one for one in of_protocol if not one.init] + [one for one in of_protocol if one.sidecar]
    return [(one.number, one.name) for one in running]
