"""Pod templates of ordinary controllers."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple, TypeAlias

from netverify.manifests.document import Value
from netverify.manifests.facts.arguments import routing_arguments
from netverify.manifests.facts.stored import container_port, service_account
from netverify.manifests.ordinary.metadata import METADATA, check_annotations, labels
from netverify.manifests.ordinary.unusual import UnusualError, items, mapping, text
from netverify.manifests.validation.names import dns_label_problems, port_name_problems
from netverify.model.cluster import ContainerPort
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol

TEMPLATE = frozenset({"metadata", "spec"})
TEMPLATE_METADATA = METADATA - {"generateName", "name", "namespace", "ownerReferences"}
"""Without those that mean nothing in a template."""
POD_SPEC = frozenset(
    {
        "activeDeadlineSeconds",
        "affinity",
        "automountServiceAccountToken",
        "containers",
        "dnsPolicy",
        "enableServiceLinks",
        "ephemeralContainers",
        "hostIPC",
        "hostNetwork",
        "hostPID",
        "hostUsers",
        "hostnameOverride",
        "imagePullSecrets",
        "initContainers",
        "nodeName",
        "nodeSelector",
        "os",
        "overhead",
        "preemptionPolicy",
        "priority",
        "priorityClassName",
        "readinessGates",
        "resourceClaims",
        "resources",
        "restartPolicy",
        "runtimeClassName",
        "schedulerName",
        "schedulingGates",
        "schedulingGroup",
        "securityContext",
        "serviceAccount",
        "serviceAccountName",
        "setHostnameAsFQDN",
        "shareProcessNamespace",
        "terminationGracePeriodSeconds",
        "tolerations",
        "topologySpreadConstraints",
        "volumes",
        "workloadRef",
    }
)
"""Without those whose values have rules that are seldom needed: ``hostname``, ``dnsConfig`` and the like."""
CONTAINER = frozenset(
    {
        "args",
        "command",
        "env",
        "envFrom",
        "image",
        "imagePullPolicy",
        "lifecycle",
        "livenessProbe",
        "name",
        "ports",
        "readinessProbe",
        "resizePolicy",
        "resources",
        "restartPolicyRules",
        "securityContext",
        "startupProbe",
        "stdin",
        "stdinOnce",
        "terminationMessagePath",
        "terminationMessagePolicy",
        "tty",
        "volumeDevices",
        "volumeMounts",
        "workingDir",
    }
)
"""Without ``restartPolicy``, which makes an init container a sidecar."""
PORT = frozenset({"containerPort", "name", "protocol"})
"""Without those of the host."""
_Port: TypeAlias = tuple[int, str | None, str | None, bool]
"""Number, protocol and name as written, and whether it is of an init container."""
_PROBED = ("httpGet", "tcpSocket")
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_DNS_POLICIES = frozenset({"ClusterFirst", "ClusterFirstWithHostNet", "Default"})
_PROTOCOLS = frozenset(protocol.value for protocol in Protocol)


class Template(NamedTuple):
    """What matters of a pod template."""

    labels: dict[str, str]
    ports: tuple[ContainerPort, ...]
    host_network: bool
    dns_policy: str | None
    arguments: Mapping[str, tuple[str, ...]]
    service_account: str
    node: str


def template(value: Value, namespace: str) -> Template:
    """The template of a controller in ``namespace`` whose pods are always restarted."""
    whole = mapping(value, TEMPLATE)
    meta = mapping(whole.get("metadata"), TEMPLATE_METADATA)
    if "annotations" in meta:
        check_annotations(meta["annotations"])
    spec = mapping(whole.get("spec"), POD_SPEC)
    on_host = spec.get("hostNetwork", False)
    if on_host.__class__ is not bool or spec.get("restartPolicy", "Always") != "Always":
        raise UnusualError
    dns_policy = text(spec["dnsPolicy"]) if "dnsPolicy" in spec else None
    if dns_policy is not None and dns_policy not in _DNS_POLICIES:
        raise UnusualError
    ports = _ports(spec)
    programs = ((one["image"], one.get("command"), one.get("args"), one.get("env")) for one in spec["containers"])
    return Template(
        labels(meta.get("labels")),
        ports,
        on_host,
        dns_policy,
        routing_arguments(programs, namespace),
        service_account(*(_named(spec, field) for field in ("serviceAccountName", "serviceAccount"))),
        _named(spec, "nodeName") or "",
    )


def _named(spec: dict[str, Value], field: str) -> str | None:
    value = spec.get(field)
    return None if value is None else text(value)


def _ports(spec: dict[str, Value]) -> tuple[ContainerPort, ...]:
    """The ports of all containers, none of which is there twice."""
    names: set[str] = set()
    written: list[_Port] = []
    for container in items(spec.get("containers")):
        _add_container(container, names, written, init=False)
    if not names:
        raise UnusualError
    if "initContainers" in spec:
        for container in items(spec["initContainers"]):
            _add_container(container, names, written, init=True)
    return _distinct_ports(tuple(written))


def _add_container(value: Value, names: set[str], ports: list[_Port], *, init: bool) -> None:
    container = mapping(value, CONTAINER)
    name = text(container.get("name"))
    text(container.get("image"))
    if name in names or dns_label_problems(name):
        raise UnusualError
    names.add(name)
    if "ports" in container:
        ports += [_port(port, init=init) for port in items(container["ports"])]
    for probe in _PROBES:
        if probe in container:
            _check_probe(container[probe])


def _port(value: Value, *, init: bool) -> _Port:
    port = mapping(value, PORT)
    number, protocol, name = port.get("containerPort"), port.get("protocol"), port.get("name")
    if number.__class__ is not int:
        raise UnusualError
    return number, None if protocol is None else text(protocol), None if name is None else text(name), init


@lru_cache(maxsize=4096)
def _distinct_ports(written: tuple[_Port, ...]) -> tuple[ContainerPort, ...]:
    ports = tuple(_container_port(*port) for port in written)
    named = [port.name for port in ports if port.name]
    if len({(port.number, port.protocol) for port in ports}) < len(ports) or len(set(named)) < len(named):
        raise UnusualError
    return ports


def _container_port(number: int, protocol: str | None, name: str | None, init: bool) -> ContainerPort:
    if not MIN_PORT <= number <= MAX_PORT:
        raise UnusualError
    if (protocol is not None and protocol not in _PROTOCOLS) or (name is not None and port_name_problems(name)):
        raise UnusualError
    return container_port(number, protocol, name, init=init)


def _check_probe(value: Value) -> None:
    if value.__class__ is not dict:
        raise UnusualError
    for action in _PROBED:
        if action not in value:
            continue
        target = value[action]
        port = target.get("port") if target.__class__ is dict else None
        if port.__class__ is int:
            if not MIN_PORT <= port <= MAX_PORT:
                raise UnusualError
        elif port_name_problems(text(port)):
            raise UnusualError
