"""Rules of containers. Source: ``pkg/apis/core/validation/validation.go`` (``validateContainerCommon``)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.pod import ContainerPortShape, ContainerShape
from netverify.manifests.validation.container_port import HostPorts, check_container_port
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.names import dns_label_problems, port_name_problems, shown
from netverify.model.traffic import MAX_PORT, MIN_PORT

_NO_PORT = ContainerPortShape()
_PROBED = ("httpGet", "tcpSocket")


def check_container(
    container: ContainerShape, path: FieldPath, names: set[str], host_ports: HostPorts, findings: Findings
) -> None:
    """Check the container at ``path``; its name and host ports join those seen before it."""
    _check_name(container.name or "", (*path, "name"), names, findings)
    if not container.image:
        findings.refuse("NV232", (*path, "image"), "is missing")
    port_names: set[tuple[str, str]] = set()
    for index, port in enumerate(container.ports or ()):
        place = (*path, "ports", index)
        check_container_port(port or _NO_PORT, place, port_names, findings)
        host_ports.add(port or _NO_PORT, place, findings)
    if container.readinessProbe or container.livenessProbe or container.startupProbe:
        _check_probe(container.livenessProbe, (*path, "livenessProbe"), findings)
        _check_probe(container.readinessProbe, (*path, "readinessProbe"), findings)
        _check_probe(container.startupProbe, (*path, "startupProbe"), findings)


def _check_name(name: str, path: FieldPath, names: set[str], findings: Findings) -> None:
    if not name:
        findings.refuse("NV232", path, "is missing")
        return
    for problem in dns_label_problems(name):
        findings.refuse("NV233", path, f"{problem}, not {shown(name)}")
    if name in names:
        findings.refuse("NV234", path, f"is {shown(name)}, as of another container of the pod")
    names.add(name)


def _check_probe(probe: Mapping[str, Any] | None, path: FieldPath, findings: Findings) -> None:
    for action in _PROBED:
        target = probe.get(action) if probe else None
        if not isinstance(target, dict):
            continue
        port = target.get("port")
        place = (*path, action, "port")
        if type(port) is int and not MIN_PORT <= port <= MAX_PORT:
            findings.refuse("NV240", place, f"must be between 1 and 65535, not `{port}`")
        elif isinstance(port, str):
            for problem in port_name_problems(port):
                findings.refuse("NV240", place, f"{problem}, not {shown(port)}")
        elif port is None:
            findings.refuse("NV240", place, "is missing")
