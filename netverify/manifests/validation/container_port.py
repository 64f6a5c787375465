"""Rules of container ports and host ports.

Source: ``pkg/apis/core/validation/validation.go`` (``validateContainerPorts``), ``pkg/api/pod/warnings.go``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from netverify.manifests.document import FieldPath, render_path
from netverify.manifests.schema.pod import ContainerPortShape, ContainerShape, PodSpecShape
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.names import port_name_problems, shown
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol

_PROTOCOLS = frozenset(Protocol)


@dataclass(slots=True)
class HostPorts:
    """The host ports of the containers of one pod; ``fills``: a port without one gets its own number."""

    fills: bool
    seen: set[tuple[str, str, int]] = field(default_factory=set)

    def add(self, port: ContainerPortShape, path: FieldPath, findings: Findings) -> None:
        """Add the one of the port at ``path``, which no other may have for the same protocol and host address."""
        number = port.hostPort or (port.containerPort if self.fills else 0)
        if not number:
            return
        key = (port.protocol or "TCP", port.hostIP or "", number)
        if key in self.seen:
            text = f"is `{number}`, as of another port of the pod for the same protocol and host address"
            findings.refuse("NV239", (*path, "hostPort"), text)
        self.seen.add(key)


def check_container_port(
    port: ContainerPortShape, path: FieldPath, names: set[tuple[str, str]], findings: Findings
) -> None:
    """Check the port at ``path``; its protocol and name join those of the container."""
    if port.name:
        problems = port_name_problems(port.name)
        for problem in problems:
            findings.refuse("NV236", (*path, "name"), f"{problem}, not {shown(port.name)}")
        key = (port.protocol or "TCP", port.name)
        if key in names:
            text = f"is {shown(port.name)}, as of another port of the container with the same protocol"
            findings.refuse("NV237", (*path, "name"), text)
        names.add(key)
    if not port.containerPort:
        findings.refuse("NV235", (*path, "containerPort"), "is missing")
    elif not MIN_PORT <= port.containerPort <= MAX_PORT:
        findings.refuse("NV235", (*path, "containerPort"), f"must be between 1 and 65535, not `{port.containerPort}`")
    if port.hostPort and not MIN_PORT <= port.hostPort <= MAX_PORT:
        findings.refuse("NV235", (*path, "hostPort"), f"must be between 1 and 65535, not `{port.hostPort}`")
    if port.protocol and port.protocol not in _PROTOCOLS:
        meant = port.protocol.upper() if port.protocol.upper() in _PROTOCOLS else ""
        advice = f"did you mean `{meant}`?" if meant else ""
        text = f"must be `TCP`, `UDP` or `SCTP`, not {shown(port.protocol)}"
        findings.refuse("NV238", (*path, "protocol"), text, advice=advice)


def check_host_network(containers: Sequence[ContainerShape | None], path: FieldPath, findings: Findings) -> None:
    """Check that on the host network every host port that is given is the container port."""
    for index, container in enumerate(containers):
        for i, port in enumerate((container.ports if container else None) or ()):
            if port and port.hostPort and port.hostPort != port.containerPort:
                text = f"must be the same as `containerPort` on the host network, not `{port.hostPort}`"
                findings.refuse("NV239", (*path, index, "ports", i, "hostPort"), text)


def warn_repeated_ports(spec: PodSpecShape, path: FieldPath, findings: Findings) -> None:
    """Warn of a port number or port name that an earlier port of the pod already has.

    Of numbers, init containers count only where they keep running beside the others (``restartPolicy: Always``).
    """
    if not _may_repeat(spec):
        return
    numbers: dict[tuple[str, int, str, int], FieldPath] = {}
    names: dict[str, FieldPath] = {}
    for place, port, lasts in _ports(spec, path):
        number = (port.protocol or "TCP", port.containerPort or 0, port.hostIP or "", port.hostPort or 0)
        if lasts and (first := numbers.setdefault(number, place)) is not place:
            findings.warn("NV245", place, f"declares the same port as `{render_path(first)}`")
        elif port.name and (first := names.setdefault(port.name, place)) is not place:
            text = f"is named `{port.name}` as `{render_path(first)}` is: which of them the name means is not sure"
            findings.warn("NV246", place, text, advice="give the ports different names")


def _may_repeat(spec: PodSpecShape) -> bool:
    """Whether two ports of any containers have a number or a name in common; quick, since hardly any have."""
    numbers: set[int] = set()
    names: set[str] = set()
    count = named = 0
    for container in (*(spec.containers or ()), *(spec.initContainers or ())):
        for port in (container.ports if container else None) or ():
            if port is None or port.containerPort is None:
                continue
            numbers.add(port.containerPort)
            count += 1
            if port.name:
                names.add(port.name)
                named += 1
    return len(numbers) < count or len(names) < named


def _ports(spec: PodSpecShape, path: FieldPath) -> list[tuple[FieldPath, ContainerPortShape, bool]]:
    """Every port with its place, and whether its container keeps running."""
    ports: list[tuple[FieldPath, ContainerPortShape, bool]] = []
    lists = (("containers", spec.containers), ("initContainers", spec.initContainers))
    for section, containers in lists:
        for index, container in enumerate(containers or ()):
            if container is None or not container.ports:
                continue
            lasts = section == "containers" or container.restartPolicy == "Always"
            ports += [
                ((*path, section, index, "ports", i), port, lasts) for i, port in enumerate(container.ports) if port
            ]
    return ports
