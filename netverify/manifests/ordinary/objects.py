"""One ordinary object of a modelled kind, read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from netverify.manifests.document import Document, Value
from netverify.manifests.facts.stored import (
    OpenLabels,
    daemon_set_labels,
    deployment_labels,
    pod_network,
    stateful_set_labels,
)
from netverify.manifests.gathered import ReadObject
from netverify.manifests.ordinary.metadata import METADATA, check_annotations, identity, labels
from netverify.manifests.ordinary.pods import template
from netverify.manifests.ordinary.policies import SELECTOR, policy
from netverify.manifests.ordinary.services import service
from netverify.manifests.ordinary.unusual import UnusualError, mapping, text
from netverify.manifests.validation.names import is_dns_label, is_dns_subdomain
from netverify.model.cluster import Namespace, Workload, WorkloadKey
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.pod_network import PodNetwork

OBJECT = frozenset({"apiVersion", "kind", "metadata", "spec"})
NAMESPACE = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})
NAMESPACE_SPEC = frozenset({"finalizers"})
CONTROLLER = frozenset({"apiVersion", "kind", "metadata", "spec", "status"})
_REPLICATED = frozenset({"minReadySeconds", "selector", "template"})
SPECS: Mapping[str, frozenset[str]] = MappingProxyType(
    {
        "Deployment": _REPLICATED
        | {"paused", "progressDeadlineSeconds", "replicas", "revisionHistoryLimit", "strategy"},
        "StatefulSet": _REPLICATED
        | {
            "persistentVolumeClaimRetentionPolicy",
            "podManagementPolicy",
            "replicas",
            "revisionHistoryLimit",
            "serviceName",
            "updateStrategy",
            "volumeClaimTemplates",
        },
        "DaemonSet": _REPLICATED | {"revisionHistoryLimit", "updateStrategy"},
        "ReplicaSet": _REPLICATED | {"replicas"},
    }
)
"""The fields of each controller's ``spec``, without ``ordinals`` of a StatefulSet."""
_MAX_INT32 = 2**31 - 1


def read_ordinary(document: Document, kind: str, default_namespace: str) -> ReadObject | None:
    """The object of the modelled ``kind`` that ``document`` is; None where it is for the full reading to say."""
    reader = _READERS.get(kind)
    try:
        return None if reader is None else reader(document, kind, default_namespace)
    except UnusualError:
        return None


def _namespace(document: Document, kind: str, default_namespace: str) -> ReadObject:
    del kind, default_namespace
    value = mapping(document.value, NAMESPACE)
    mapping(value.get("spec"), NAMESPACE_SPEC)
    meta = mapping(value.get("metadata"), METADATA)
    written = text(meta.get("name"))
    known = labels(meta.get("labels"))
    if (
        not is_dns_label(written)
        or known.get(NAMESPACE_NAME_LABEL, written) != written
        or meta.get("namespace") is not None
        or "generateName" in meta
        or "ownerReferences" in meta
    ):
        raise UnusualError
    check_annotations(meta.get("annotations"))
    name = document.namespace or written
    every = dict(sorted((known | {NAMESPACE_NAME_LABEL: name}).items()))
    return ReadObject(Namespace(name, every, declared=True, origin=document.origin()))


def _network_policy(document: Document, kind: str, default_namespace: str) -> ReadObject:
    del kind
    mapping(document.value, OBJECT)
    who = identity(document, default_namespace)
    return ReadObject(policy(document, who), who.owner, who.placed)


def _service(document: Document, kind: str, default_namespace: str) -> ReadObject:
    del kind
    who = identity(document, default_namespace, is_dns_label)
    return ReadObject(service(document, who), who.owner, who.placed)


def _controller(document: Document, kind: str, default_namespace: str) -> ReadObject:
    value = mapping(document.value, CONTROLLER)
    who = identity(document, default_namespace, is_dns_label if kind == "StatefulSet" else is_dns_subdomain)
    spec = mapping(value.get("spec"), SPECS[kind])
    replicas = spec.get("replicas")
    if replicas is not None and (replicas.__class__ is not int or not 0 <= replicas <= _MAX_INT32):
        raise UnusualError
    pods = template(spec.get("template"), who.namespace)
    _check_selector(spec.get("selector"), pods.labels)
    added = _added_labels(kind, who.name, replicas)
    if not added.keys().isdisjoint(pods.labels):
        raise UnusualError
    fact = Workload(
        key=WorkloadKey(who.namespace, who.name, kind),
        labels=pods.labels,
        ports=pods.ports,
        host_network=pods.host_network,
        open_labels=added,
        origin=document.origin(),
        network=_network(spec, kind, pods.dns_policy, replicas),
        arguments=pods.arguments,
        service_account=pods.service_account,
        node=pods.node,
    )
    return ReadObject(fact, who.owner, who.placed, ended=kind == "ReplicaSet" and replicas == 0)


def _check_selector(value: Value, pod_labels: dict[str, str]) -> None:
    """A selector that only asks for labels which are there as written."""
    wanted = labels(mapping(value, SELECTOR).get("matchLabels"))
    if not wanted or "matchExpressions" in value or not wanted.items() <= pod_labels.items():
        raise UnusualError


def _added_labels(kind: str, name: str, replicas: int | None) -> OpenLabels:
    if kind == "Deployment":
        return deployment_labels()
    if kind == "DaemonSet":
        return daemon_set_labels()
    if kind == "StatefulSet":
        return stateful_set_labels(name, replicas, 0)
    return {}


def _network(spec: dict[str, Value], kind: str, dns_policy: str | None, replicas: int | None) -> PodNetwork:
    if kind != "StatefulSet":
        return pod_network(dns_policy)
    name = spec.get("serviceName")
    if name is not None and not is_dns_label(text(name)):
        raise UnusualError
    return pod_network(dns_policy, name or "", None if replicas is None else (0, replicas))


_READERS: Mapping[str, Callable[[Document, str, str], ReadObject]] = MappingProxyType(
    {
        "Namespace": _namespace,
        "NetworkPolicy": _network_policy,
        "Service": _service,
        **dict.fromkeys(SPECS, _controller),
    }
)
