"""Rules of the ports of a Service. Source: ``pkg/apis/core/validation/validation.go`` (``validateServicePort``)."""

from __future__ import annotations

from collections.abc import Sequence

from netverify.documents.document import FieldPath
from netverify.kinds.findings import Findings
from netverify.kinds.names import port_name_problems, shown
from netverify.kinds.ports import check_app_protocol, check_port_name, check_port_protocol, is_port
from netverify.kinds.service_fields import ServicePortFields
from netverify.model.service import FIRST_NODE_PORT, LAST_NODE_PORT, ServiceType
from netverify.model.traffic import MAX_PORT, MIN_PORT


def check_service_ports(ports: Sequence[ServicePortFields | None], kind: str, findings: Findings) -> None:
    """Check the ports of a Service of type ``kind``."""
    names: set[str] = set()
    numbers: set[tuple[str, int]] = set()
    node_ports: set[tuple[str, int]] = set()
    for index, item in enumerate(ports):
        path: FieldPath = ("spec", "ports", index)
        port = item or {}
        check_port_name(port.get("name") or "", (*path, "name"), names, findings, needed=len(ports) > 1)
        _check_port(port, path, findings)
        protocol, number = port.get("protocol") or "TCP", port.get("port") or 0
        if (protocol, number) in numbers:
            text = (
                f"is port `{port.get('port')}` for {shown(protocol)}, as an earlier one: each pair must be there once"
            )
            findings.refuse("NV507", path, text)
        numbers.add((protocol, number))
        if node_port := port.get("nodePort"):
            _check_node_port(node_port, protocol, kind, node_ports, (*path, "nodePort"), findings)


def _check_port(port: ServicePortFields, path: FieldPath, findings: Findings) -> None:
    number, target = port.get("port"), port.get("targetPort")
    if number is None:
        findings.refuse("NV501", (*path, "port"), "is missing")
    elif not MIN_PORT <= number <= MAX_PORT:
        findings.refuse("NV501", (*path, "port"), f"must be between 1 and 65535, not `{number}`")
    if "protocol" in port:
        check_port_protocol(port.get("protocol"), (*path, "protocol"), findings)
    if "appProtocol" in port:
        check_app_protocol(port.get("appProtocol"), (*path, "appProtocol"), findings)
    if target:
        _check_target(target, (*path, "targetPort"), findings)


def _check_target(target: int | str, path: FieldPath, findings: Findings) -> None:
    if isinstance(target, int):
        if not MIN_PORT <= target <= MAX_PORT:
            findings.refuse("NV502", path, f"must be between 1 and 65535, not `{target}`")
        return
    for problem in port_name_problems(target):
        advice = f"write `targetPort: {target}` for the number" if target.isascii() and target.isdigit() else ""
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
    if not is_port(number):
        text = f"must be between {FIRST_NODE_PORT} and {LAST_NODE_PORT}, not `{number}`"
        findings.refuse("NV510", path, text)
    elif kind != ServiceType.EXTERNAL_NAME and not FIRST_NODE_PORT <= number <= LAST_NODE_PORT:
        text = f"is `{number}`: a server takes {FIRST_NODE_PORT} to {LAST_NODE_PORT}, unless it is configured otherwise"
        findings.warn("NV511", path, text)
