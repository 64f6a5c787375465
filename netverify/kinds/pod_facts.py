"""What is known of pods by their spec: ports, names, ports of their node, what a controller is to serve.

Source: k8s.io/api ``core/v1/types.go`` (PodDNSConfig, ContainerPort.hostPort).
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import chain
from typing import Literal

from netverify.kinds import stored
from netverify.kinds.arguments import routing_arguments
from netverify.kinds.container import ContainerFields, Ports, is_sidecar
from netverify.kinds.ip import read_ip
from netverify.kinds.pod_template import DnsConfigFields, PodSpecFields
from netverify.kinds.remembered import remembered
from netverify.model.addresses import Address, parse_address
from netverify.model.cluster import ContainerPort
from netverify.model.pod_network import HostPort, PodNetwork

_OF_NETWORK = frozenset({"dnsConfig", "hostname", "subdomain"})
_MOST_DIGITS = 9


def arguments_of(spec: PodSpecFields, namespace: str) -> Mapping[str, tuple[str, ...]]:
    """The arguments of the containers that tell a controller what to serve."""
    containers = [
        (one.get("image"), one.get("command"), one.get("args"), one.get("env"))
        for one in spec.get("containers") or ()
        if one
    ]
    return routing_arguments(containers, namespace)


def container_ports(spec: PodSpecFields) -> tuple[ContainerPort, ...]:
    """Every declared port of the containers, then of the init containers, without repeats.

    A sidecar is an init container here too: plugins differ by the list that they read.
    """
    containers, inits = spec.get("containers") or (), spec.get("initContainers")
    found = [_ports(ports, "container") for one in containers if one and (ports := one.get("ports"))]
    if inits:
        found += [
            _ports(ports, "sidecar" if is_sidecar(one) else "init")
            for one in inits
            if one and (ports := one.get("ports"))
        ]
    if len(found) < 2:
        return found[0] if found else ()
    return tuple(dict.fromkeys(chain.from_iterable(found)))


@remembered
def _ports(ports: Ports, role: Literal["container", "init", "sidecar"]) -> tuple[ContainerPort, ...]:
    """The ports of one container of a pod, each once."""
    init, sidecar = role != "container", role == "sidecar"
    return tuple(
        dict.fromkeys(
            stored.container_port(number, port.get("protocol"), port.get("name"), init=init, sidecar=sidecar)
            for port in ports
            if port and (number := port.get("containerPort")) is not None
        )
    )


def pod_network(
    spec: PodSpecFields, governing_service: str = "", ordinals: tuple[int, int] | None = None
) -> PodNetwork:
    """The network of the pods of ``spec``, which may be those of a StatefulSet with a Service and ordinals.

    On the host network a port of a container is a port of the node by itself, and nothing leads to it.
    """
    policy, on_host = spec.get("dnsPolicy"), spec.get("hostNetwork")
    host_ports = () if on_host else _host_ports(spec)
    if not host_ports and _OF_NETWORK.isdisjoint(spec):
        return stored.pod_network(policy, governing_service, ordinals)
    config = spec.get("dnsConfig") or {}
    return stored.one_of_equals(
        PodNetwork(
            dns_policy=stored.dns_policy(policy),
            nameservers=tuple(parse_address(text or "") for text in config.get("nameservers") or ()),
            searches=tuple(text or "" for text in config.get("searches") or ()),
            ndots=_ndots(config),
            hostname=spec.get("hostname") or "",
            subdomain=spec.get("subdomain") or "",
            host_ports=host_ports,
            governing_service=governing_service,
            ordinals=ordinals,
        )
    )


def _ndots(config: DnsConfigFields) -> int | None:
    """The value of the last ``ndots`` option, which is the one that counts; None where it is no number."""
    options = [option for option in config.get("options") or () if option and option.get("name") == "ndots"]
    value = (options[-1].get("value") if options else None) or ""
    if not (value.isascii() and value.isdigit()):
        return None
    return int(value) if len(value) <= _MOST_DIGITS else None


def _host_ports(spec: PodSpecFields) -> tuple[HostPort, ...]:
    """The ports of the node that lead to containers which serve while the pod runs, each once."""
    found: dict[HostPort, None] = {}
    for container in spec.get("containers") or ():
        _add_host_ports(container, found)
    for container in spec.get("initContainers") or ():
        if container and is_sidecar(container):
            _add_host_ports(container, found)
    return tuple(found)


def _add_host_ports(container: ContainerFields | None, found: dict[HostPort, None]) -> None:
    for port in (container.get("ports") if container else None) or ():
        number = port.get("hostPort") if port else None
        if port and number:
            protocol, host = stored.protocol(port.get("protocol")), _host_ip(port.get("hostIP"))
            found[HostPort(number, port.get("containerPort") or 0, protocol, host)] = None


def _host_ip(text: str | None) -> Address | None:
    """The address of the node; an unspecified one, or a text that is none, is taken for every address."""
    address = read_ip(text or "")
    return address if isinstance(address, Address) and address.value else None
