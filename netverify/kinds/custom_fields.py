"""Fields of objects of other projects, looked at with care: any of them may be anything."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import field
from typing import Any

from netverify.kinds import stored
from netverify.model.cluster import ContainerPort
from netverify.model.labels import Labels
from netverify.model.traffic import Protocol
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class CustomPods:
    """What the pods of one object have, besides what its template at ``template`` says.

    ``fixed`` are labels that the controller adds, ``opened`` those whose value is not told, ``ports`` those of
    containers that it adds. ``single``: there is one pod.
    """

    template: Mapping[str, Any] = field(default_factory=dict)
    fixed: Labels = field(default_factory=dict)
    opened: stored.OpenLabels = field(default_factory=dict)
    ports: tuple[ContainerPort, ...] = ()
    single: bool = False


class OddFieldError(Exception):
    """A field is not what it should be."""


def mapping_of(value: Any) -> Mapping[str, Any]:
    """``value``, a mapping; empty where it is null. Raises :class:`OddFieldError`."""
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise OddFieldError
    return value


def mapping_at(value: Any, *path: str) -> Mapping[str, Any]:
    """The mapping at ``path``; empty where there is none."""
    for key in path:
        value = mapping_of(value).get(key)
    return mapping_of(value)


def template_at(value: Any, *path: str) -> Mapping[str, Any]:
    """The template at ``path``. Raises where there is none: then the pods are those of another object."""
    found = mapping_at(value, *path)
    if not found:
        raise OddFieldError
    return found


def labels_of(value: Any) -> Labels:
    """``value``, texts by name. Raises :class:`OddFieldError`."""
    found = mapping_of(value)
    if not all(isinstance(text, str) for text in found.values()):
        raise OddFieldError
    return dict(found)


def ports_of(spec: Mapping[str, Any]) -> Iterator[ContainerPort]:
    """The ports that the containers of a pod declare, and those of the interfaces of a virtual machine."""
    for container in list_of(spec.get("containers")):
        for port in list_of(mapping_of(container).get("ports")):
            yield port_of(mapping_of(port), "containerPort")
    for interface in list_of(mapping_at(spec, "domain", "devices").get("interfaces")):
        for port in list_of(mapping_of(interface).get("ports")):
            yield port_of(mapping_of(port), "port")


def port_of(port: Mapping[str, Any], number: str) -> ContainerPort:
    """The port that ``port`` says, whose number is under ``number``. Raises :class:`OddFieldError`."""
    value, protocol, name = port.get(number), port.get("protocol") or "TCP", port.get("name") or ""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 2**16 or not isinstance(name, str):
        raise OddFieldError
    if protocol not in list(Protocol):
        raise OddFieldError
    return ContainerPort(value, Protocol(protocol), name)


def list_of(value: Any) -> list[Any]:
    """``value``, a list; empty where it is null. Raises :class:`OddFieldError`."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise OddFieldError
    return value


def is_on_host(spec: Mapping[str, Any]) -> bool:
    """Whether pods of ``spec`` are on the host network. Raises :class:`OddFieldError`."""
    value = spec.get("hostNetwork") or False
    if not isinstance(value, bool):
        raise OddFieldError
    return value


def tcp_ports(*ports: tuple[str, int]) -> tuple[ContainerPort, ...]:
    """TCP ports by name and number."""
    return tuple(ContainerPort(number, Protocol.TCP, name) for name, number in ports)
