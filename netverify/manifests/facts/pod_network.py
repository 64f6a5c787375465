"""What the spec of a pod says about names and about ports of its node.

Source: k8s.io/api ``core/v1/types.go`` (PodDNSConfig, ContainerPort.hostPort).
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.manifests.facts import stored
from netverify.manifests.schema.pod import ContainerShape, DnsConfigShape, PodSpecShape
from netverify.manifests.schema.workload import StatefulSetSpec
from netverify.manifests.validation.ip import read_ip
from netverify.model.addresses import Address, parse_address
from netverify.model.pod_network import HostPort, PodNetwork

_EMPTY_DNS_CONFIG = DnsConfigShape()
_MOST_DIGITS = 9


def pod_network(spec: PodSpecShape, stateful_set: StatefulSetSpec | None = None) -> PodNetwork:
    """The network of the pods of ``spec``, which may be those of ``stateful_set``.

    On the host network a port of a container is a port of the node by itself, and nothing leads to it.
    """
    if not (spec.dnsConfig or spec.hostname or spec.subdomain) and not _has_host_ports(spec):
        return stored.pod_network(spec.dnsPolicy, *_governed_by(stateful_set))
    config = spec.dnsConfig or _EMPTY_DNS_CONFIG
    service, ordinals = _governed_by(stateful_set)
    return stored.one_of_equals(
        PodNetwork(
            dns_policy=stored.dns_policy(spec.dnsPolicy),
            nameservers=tuple(parse_address(text or "") for text in config.nameservers or ()),
            searches=tuple(text or "" for text in config.searches or ()),
            ndots=_ndots(config),
            hostname=spec.hostname or "",
            subdomain=spec.subdomain or "",
            host_ports=() if spec.hostNetwork else tuple(dict.fromkeys(_host_ports(spec))),
            governing_service=service,
            ordinals=ordinals,
        )
    )


def is_sidecar(container: ContainerShape) -> bool:
    """Whether an init container keeps running beside the others."""
    return container.restartPolicy == "Always"


def _governed_by(stateful_set: StatefulSetSpec | None) -> tuple[str, tuple[int, int] | None]:
    """The Service that names the pods of a StatefulSet, and their ordinals; without ``replicas`` any number may run."""
    if stateful_set is None:
        return "", None
    start = (stateful_set.ordinals.start if stateful_set.ordinals else None) or 0
    ordinals = None if stateful_set.replicas is None else (start, stateful_set.replicas)
    return stateful_set.serviceName or "", ordinals


def _ndots(config: DnsConfigShape) -> int | None:
    """The value of the last ``ndots`` option, which is the one that counts; None where it is no number."""
    values = [option.value or "" for option in config.options or () if option and option.name == "ndots"]
    if not values or not (values[-1].isascii() and values[-1].isdigit()):
        return None
    return int(values[-1]) if len(values[-1]) <= _MOST_DIGITS else None


def _has_host_ports(spec: PodSpecShape) -> bool:
    return not spec.hostNetwork and any(True for _ in _host_ports(spec))


def _host_ports(spec: PodSpecShape) -> Iterator[HostPort]:
    for container in _running(spec):
        for port in container.ports or ():
            if port is not None and port.hostPort:
                target = port.containerPort or 0
                yield HostPort(port.hostPort, target, stored.protocol(port.protocol), _host_ip(port.hostIP))


def _running(spec: PodSpecShape) -> Iterator[ContainerShape]:
    """The containers that serve while the pod runs."""
    yield from (container for container in spec.containers or () if container)
    yield from (container for container in spec.initContainers or () if container and is_sidecar(container))


def _host_ip(text: str | None) -> Address | None:
    """The address of the node; an unspecified one, or a text that is none, is taken for every address."""
    address = read_ip(text or "")
    return address if isinstance(address, Address) and address.value else None
