"""What is known of pods by their spec: ports, names, ports of their node, what a controller is to serve.

Source: k8s.io/api ``core/v1/types.go`` (PodDNSConfig, ContainerPort.hostPort).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from itertools import chain
from typing import Literal, TypeAlias

from netverify.documents.document import Value
from netverify.kinds import stored
from netverify.kinds.container import ContainerFields, Ports, is_sidecar
from netverify.kinds.ip import read_ip
from netverify.kinds.pod_template import DnsConfigFields, PodSpecFields
from netverify.kinds.remembered import remembered
from netverify.model.addresses import Address, parse_address
from netverify.model.cluster import ContainerPort
from netverify.model.controller import PROGRAM, PROGRAMS, PROVIDERS, ROUTING_ARGUMENTS
from netverify.model.pod_network import HostPort, PodNetwork
from netverify.patterns import pattern

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


# The arguments of containers that tell a controller of Ingresses what to serve.
# Source: "Define a Command and Arguments for a Container" (``$(NAME)``); pflag, flag and kingpin (one dash or two, the
# value behind ``=`` or in the next argument); Kong and Traefik (variables that stand for arguments).

_Container: TypeAlias = tuple[Value, Value, Value, Value]

_VARIABLE = pattern(r"\$\(([-._a-zA-Z][-._a-zA-Z0-9]*)\)")
_OF_VARIABLES = (("CONTROLLER_", "-"), ("KONG_", "_"), ("TRAEFIK_", "."))
"""How variables begin that stand for arguments, and what their underscores stand for."""
_BEGINNINGS = tuple(prefix for prefix, _ in _OF_VARIABLES)
_SHORT = 256
_ENDINGS = frozenset(program.rpartition("/")[2] for program in PROGRAMS)


def routing_arguments(containers: Iterable[_Container], namespace: str) -> Mapping[str, tuple[str, ...]]:
    """Those of ``containers`` of pods in ``namespace``, by name, each with its values in order; most pods have none.

    A container is its ``image``, ``command``, ``args`` and ``env`` as they are written, of whatever type.
    """
    found: dict[str, list[str]] = defaultdict(list)
    for image, command, args, env in containers:
        if not (command or args or env or image):
            continue
        own = [*_programs(image, command, args)]
        if command or args:
            own += _arguments(_words(command, args))
        own += [*_variables(env)] if env else ()
        known = _values(env, namespace) if own else {}
        for name, value in own:
            found[name].append(_expanded(value, known))
    return {name: tuple(dict.fromkeys(values)) for name, values in sorted(found.items())} if found else {}


def _programs(image: Value, command: Value, args: Value) -> Iterator[tuple[str, str]]:
    """The first of the image, the command and the arguments that is the program of a controller."""
    texts = [image.partition("@")[0]] if isinstance(image, str) else []
    for given in (command, args):
        texts += [one for one in given if isinstance(one, str)] if isinstance(given, list) else []
    for text in texts:
        if program := _known_program(text) if len(text) < _SHORT else _program(text):
            yield PROGRAM, program
            return


def _program(text: str) -> str:
    """The program of a controller that ``text`` begins with, by a path or as an image; empty if it is none."""
    path = text.split(maxsplit=1)[0] if text.strip() else ""
    if (ending := path.rpartition("/")[2].partition(":")[0]) in _ENDINGS:
        whole = f"/{path.rpartition('/')[0]}/{ending}"
        for program in PROGRAMS:
            if whole.endswith(f"/{program}"):
                return program
    return ""


_known_program = lru_cache(maxsize=4096)(_program)


def _words(command: Value, args: Value) -> Iterator[str]:
    """The arguments; those of a shell's command line each by itself."""
    for given in (command, args):
        for text in given if isinstance(given, list) else ():
            if isinstance(text, str):
                yield from text.split() if " -" in text or "\n" in text else (text,)


def _arguments(words: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Name and value of each argument that is kept; the value is empty where there is none."""
    waiting = ""
    for word in words:
        if not word.startswith("-"):
            if waiting:
                yield waiting, word
            waiting = ""
            continue
        if waiting:
            yield waiting, ""
        name, separator, value = word.lstrip("-").partition("=")
        name, waiting = name.lower(), ""
        if _is_kept(name) and separator:
            yield name, value.strip("\"'")
        elif _is_kept(name):
            waiting = name
    if waiting:
        yield waiting, ""


def _is_kept(name: str) -> bool:
    return name in ROUTING_ARGUMENTS or name.startswith(PROVIDERS)


def _variables(env: Value) -> Iterator[tuple[str, str]]:
    for item in env if isinstance(env, list) else ():
        name = item.get("name") if isinstance(item, dict) else None
        if not (isinstance(name, str) and name.startswith(_BEGINNINGS)):
            continue
        for prefix, separator in _OF_VARIABLES:
            if name.startswith(prefix):
                argument = name.removeprefix(prefix).replace("_", separator).lower()
                value = item.get("value")
                if _is_kept(argument):
                    yield argument, value if isinstance(value, str) else f"$({name})"


def _values(env: Value, namespace: str) -> dict[str, str]:
    """The variables whose value is written, or is the namespace of the pod."""
    values: dict[str, str] = {}
    for item in env if isinstance(env, list) else ():
        if not isinstance(item, dict) or not isinstance(item.get("name"), str):
            continue
        if isinstance(item.get("value"), str):
            values[item["name"]] = item["value"]
        source = item.get("valueFrom")
        field = source.get("fieldRef") if isinstance(source, dict) else None
        if isinstance(field, dict) and field.get("fieldPath") == "metadata.namespace":
            values[item["name"]] = namespace
    return values


def _expanded(text: str, values: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: values.get(found.group(1), found.group()), text)
