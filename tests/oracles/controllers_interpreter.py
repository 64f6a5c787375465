"""What is an ingress controller told beside Ingresses? Answered from the manifests themselves, rule by rule.

A part of the judge of ways in. ``Told`` is one thing: ``target`` is ``("service", namespace, name, port)`` as in
``ways_in_interpreter``, ``("outside", name, port)``, ``"nowhere"``, or ``"anywhere"`` where only the controller knows.
Keep it dumb and flat.
"""

from typing import NamedTuple

from oracles.direct_interpreter import kind_of, name_of, namespace_of, pod_of
from oracles.service_interpreter import find, ports_of, protocol_of, type_of

STREAMS = {"tcp-services-configmap": "TCP", "udp-services-configmap": "UDP"}
URLS = ("auth-url", "mirror-target")
NGINX = "nginx.ingress.kubernetes.io/"
CHOOSES = ("proxy_pass", "$service_name")
KNOWN = ("canary", "proxy-body-size")


class Told(NamedTuple):
    kind: str
    namespace: str
    name: str
    by: str
    port: int | None
    protocol: str
    target: object
    controller: tuple | None = None


def told(objects):
    """Everything that arguments, ConfigMaps and annotations say."""
    for one in objects:
        if kind_of(one) == "Ingress":
            yield from by_annotations(objects, one)
        elif kind_of(one) == "Deployment":
            yield from by_arguments(objects, one)


def by_arguments(objects, controller):
    """ "--tcp-services-configmap ... takes the form namespace/name"; one dash will do for programs in Go."""
    home, key = namespace_of(controller), (namespace_of(controller), name_of(controller), kind_of(controller))
    for container in pod_of(controller)["spec"]["containers"]:
        arguments = pairs(container.get("args") or [])
        is_nginx = "ingress-nginx/controller" in container["image"]
        for name, value in arguments:
            place, _, called = value.rpartition("/")
            config = find(objects, "ConfigMap", place or home, called)
            if name in STREAMS and config is None:
                yield Told("Deployment", *key[:2], f"--{name}", None, STREAMS[name], "anywhere", key)
            elif name in STREAMS:
                yield from streams(objects, config, name, key)
            elif name == "default-backend-service":
                target = first_port(objects, place, called)
                yield from (Told("Deployment", *key[:2], f"--{name}", port, "TCP", target, key) for port in (80, 443))
            elif name == "configmap" and is_nginx:
                yield from (
                    Told("Deployment", *key[:2], f"--{name}", None, "TCP", end, key) for end in of(objects, config)
                )


def pairs(arguments):
    for number, text in enumerate(arguments):
        name, given, value = text.lstrip("-").partition("=")
        if text.startswith("-"):
            yield name, value if given else (arguments[number + 1] if number + 1 < len(arguments) else "")


def streams(objects, config, argument, key):
    """ "The key ... indicates the external port ... The value is ... namespace/name:port", perhaps with ``:PROXY``."""
    for port, value in config["data"].items():
        place, slash, rest = value.partition("/")
        name, colon, number = rest.partition(":")
        number = number.split(":")[0]
        target = "anywhere"
        if slash and colon:
            target = at_port(objects, place, name, int(number) if number.isdecimal() else number, STREAMS[argument])
        yield Told("ConfigMap", *place_of(config), f"--{argument}", int(port), STREAMS[argument], target, key)


def of(objects, config):
    """What settings for all lead to."""
    if config is None:
        yield "anywhere"
        return
    for name, value in config["data"].items():
        if name.endswith("snippet") and any(word in value for word in CHOOSES):
            yield "anywhere"
        if name == "global-auth-url":
            yield url(objects, value)


def by_annotations(objects, ingress):
    place = place_of(ingress)
    for annotation, value in (ingress["metadata"].get("annotations") or {}).items():
        name = annotation.removeprefix(NGINX)
        if name in KNOWN:
            continue
        if name == "default-backend":
            target = first_port(objects, place[0], value)  # "must be in the same namespace"
        elif name in URLS:
            target = url(objects, value)
        elif name.endswith("snippet"):
            if not any(word in value for word in CHOOSES):
                continue
            target = "anywhere"
        else:
            target = "anywhere"
        yield Told("Ingress", *place, name, None, "TCP", target)


def url(objects, text):
    """Where nginx connects to for a URL: the Service that its host is the name of, or somewhere outside."""
    scheme, _, rest = text.partition("://")
    host, _, port = rest.split("/")[0].partition(":")
    if "$arg" in host:
        return "anywhere"
    host, port = host.removesuffix("$request_uri"), port.removesuffix("$request_uri")
    number = int(port) if port else {"http": 80, "https": 443}[scheme]
    labels = host.split(".")
    if labels[2:] in (["svc", "cluster", "local"], []):
        if find(objects, "Service", labels[1], labels[0]) is None and len(labels) > 2:
            return "nowhere"
        if find(objects, "Service", labels[1], labels[0]) is not None:
            return at_port(objects, labels[1], labels[0], number, "TCP", by_name=True)
    return ("outside", host, number)


def first_port(objects, place, name):
    """ "The controller configures NGINX to forward requests to the first port of this Service"."""
    service = find(objects, "Service", place, name)
    listed = ports_of(service) if service else []
    return at_port(objects, place, name, listed[0]["port"], "TCP") if listed else "nowhere"


def at_port(objects, place, name, wanted, protocol, *, by_name=False):
    """A port of a Service by number or name; of a headless one that is reached by name, any number."""
    service = find(objects, "Service", place, name)
    if service is None:
        return "nowhere"
    if type_of(service) == "ExternalName":
        return "alias"
    for port in ports_of(service):
        if protocol_of(port) == protocol and wanted in {port["port"], port.get("name")}:
            return ("service", place, name, port["port"])
    if by_name and service["spec"].get("clusterIP") == "None":
        return ("service", place, name, wanted)
    return "nowhere"


def place_of(one):
    return namespace_of(one), name_of(one)
