"""Pod templates of ordinary controllers."""

from __future__ import annotations

from dataclasses import dataclass

from netverify.manifests.document import Value
from netverify.manifests.facts.stored import container_port
from netverify.manifests.ordinary.metadata import METADATA, check_annotations, labels
from netverify.manifests.ordinary.unusual import UnusualError, items, mapping, text
from netverify.manifests.validation.names import dns_label_problems, port_name_problems
from netverify.model.cluster import ContainerPort
from netverify.model.traffic import MAX_PORT, MIN_PORT, Protocol

TEMPLATE = frozenset({"metadata", "spec"})
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
_PROBES = ("readinessProbe", "livenessProbe", "startupProbe")
_DNS_POLICIES = frozenset({"ClusterFirst", "ClusterFirstWithHostNet", "Default"})
_PROTOCOLS = frozenset(protocol.value for protocol in Protocol)


@dataclass(frozen=True, slots=True)
class Template:
    """What matters of a pod template."""

    labels: dict[str, str]
    ports: tuple[ContainerPort, ...]
    host_network: bool


def template(value: Value) -> Template:
    """The template of a controller whose pods are always restarted."""
    whole = mapping(value, TEMPLATE)
    meta = mapping(whole.get("metadata"), METADATA)
    if "ownerReferences" in meta or any(
        meta.get(name).__class__ not in _TEXT_OR_NONE for name in ("name", "namespace", "generateName")
    ):
        raise UnusualError
    if "annotations" in meta:
        check_annotations(meta["annotations"])
    spec = mapping(whole.get("spec"), POD_SPEC)
    on_host = spec.get("hostNetwork", False)
    if on_host.__class__ is not bool or spec.get("restartPolicy", "Always") != "Always":
        raise UnusualError
    if "dnsPolicy" in spec and text(spec["dnsPolicy"]) not in _DNS_POLICIES:
        raise UnusualError
    return Template(labels(meta.get("labels")), _ports(spec), on_host)


_TEXT_OR_NONE = (str, type(None))


def _ports(spec: dict[str, Value]) -> tuple[ContainerPort, ...]:
    """The ports of all containers, which do not share any name of a container, port or name of a port."""
    containers = items(spec.get("containers"))
    if not containers:
        raise UnusualError
    names: set[str] = set()
    ports: list[ContainerPort] = []
    for container in containers:
        _add_container(container, names, ports, init=False)
    for container in items(spec.get("initContainers")):
        _add_container(container, names, ports, init=True)
    if len(ports) > 1:
        named = [port.name for port in ports if port.name]
        if len({(port.number, port.protocol) for port in ports}) < len(ports) or len(set(named)) < len(named):
            raise UnusualError
    return tuple(ports)


def _add_container(value: Value, names: set[str], ports: list[ContainerPort], *, init: bool) -> None:
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


def _port(value: Value, *, init: bool) -> ContainerPort:
    port = mapping(value, PORT)
    number, protocol, name = port.get("containerPort"), port.get("protocol"), port.get("name")
    if number.__class__ is not int or not MIN_PORT <= number <= MAX_PORT:
        raise UnusualError
    if protocol is not None and text(protocol) not in _PROTOCOLS:
        raise UnusualError
    if name is not None and port_name_problems(text(name)):
        raise UnusualError
    return container_port(number, protocol, name, init=init)


def _check_probe(value: Value) -> None:
    if value.__class__ is not dict:
        raise UnusualError
    for action in ("httpGet", "tcpSocket"):
        if action not in value:
            continue
        target = value[action]
        port = target.get("port") if target.__class__ is dict else None
        if port.__class__ is int:
            if not MIN_PORT <= port <= MAX_PORT:
                raise UnusualError
        elif port_name_problems(text(port)):
            raise UnusualError
