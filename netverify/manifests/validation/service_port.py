"""Rules of the ports of a Service. Source: ``pkg/apis/core/validation/validation.go`` (``validateServicePort``)."""

from __future__ import annotations

from collections.abc import Sequence

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.service import ServicePortShape
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.names import dns_label_problems, label_key_problems, port_name_problems, shown
from netverify.model.service import FIRST_NODE_PORT, LAST_NODE_PORT, ServiceType
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol

_PROTOCOLS = frozenset(Protocol)
_EMPTY = ServicePortShape()


def check_service_ports(ports: Sequence[ServicePortShape | None], kind: str, findings: Findings) -> None:
    """Check the ports of a Service of type ``kind``."""
    names: set[str] = set()
    numbers: set[tuple[str, int]] = set()
    node_ports: set[tuple[str, int]] = set()
    for index, item in enumerate(ports):
        path: FieldPath = ("spec", "ports", index)
        port = item or _EMPTY
        check_port_name(port.name or "", (*path, "name"), names, findings, needed=len(ports) > 1)
        _check_port(port, path, findings)
        protocol = port.protocol or "TCP"
        if (protocol, port.port or 0) in numbers:
            text = f"is port `{port.port}` for {shown(protocol)}, as an earlier one: each pair must be there once"
            findings.refuse("NV507", path, text)
        numbers.add((protocol, port.port or 0))
        if port.nodePort:
            _check_node_port(port.nodePort, protocol, kind, node_ports, (*path, "nodePort"), findings)


def check_port_name(name: str, path: FieldPath, names: set[str], findings: Findings, *, needed: bool) -> None:
    """Check the name at ``path``, which joins ``names``; it is ``needed`` where there are several ports."""
    if not name:
        if needed:
            findings.refuse("NV504", path, "is missing: where there are several ports, each needs a name")
        return
    for problem in dns_label_problems(name):
        findings.refuse("NV505", path, f"{problem}, not {shown(name)}")
    if name in names:
        findings.refuse("NV506", path, f"is {shown(name)}, as of another port")
    names.add(name)


def check_port_protocol(protocol: str, path: FieldPath, findings: Findings) -> None:
    """Check the protocol at ``path``; the empty text is TCP."""
    if protocol and protocol not in _PROTOCOLS:
        meant = protocol.upper() if protocol.upper() in _PROTOCOLS else ""
        advice = f"did you mean `{meant}`?" if meant else "leave it out for TCP; other protocols cannot be named"
        findings.refuse("NV503", path, f"must be `TCP`, `UDP` or `SCTP`, not {shown(protocol)}", advice=advice)


def check_app_protocol(protocol: str | None, path: FieldPath, findings: Findings) -> None:
    """Check the application protocol at ``path``."""
    for problem in label_key_problems(protocol) if protocol is not None else ():
        findings.refuse("NV512", path, f"{problem}, not {shown(protocol or '')}")


def _check_port(port: ServicePortShape, path: FieldPath, findings: Findings) -> None:
    if port.port is None:
        findings.refuse("NV501", (*path, "port"), "is missing")
    elif not MIN_PORT <= port.port <= MAX_PORT:
        findings.refuse("NV501", (*path, "port"), f"must be between 1 and 65535, not `{port.port}`")
    check_port_protocol(port.protocol or "", (*path, "protocol"), findings)
    check_app_protocol(port.appProtocol, (*path, "appProtocol"), findings)
    if port.targetPort:
        _check_target(port.targetPort, (*path, "targetPort"), findings)


def _check_target(target: int | str, path: FieldPath, findings: Findings) -> None:
    if isinstance(target, int):
        if not MIN_PORT <= target <= MAX_PORT:
            findings.refuse("NV502", path, f"must be between 1 and 65535, not `{target}`")
        return
    advice = f"write `targetPort: {target}` for the number" if target.isascii() and target.isdigit() else ""
    for problem in port_name_problems(target):
        findings.refuse("NV502", path, f"{problem}, not {shown(target)}", advice=advice)


def _check_node_port(  # noqa: PLR0913, PLR0917 -- a port in its context
    number: int, protocol: str, kind: str, seen: set[tuple[str, int]], path: FieldPath, findings: Findings
) -> None:
    if kind == ServiceType.CLUSTER_IP:
        advice = "write `type: NodePort`, or leave it out"
        findings.refuse("NV509", path, "must not be given when `type` is `ClusterIP`", advice=advice)
        return
    if (protocol, number) in seen:
        findings.refuse("NV508", path, f"is `{number}` for {shown(protocol)}, as of another port")
    seen.add((protocol, number))
    if not MIN_PORT <= number <= MAX_PORT:
        text = f"must be between {FIRST_NODE_PORT} and {LAST_NODE_PORT}, not `{number}`"
        findings.refuse("NV510", path, text)
    elif kind != ServiceType.EXTERNAL_NAME and not FIRST_NODE_PORT <= number <= LAST_NODE_PORT:
        text = f"is `{number}`: a server takes {FIRST_NODE_PORT} to {LAST_NODE_PORT}, unless it is told otherwise"
        findings.warn("NV511", path, text)
