"""Facts from plain parts that have passed validation: equal parts give one and the same object."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import TypeAlias

from netverify.model.cluster import DEFAULT_SERVICE_ACCOUNT, ContainerPort
from netverify.model.labels import Labels, LabelSelector, Operator, Requirement, selector_of
from netverify.model.network_policy import PolicyPort
from netverify.model.pod_network import PLAIN, DnsPolicy, PodNetwork
from netverify.model.traffic import Protocol

Expression: TypeAlias = tuple[str | None, str | None, tuple[str | None, ...]]
"""Key, operator and values of a requirement, as written."""

SelectorParts: TypeAlias = tuple[tuple[tuple[str, str | None], ...], tuple[Expression, ...]]
"""The labels and the requirements of a selector, as written."""

OpenLabels: TypeAlias = Mapping[str, tuple[str, ...] | None]

HEADLESS = "None"
"""The ``clusterIP`` of a Service without an address."""

_ABOUT_TRAFFIC = (
    "cloud.google.com/",
    "networking.gke.io/",
    "service.beta.kubernetes.io/",
    "service.kubernetes.io/",
)
_REVISION = "controller-revision-hash"
LISTED_REPLICAS = 64
"""Up to so many replicas, what differs between them is listed one by one."""


@lru_cache(maxsize=16384)
def selector(labels: tuple[tuple[str, str | None], ...], expressions: tuple[Expression, ...]) -> LabelSelector:
    """The selector of ``matchLabels`` and ``matchExpressions``; null stands for the empty string."""
    requirements = tuple(
        Requirement(key or "", Operator(operator or ""), tuple(sorted({value or "" for value in values})))
        for key, operator, values in expressions
    )
    return selector_of({key: value or "" for key, value in labels}, requirements)


def protocol(written: str | None) -> Protocol:
    """The protocol of a port of a container, a Service or endpoints; a missing or empty one is TCP."""
    return Protocol(written) if written else Protocol.TCP


def traffic_annotations(annotations: Labels) -> Labels:
    """Of the annotations of a Service those that may say how traffic is to arrive, in order."""
    return {key: value for key, value in sorted(annotations.items()) if key.startswith(_ABOUT_TRAFFIC)}


@lru_cache(maxsize=4096)
def policy_port(protocol: str | None, port: int | str | None, end_port: int | None) -> PolicyPort:
    """One item of a policy's ``ports``; without a protocol it is TCP."""
    return PolicyPort(Protocol.TCP if protocol is None else Protocol(protocol), port, end_port)


@lru_cache(maxsize=4096)
def container_port(
    number: int, written: str | None, name: str | None, *, init: bool, sidecar: bool = False
) -> ContainerPort:
    """One item of a container's ``ports``, whose protocol is as ``written``."""
    return ContainerPort(number, protocol(written), name or "", init, sidecar)


@lru_cache(maxsize=4096)
def pod_network(policy: str | None, governing_service: str = "", ordinals: tuple[int, int] | None = None) -> PodNetwork:
    """The network of pods whose template says no more of it than a ``dnsPolicy``."""
    return one_of_equals(
        PodNetwork(dns_policy=dns_policy(policy), governing_service=governing_service, ordinals=ordinals)
    )


def dns_policy(written: str | None) -> DnsPolicy:
    """The ``dnsPolicy`` of a pod."""
    return DnsPolicy(written) if written else DnsPolicy.CLUSTER_FIRST


@lru_cache(maxsize=4096)
def one_of_equals(network: PodNetwork) -> PodNetwork:
    """The first that was seen of all that equal ``network``."""
    return PLAIN if network == PLAIN else network


def service_account(name: str | None, alias: str | None) -> str:
    """The service account of a pod with that ``serviceAccountName``, and ``serviceAccount``, its old name.

    Source: ``pkg/apis/core/v1/conversion.go``, and the admission plugin ServiceAccount.
    """
    return name or alias or DEFAULT_SERVICE_ACCOUNT


def deployment_labels() -> OpenLabels:
    """The labels that a Deployment adds to its pods."""
    return {"pod-template-hash": None}


def daemon_set_labels() -> OpenLabels:
    """The labels that a DaemonSet adds to its pods."""
    return {_REVISION: None, "pod-template-generation": None}


def stateful_set_labels(name: str, replicas: int | None, start: int) -> OpenLabels:
    """The labels of a StatefulSet's pods; without ``replicas`` any number may run, as an autoscaler may set it."""
    ordinals = None
    if replicas is not None and 0 < replicas <= LISTED_REPLICAS:
        ordinals = tuple(str(number) for number in range(start, start + replicas))
    return {
        _REVISION: None,
        "apps.kubernetes.io/pod-index": ordinals,
        "statefulset.kubernetes.io/pod-name": ordinals and tuple(f"{name}-{number}" for number in ordinals),
    }
