"""Containers of pods and the ports that they declare: fields and rules.

Source: k8s.io/api ``core/v1/types.go``; ``pkg/apis/core/validation/validation.go`` (``validateContainerCommon``,
``validateContainerPorts``), ``pkg/api/pod/warnings.go``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field
from typing import Any

from netverify.documents.document import FieldPath, render_path
from netverify.kinds.fields import Alike, FreeMap, Int32, TypedDict
from netverify.kinds.findings import Findings, is_silent
from netverify.kinds.names import dns_label_problems, port_name_problems, shown
from netverify.kinds.ports import PROTOCOLS, is_port, refuse_protocol
from netverify.kinds.remembered import remembered
from netverify.records import dataclass


class ContainerPortFields(TypedDict, total=False):
    """One item of a container's ``ports``."""

    containerPort: Int32
    protocol: str
    name: str
    hostPort: Int32
    hostIP: str


class ContainerFields(TypedDict, total=False):
    """A container or an init container."""

    name: str
    image: str
    ports: Alike[list[ContainerPortFields | None]]
    restartPolicy: str
    livenessProbe: FreeMap
    readinessProbe: FreeMap
    startupProbe: FreeMap
    args: Any
    command: Any
    env: Any
    envFrom: Any
    imagePullPolicy: Any
    lifecycle: Any
    resizePolicy: Any
    resources: Any
    restartPolicyRules: Any
    securityContext: Any
    stdin: Any
    stdinOnce: Any
    terminationMessagePath: Any
    terminationMessagePolicy: Any
    tty: Any
    volumeDevices: Any
    volumeMounts: Any
    workingDir: Any


Containers = Sequence[ContainerFields | None]
Ports = Sequence[ContainerPortFields | None]

_PROBED = ("httpGet", "tcpSocket")


@dataclass(slots=True)
class HostPorts:
    """The host ports of the containers of one pod; ``fills``: a port without one gets its own number."""

    fills: bool
    seen: set[tuple[str, str, int]] = field(default_factory=set)

    def add(self, port: ContainerPortFields, path: FieldPath, findings: Findings) -> None:
        """Add the one of the port at ``path``, which no other may have for the same protocol and host address."""
        number = port.get("hostPort") or (port.get("containerPort") if self.fills else 0)
        if not number:
            return
        key = (port.get("protocol") or "TCP", port.get("hostIP") or "", number)
        if key in self.seen:
            text = f"is `{number}`, as of another port of the pod for the same protocol and host address"
            findings.refuse("NV239", (*path, "hostPort"), text)
        self.seen.add(key)


def is_sidecar(container: ContainerFields) -> bool:
    """Whether an init container keeps running beside the others."""
    return container.get("restartPolicy") == "Always"


def check_container(
    container: ContainerFields, path: FieldPath, names: set[str], host_ports: HostPorts, findings: Findings
) -> None:
    """Check the container at ``path``; its name and host ports join those seen before it."""
    _check_name(container.get("name") or "", (*path, "name"), names, findings)
    if not container.get("image"):
        findings.refuse("NV232", (*path, "image"), "is missing")
    if (ports := container.get("ports")) and (host_ports.fills or not _are_plain(ports)):
        _check_ports(ports, (*path, "ports"), host_ports, findings)
    if probe := container.get("livenessProbe"):
        _check_probe(probe, (*path, "livenessProbe"), findings)
    if probe := container.get("readinessProbe"):
        _check_probe(probe, (*path, "readinessProbe"), findings)
    if probe := container.get("startupProbe"):
        _check_probe(probe, (*path, "startupProbe"), findings)


def _check_name(name: str, path: FieldPath, names: set[str], findings: Findings) -> None:
    if not name:
        findings.refuse("NV232", path, "is missing")
        return
    for problem in dns_label_problems(name):
        findings.refuse("NV233", path, f"{problem}, not {shown(name)}")
    if name in names:
        findings.refuse("NV234", path, f"is {shown(name)}, as of another container of the pod")
    names.add(name)


def _check_probe(probe: FreeMap, path: FieldPath, findings: Findings) -> None:
    for action in _PROBED:
        target = probe.get(action)
        if not isinstance(target, dict):
            continue
        port = target.get("port")
        place = (*path, action, "port")
        if type(port) is int and not is_port(port):
            findings.refuse("NV240", place, f"must be between 1 and 65535, not `{port}`")
        elif isinstance(port, str):
            for problem in port_name_problems(port):
                findings.refuse("NV240", place, f"{problem}, not {shown(port)}")
        elif port is None:
            findings.refuse("NV240", place, "is missing")


@remembered
def _are_plain(ports: Ports) -> bool:
    """Whether nothing is to be said about such ports of one container, and none is a port of the node."""
    if any(port and "hostPort" in port for port in ports):
        return False

    def check(findings: Findings) -> None:
        _check_ports(ports, (), HostPorts(fills=False), findings)
        _warn_repeated(({"ports": [*ports]},), (), (), findings)

    return is_silent(check)


def _check_ports(ports: Ports, path: FieldPath, host_ports: HostPorts, findings: Findings) -> None:
    names: set[tuple[str, str]] = set()
    for index, port in enumerate(ports):
        place = (*path, index)
        _check_port(port or {}, place, names, findings)
        if port and (host_ports.fills or "hostPort" in port):
            host_ports.add(port, place, findings)


def _check_port(port: ContainerPortFields, path: FieldPath, names: set[tuple[str, str]], findings: Findings) -> None:
    """Check the port at ``path``; its protocol and name join those of the container."""
    name, protocol = port.get("name"), port.get("protocol")
    number, on_host = port.get("containerPort"), port.get("hostPort")
    if name:
        for problem in port_name_problems(name):
            findings.refuse("NV236", (*path, "name"), f"{problem}, not {shown(name)}")
        key = (protocol or "TCP", name)
        if key in names:
            text = f"is {shown(name)}, as of another port of the container with the same protocol"
            findings.refuse("NV237", (*path, "name"), text)
        names.add(key)
    if not number:
        findings.refuse("NV235", (*path, "containerPort"), "is missing")
    elif not is_port(number):
        findings.refuse("NV235", (*path, "containerPort"), f"must be between 1 and 65535, not `{number}`")
    if on_host and not is_port(on_host):
        findings.refuse("NV235", (*path, "hostPort"), f"must be between 1 and 65535, not `{on_host}`")
    if protocol and protocol not in PROTOCOLS:
        refuse_protocol(protocol, (*path, "protocol"), "NV238", findings, otherwise="")


def check_host_network(containers: Containers, path: FieldPath, findings: Findings) -> None:
    """Check that on the host network every host port that is given is the container port."""
    for index, container in enumerate(containers):
        for i, port in enumerate((container or {}).get("ports") or ()):
            on_host = port.get("hostPort") if port else None
            if port and on_host and on_host != port.get("containerPort"):
                text = f"must be the same as `containerPort` on the host network, not `{on_host}`"
                findings.refuse("NV239", (*path, index, "ports", i, "hostPort"), text)


def warn_repeated_ports(containers: Containers, inits: Containers, path: FieldPath, findings: Findings) -> None:
    """Warn of a port number or port name that an earlier port of the pod already has.

    Of numbers, init containers count only where they keep running beside the others (``restartPolicy: Always``).
    """
    if not inits and len(containers) == 1:
        ports = (containers[0] or {}).get("ports") or ()
        if len(ports) < 2 or _are_plain(ports):
            return
    if _may_repeat((*containers, *inits)):
        _warn_repeated(containers, inits, path, findings)


def _warn_repeated(containers: Containers, inits: Containers, path: FieldPath, findings: Findings) -> None:
    numbers: dict[tuple[str, int, str, int], FieldPath] = {}
    names: dict[str, FieldPath] = {}
    for place, port, lasts in _ports(containers, inits, path):
        name = port.get("name")
        protocol, host = port.get("protocol") or "TCP", port.get("hostIP") or ""
        number = (protocol, port.get("containerPort") or 0, host, port.get("hostPort") or 0)
        if lasts and (first := numbers.setdefault(number, place)) is not place:
            findings.warn("NV245", place, f"declares the same port as `{render_path(first)}`")
        elif name and (first := names.setdefault(name, place)) is not place:
            text = f"is named `{name}` as `{render_path(first)}` is: which of them the name means is not sure"
            findings.warn("NV246", place, text, advice="give the ports different names")


def _may_repeat(containers: Containers) -> bool:
    """Whether two ports of any containers have a number or a name in common; quick, since hardly any have."""
    numbers: list[int] = []
    names: list[str] = []
    for container in containers:
        for port in (container.get("ports") if container else None) or ():
            number = port.get("containerPort") if port else None
            if port and number is not None:
                numbers.append(number)
                if name := port.get("name"):
                    names.append(name)
    return len({*numbers}) < len(numbers) or len({*names}) < len(names)


def _ports(
    containers: Containers, inits: Containers, path: FieldPath
) -> list[tuple[FieldPath, ContainerPortFields, bool]]:
    """Every port with its place, and whether its container keeps running."""
    ports: list[tuple[FieldPath, ContainerPortFields, bool]] = []
    for section, those in (("containers", containers), ("initContainers", inits)):
        for index, container in enumerate(those):
            if container:
                lasts = section == "containers" or is_sidecar(container)
                given = enumerate(container.get("ports") or ())
                ports += [((*path, section, index, "ports", i), port, lasts) for i, port in given if port]
    return ports
