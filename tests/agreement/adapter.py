"""Hands the manifests of the generators to the real pipeline, and their connections to the readings."""

import json

from agreement.pipeline import read_inventory
from generators.written_forms import documents_of
from netverify.model.addresses import parse_address
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import ContainerPort, WorkloadKey
from netverify.model.flow import External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.model.traffic import Protocol


def inventory_of(cluster):
    """The inventory of the manifests, read by the package from JSON text; none may be refused or left out."""
    inventory = read_inventory(text_of(cluster))
    assert len(inventory.cluster.network_policies) == len(cluster["policies"])
    assert len(inventory.cluster.workloads) == len(cluster["workloads"])
    assert len(inventory.cluster.cluster_policies) == len(cluster.get("clusterPolicies", ()))
    return inventory


def text_of(cluster):
    """All manifests of ``cluster`` as YAML documents, each in JSON."""
    return "\n---\n".join(map(json.dumps, documents_of(cluster)))


def flow_of(cluster, point):
    """The connection of ``point`` through the package's ``cluster``: facts about existing pods are its own."""
    source, destination = point["source"], point["destination"]
    node = source.get("node")
    return Flow(
        endpoint_of(cluster, source),
        endpoint_of(cluster, destination),
        Protocol(point["protocol"]),
        point["port"],
        same_node=node is not None and node == destination.get("node"),
    )


def endpoint_of(cluster, end):
    """The end of a connection as the package sees it."""
    address = parse_address(end["address"])
    if "pod" not in end:
        return External(address)
    manifest = end["pod"]
    namespace = manifest["metadata"].get("namespace") or "default"
    if end.get("workload") is None:
        return possible_pod(cluster, manifest, namespace, address, end)
    key = WorkloadKey(namespace, manifest["metadata"]["name"], manifest["kind"])
    (workload,) = (workload for workload in cluster.workloads if workload.key == key)
    return Pod(
        namespace,
        namespace_labels(cluster, namespace, end),
        {**(end.get("addedLabels") or {}), **workload.labels},
        address,
        workload.ports,
        host_network=workload.host_network,
        workload=key,
    )


def possible_pod(cluster, manifest, namespace, address, end):
    """A pod that is in no manifest."""
    spec = manifest["spec"]
    containers = [(container, False) for container in spec["containers"]]
    containers += [(container, True) for container in spec.get("initContainers") or []]
    return Pod(
        namespace,
        namespace_labels(cluster, namespace, end),
        texts(manifest["metadata"].get("labels")),
        address,
        tuple(
            ContainerPort(
                port["containerPort"], Protocol(port.get("protocol") or "TCP"), port.get("name") or "", init=init
            )
            for container, init in containers
            for port in container.get("ports") or []
        ),
        host_network=bool(spec.get("hostNetwork")),
    )


def namespace_labels(cluster, namespace, end):
    """The labels of a namespace: the package's own where it is declared, free ones where it is not."""
    known = cluster.namespaces.get(namespace)
    if known is not None and known.declared:
        return known.labels
    return {**texts(end.get("namespaceLabels")), NAMESPACE_NAME_LABEL: namespace}


def texts(labels):
    return {key: value or "" for key, value in (labels or {}).items()}


def behaviours_of(named):
    """Behaviours by name as the package's own."""
    return {Behaviour(name): value for name, value in named.items()}
