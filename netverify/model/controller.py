"""What tells the controller of Ingresses, Gateways or Routes where to send traffic, besides these objects themselves.

Source: the command line of each project's controller.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from types import MappingProxyType

from netverify.diagnostics import Origin
from netverify.records import dataclass

STREAMS: Mapping[str, str] = MappingProxyType(
    {"tcp-services-configmap": "TCP", "configmap-tcp-services": "TCP", "udp-services-configmap": "UDP"}
)
"""Arguments that name a ConfigMap in which each entry opens a port, with the protocol of that port."""

SETTINGS = ("configmap", "nginx-configmaps")
"""Arguments that name a ConfigMap of settings for all that the controller serves."""

DEFAULT_BACKENDS = ("default-backend-service", "default-service")
"""Arguments that name the Service for requests which no rule matches."""

CLASSES = ("controller-class", "ingress-class", "ingress.class", "ingress-class-name")
"""Arguments that say which class of Ingresses the controller serves."""

ROUTES_ELSEWHERE = ("configfile", "declarative_config", "nginx_http_include", "nginx_proxy_include")
"""Arguments and variables that name a file with routes, or with settings that may hold routes."""

WATCHED = "watch-namespace"
"""The argument that names the only namespaces of which the controller serves Ingresses."""

PREFIX = "annotations-prefix"
"""The argument of ingress-nginx that says how its annotations begin."""

PROVIDERS = "providers."
"""How arguments of Traefik begin that say where it takes routes from."""

LOCAL_ADDRESSES = "localip"
"""The argument of NodeLocal DNSCache that says at which addresses of the node it listens."""

ROUTING_ARGUMENTS = frozenset(
    (*STREAMS, *SETTINGS, *DEFAULT_BACKENDS, *CLASSES, *ROUTES_ELSEWHERE, PREFIX, WATCHED, LOCAL_ADDRESSES)
)
"""Every argument, without its dashes and in lower case, that is kept of a workload; those of Traefik come on top."""

PROGRAM = "program"
"""What stands for the program of a container among its arguments, if it is one of :data:`PROGRAMS`."""

NODE_CACHES = frozenset({"k8s-dns-node-cache", "node-cache"})
"""How the image and the command of NodeLocal DNSCache end, which is no controller, but looked for as these are."""

PROGRAMS = (
    *sorted(NODE_CACHES),
    "haproxy-ingress",
    "haproxy-ingress-controller",
    "haproxytech/kubernetes-ingress",
    "ingress-nginx/controller",
    "kong/kubernetes-ingress-controller",
    "nginx-ingress",
    "nginx-ingress-controller",
    "traefik",
)
"""How images and commands of controllers end, by whole names."""

NAMES_CONFIG_MAP = frozenset((*STREAMS, *SETTINGS))
"""The arguments whose value is a ConfigMap, as ``NAMESPACE/NAME``."""


@dataclass(frozen=True, slots=True)
class ConfigEntry:
    """One item of ``data``. ``value`` is for routing alone to read: it is never shown as it is."""

    key: str
    value: str = field(repr=False)
    origin: Origin | None = None


@dataclass(frozen=True, slots=True)
class ConfigMap:
    """A stored ConfigMap that an argument of a controller names; no other is kept."""

    namespace: str
    name: str
    entries: tuple[ConfigEntry, ...] = ()
    origin: Origin | None = None

    def __str__(self) -> str:
        return f"{self.namespace}/{self.name}"


def named_config_maps(arguments: Mapping[str, tuple[str, ...]], home: str) -> frozenset[tuple[str, str]]:
    """Namespace and name of each ConfigMap that ``arguments`` of a pod in namespace ``home`` name."""
    values = (value for name in NAMES_CONFIG_MAP.intersection(arguments) for value in arguments[name])
    return frozenset(place_of(value, home) for value in values)


def place_of(value: str, home: str) -> tuple[str, str]:
    """The namespace and the name that ``NAMESPACE/NAME`` means in ``home``, which is that of a name alone."""
    namespace, _, name = value.rpartition("/")
    return namespace or home, name
