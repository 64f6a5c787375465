"""Ordinary Services: a selector, some ports, perhaps a type."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import TypeAlias

from netverify.manifests.document import Document, Value
from netverify.manifests.facts import stored
from netverify.manifests.ordinary.metadata import Identity, labels
from netverify.manifests.ordinary.unusual import UnusualError, items, mapping, text
from netverify.manifests.validation.ip import read_ip
from netverify.manifests.validation.names import is_dns_label, label_key_problems, port_name_problems
from netverify.model.addresses import Address
from netverify.model.labels import Labels
from netverify.model.service import FIRST_NODE_PORT, LAST_NODE_PORT, SOURCE_RANGES, Service, ServicePort, ServiceType
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol

SERVICE = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})
SPEC = frozenset(
    {
        "clusterIP",
        "clusterIPs",
        "internalTrafficPolicy",
        "ipFamilies",
        "ipFamilyPolicy",
        "ports",
        "publishNotReadyAddresses",
        "selector",
        "sessionAffinity",
        "type",
    }
)
"""Without those that say how traffic gets in from outside."""
PORT = frozenset({"appProtocol", "name", "nodePort", "port", "protocol", "targetPort"})
_STATUS = frozenset({"conditions", "loadBalancer"})
_NEED_ADDRESS = frozenset({"clusterIPs", "ipFamilies", "ipFamilyPolicy"})
_AFFINITIES = frozenset({"ClientIP", "None"})
_MOSTLY_ALONE = frozenset({"ports", "selector", "type"})
_NO_ADDRESSES: tuple[Address, ...] = ()
_NO_FIELDS: frozenset[str] = frozenset()
_TYPES = {kind.value: kind for kind in ServiceType if kind is not ServiceType.EXTERNAL_NAME}
_PROTOCOLS = frozenset(protocol.value for protocol in Protocol)
_Port: TypeAlias = tuple[int, int | str | None, str | None, str | None, int | None, str | None]
"""Port, target port, protocol, name, node port and application protocol as written."""


def service(document: Document, who: Identity) -> Service:
    """The Service that ``document`` is, which is called ``who``."""
    value = mapping(document.value, SERVICE)
    if "status" in value:
        _check_status(value["status"])
    spec = mapping(value.get("spec"), SPEC)
    kind = _type(spec.get("type"))
    written = tuple([_port(port) for port in items(spec.get("ports"))])
    headless, addresses, not_ready = False, _NO_ADDRESSES, False
    if not _MOSTLY_ALONE.issuperset(spec):
        headless = spec.get("clusterIP") == stored.HEADLESS
        addresses = _cluster_ips(spec)
        not_ready = _publishes_not_ready(spec)
    if headless and kind is not ServiceType.CLUSTER_IP:
        raise UnusualError
    if not written and not headless:
        raise UnusualError
    origin = document.origin
    annotations = value["metadata"].get("annotations")
    return Service(
        namespace=who.namespace,
        name=who.name,
        type=kind,
        selector=labels(spec.get("selector")) or None,
        ports=tuple(
            [
                ServicePort(*parts, origin(("spec", "ports", index)))
                for index, parts in enumerate(_checked_ports(written, kind))
            ]
        ),
        headless=headless,
        cluster_ips=addresses,
        publish_not_ready=not_ready,
        annotations=_annotations(annotations) if annotations else {},
        origin=origin(),
    )


def _type(value: Value) -> ServiceType:
    if value is None:
        return ServiceType.CLUSTER_IP
    kind = _TYPES.get(text(value))
    if kind is None:
        raise UnusualError
    return kind


def _check_status(value: Value) -> None:
    """A status that tells no address."""
    mapping(mapping(value, _STATUS).get("loadBalancer"), _NO_FIELDS)


def _annotations(value: Value) -> Labels:
    """The annotations that say how traffic is to arrive; they have been checked as such."""
    if SOURCE_RANGES in value:
        raise UnusualError
    return stored.traffic_annotations(value)


def _publishes_not_ready(spec: dict[str, Value]) -> bool:
    not_ready = spec.get("publishNotReadyAddresses", False)
    if not_ready.__class__ is not bool or spec.get("internalTrafficPolicy", "Cluster") != "Cluster":
        raise UnusualError
    if text(spec.get("sessionAffinity", "None")) not in _AFFINITIES:
        raise UnusualError
    known: bool = not_ready
    return known


def _cluster_ips(spec: dict[str, Value]) -> tuple[Address, ...]:
    """The address of a Service with one family."""
    if "clusterIP" not in spec:
        if not _NEED_ADDRESS.isdisjoint(spec):
            raise UnusualError
        return ()
    written = text(spec["clusterIP"])
    if spec.get("clusterIPs", [written]) != [written]:
        raise UnusualError
    if spec.get("ipFamilyPolicy", "SingleStack") != "SingleStack":
        raise UnusualError
    if written == stored.HEADLESS:
        if spec.get("ipFamilies", ["IPv4"]) != ["IPv4"]:
            raise UnusualError
        return ()
    address = read_ip(written)
    if not isinstance(address, Address) or spec.get("ipFamilies", [f"IPv{address.family}"]) != [f"IPv{address.family}"]:
        raise UnusualError
    return (address,)


def _port(value: Value) -> _Port:
    if value.__class__ is not dict or not PORT.issuperset(value):
        raise UnusualError
    get: Callable[[str], Value] = value.get
    number, target, node_port = get("port"), get("targetPort"), get("nodePort")
    if number.__class__ is not int or (node_port is not None and node_port.__class__ is not int):
        raise UnusualError
    if target is not None and target.__class__ is not int:
        text(target)
    protocol, name, app_protocol = get("protocol"), get("name"), get("appProtocol")
    for written in (protocol, name, app_protocol):
        if written is not None:
            text(written)
    return number, target, protocol, name, node_port, app_protocol


@lru_cache(maxsize=4096)
def _checked_ports(
    ports: tuple[_Port, ...], kind: ServiceType
) -> tuple[tuple[int, int | str, Protocol, str, int | None], ...]:
    """The ports of a Service of type ``kind``, each told apart from the others by its name and by its number."""
    named = {name for _, _, _, name, _, _ in ports if name}
    if len(ports) > 1 and len(named) < len(ports):
        raise UnusualError
    numbers = {(number, protocol or "TCP") for number, _, protocol, _, _, _ in ports}
    taken = [(number, protocol or "TCP") for _, _, protocol, _, number, _ in ports if number]
    if len(numbers) < len(ports) or len(set(taken)) < len(taken):
        raise UnusualError
    return tuple(_checked_port(kind, *port) for port in ports)


def _checked_port(  # noqa: PLR0913, PLR0917 -- the parts of a port
    kind: ServiceType,
    number: int,
    target: int | str | None,
    protocol: str | None,
    name: str | None,
    node_port: int | None,
    app_protocol: str | None,
) -> tuple[int, int | str, Protocol, str, int | None]:
    if not MIN_PORT <= number <= MAX_PORT or (protocol is not None and protocol not in _PROTOCOLS):
        raise UnusualError
    if isinstance(target, int) and not MIN_PORT <= target <= MAX_PORT:
        raise UnusualError
    if isinstance(target, str) and port_name_problems(target):
        raise UnusualError
    if (name is not None and not is_dns_label(name)) or (app_protocol is not None and label_key_problems(app_protocol)):
        raise UnusualError
    if node_port is not None:
        on_nodes = kind is not ServiceType.CLUSTER_IP and FIRST_NODE_PORT <= node_port <= LAST_NODE_PORT
        if not on_nodes:
            raise UnusualError
    return number, target or number, stored.protocol(protocol), name or "", node_port
