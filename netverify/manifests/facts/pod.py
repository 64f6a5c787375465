"""Pods: their ports, and what a bare Pod tells about itself."""

from __future__ import annotations

from collections.abc import Mapping

from netverify.manifests.document import Document
from netverify.manifests.facts import stored
from netverify.manifests.facts.arguments import routing_arguments
from netverify.manifests.facts.pod_network import is_sidecar, pod_network
from netverify.manifests.facts.selector import stored_map
from netverify.manifests.schema.pod import ContainerShape, PodShape, PodSpecShape, PodStatusShape
from netverify.manifests.validation.ip import read_ip
from netverify.model.addresses import Address, parse_address
from netverify.model.cluster import ContainerPort, Workload, WorkloadKey

TERMINATED = frozenset({"Succeeded", "Failed"})
"""The phases of pods that have ended: policy and Services pass them over."""


def bare_pod(shape: PodShape, key: WorkloadKey, document: Document) -> Workload:
    """The workload that one Pod is."""
    spec = shape.spec or PodSpecShape()
    return Workload(
        key=key,
        labels=stored_map(shape.metadata.labels) if shape.metadata else {},
        ports=container_ports(spec),
        host_network=bool(spec.hostNetwork),
        addresses=_addresses(shape.status),
        single=True,
        origin=document.origin(),
        network=pod_network(spec),
        host_addresses=_host_addresses(shape.status),
        arguments=arguments_of(spec, key.namespace),
        service_account=stored.service_account(spec.serviceAccountName, spec.serviceAccount),
        node=spec.nodeName or "",
    )


def arguments_of(spec: PodSpecShape, namespace: str) -> Mapping[str, tuple[str, ...]]:
    """The arguments of the containers that tell a controller what to serve."""
    containers = [(one.image, one.command, one.args, one.env) for one in spec.containers or () if one is not None]
    return routing_arguments(containers, namespace)


def container_ports(spec: PodSpecShape) -> tuple[ContainerPort, ...]:
    """Every declared port of the containers, then of the init containers, without repeats.

    A sidecar is an init container here too: plugins differ by the list that they read.
    """
    ports: dict[ContainerPort, None] = {}
    for container in spec.containers or ():
        _add_ports(container, ports, init=False)
    for container in spec.initContainers or ():
        _add_ports(container, ports, init=True)
    return tuple(ports)


def is_terminated(status: PodStatusShape | None) -> bool:
    """Whether the pod has ended."""
    return status is not None and status.phase in TERMINATED


def _add_ports(container: ContainerShape | None, ports: dict[ContainerPort, None], *, init: bool) -> None:
    if container is None or not container.ports:
        return
    for port in container.ports:
        if port is not None and port.containerPort is not None:
            sidecar = init and is_sidecar(container)
            ports[stored.container_port(port.containerPort, port.protocol, port.name, init=init, sidecar=sidecar)] = (
                None
            )


def _addresses(status: PodStatusShape | None) -> tuple[Address, ...]:
    if status is None:
        return ()
    texts = [item.ip for item in status.podIPs or () if item] or [status.podIP]
    return tuple(parse_address(text) for text in dict.fromkeys(texts) if text)


def _host_addresses(status: PodStatusShape | None) -> tuple[Address, ...]:
    if status is None:
        return ()
    texts = [item.ip for item in status.hostIPs or () if item] or [status.hostIP]
    found = (read_ip(text) for text in dict.fromkeys(texts) if text)
    return tuple(address for address in found if isinstance(address, Address))
