"""Rules of pods and pod templates. Source: ``pkg/apis/core/validation/validation.go`` (``ValidatePodSpec``).

What has no part in networking is not checked.
"""

from __future__ import annotations

from collections.abc import Sequence

from netverify.manifests.document import FieldPath
from netverify.manifests.schema.pod import ContainerShape, PodShape, PodSpecShape, PodStatusShape, PodTemplateShape
from netverify.manifests.validation.choices import check_choice
from netverify.manifests.validation.container import check_container
from netverify.manifests.validation.container_port import HostPorts, check_host_network, warn_repeated_ports
from netverify.manifests.validation.dns_config import check_dns
from netverify.manifests.validation.findings import Findings
from netverify.manifests.validation.ip import check_ip
from netverify.manifests.validation.metadata import check_annotations, check_labels, check_metadata
from netverify.manifests.validation.names import dns_label_problems, shown

_RESTART_POLICIES = ("Always", "OnFailure", "Never")
_NO_CONTAINER = ContainerShape()


def check_pod(shape: PodShape, findings: Findings) -> None:
    """Check a whole Pod."""
    check_metadata("Pod", shape.metadata, findings)
    spec = shape.spec or PodSpecShape()
    check_choice(spec.restartPolicy or None, _RESTART_POLICIES, ("spec", "restartPolicy"), findings)
    check_pod_spec(spec, ("spec",), findings, fills_host_ports=bool(spec.hostNetwork))
    if shape.status is not None:
        _check_status(shape.status, findings)


def check_template(template: PodTemplateShape, path: FieldPath, findings: Findings) -> None:
    """Check the pod template at ``path``, but for its ``restartPolicy``, which depends on the controller."""
    if template.metadata is not None:
        check_labels(template.metadata.labels, (*path, "metadata"), findings)
        check_annotations(template.metadata.annotations, (*path, "metadata"), findings)
    check_pod_spec(template.spec or PodSpecShape(), (*path, "spec"), findings, fills_host_ports=False)


def check_pod_spec(spec: PodSpecShape, path: FieldPath, findings: Findings, *, fills_host_ports: bool) -> None:
    """Check the pod spec at ``path``; ``fills_host_ports``: a missing ``hostPort`` becomes the ``containerPort``."""
    if not spec.containers:
        findings.refuse("NV231", (*path, "containers"), "must have at least one container")
    host_ports = HostPorts(fills=fills_host_ports)
    names: set[str] = set()
    _check_containers(spec.containers or (), (*path, "containers"), names, host_ports, findings)
    for index, container in enumerate(spec.initContainers or ()):
        alone = HostPorts(fills=fills_host_ports)
        check_container(container or _NO_CONTAINER, (*path, "initContainers", index), names, alone, findings)
    if spec.hostNetwork:
        check_host_network(spec.containers or (), (*path, "containers"), findings)
    warn_repeated_ports(spec, path, findings)
    for field, value in (("hostname", spec.hostname), ("subdomain", spec.subdomain)):
        for problem in dns_label_problems(value) if value else ():
            findings.refuse("NV242", (*path, field), f"{problem}, not {shown(value or '')}")
    if spec.dnsPolicy is not None or spec.dnsConfig is not None:
        check_dns(spec, path, findings)
    for index, alias in enumerate(spec.hostAliases or ()):
        check_ip((alias.ip if alias else None) or "", (*path, "hostAliases", index, "ip"), findings)


def _check_containers(
    containers: Sequence[ContainerShape | None],
    path: FieldPath,
    names: set[str],
    host_ports: HostPorts,
    findings: Findings,
) -> None:
    for index, container in enumerate(containers):
        check_container(container or _NO_CONTAINER, (*path, index), names, host_ports, findings)


def _check_status(status: PodStatusShape, findings: Findings) -> None:
    if status.podIP:
        check_ip(status.podIP, ("status", "podIP"), findings)
    for index, item in enumerate(status.podIPs or ()):
        if item and item.ip:
            check_ip(item.ip, ("status", "podIPs", index, "ip"), findings)
