"""The ends of a flow in words."""

from __future__ import annotations

from collections.abc import Mapping

from netverify.model.cluster import DEFAULT_SERVICE_ACCOUNT, NODE, Cluster, ContainerPort, is_node
from netverify.model.flow import End, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL, Labels
from netverify.query.outcome import Witness


def labels_text(labels: Labels) -> str:
    """``app=web,tier=db``, in the order of keys."""
    return ",".join(f"{key}={value}" for key, value in sorted(labels.items()))


def namespace_is_declared(name: str, cluster: Cluster) -> bool:
    """Whether a Namespace object called ``name`` is in the manifests."""
    known = cluster.namespaces.get(name)
    return known is not None and known.declared


def _free_namespace_labels(pod: Pod, cluster: Cluster) -> Mapping[str, str]:
    """The labels that the witness gives to a namespace whose labels the manifests do not tell."""
    if namespace_is_declared(pod.namespace, cluster):
        return {}
    return {key: value for key, value in pod.namespace_labels.items() if key != NAMESPACE_NAME_LABEL}


def _port_text(port: ContainerPort) -> str:
    number = f"{port.protocol} {port.number}"
    return f"{number} `{port.name}`" if port.name else number


def _possible_pod_text(pod: Pod, cluster: Cluster) -> str:
    free = _free_namespace_labels(pod, cluster)
    if pod.namespace in cluster.namespaces:
        parts = [
            f"a pod in namespace {pod.namespace}",
            *([f"(if that has labels {labels_text(free)})"] if free else []),
        ]
    else:
        named = f"{pod.namespace} with labels {labels_text(free)}" if free else pod.namespace
        parts = [f"a pod in a namespace that is not in these manifests ({named})"]
    parts.append(f"with labels {labels_text(pod.labels)}" if pod.labels else "without any label")
    if pod.service_account != DEFAULT_SERVICE_ACCOUNT:
        parts.append(f"and service account {pod.service_account}")
    if pod.ports:
        parts.append(f"that declares {', '.join(_port_text(port) for port in pod.ports)}")
    return " ".join(parts)


def _existing_pod_text(pod: Pod, cluster: Cluster, *, second: bool, at_destination: bool) -> str:
    key = pod.workload
    assert key is not None
    if key == NODE:
        return "a node of the cluster" + ("" if at_destination else ", in place of its client")
    if is_node(key):
        text = str(key)
        return text if key.name == str(pod.address) else f"{text} at {pod.address}"
    text = f"pod {key.namespace}/{key.name}" if key.kind == "Pod" else f"{'another ' if second else ''}pod of {key}"
    if free := _free_namespace_labels(pod, cluster):
        text += f" (if namespace {pod.namespace} has labels {labels_text(free)})"
    return text


def endpoint_text(witness: Witness, end: End, cluster: Cluster) -> str:
    """What is at ``end`` of the witness: ``pod of b/pg[StatefulSet]``, or a possible pod with what it needs."""
    endpoint = witness.flow.at(end)
    if isinstance(endpoint, External):
        return f"address {endpoint.address} outside the cluster"
    if endpoint.workload == NODE and end is End.DESTINATION:
        text = "a node of the cluster"
    elif endpoint.workload is None:
        text = _possible_pod_text(endpoint, cluster)
    else:
        source = witness.flow.source
        at_destination = end is End.DESTINATION
        second = at_destination and isinstance(source, Pod) and source.workload == endpoint.workload
        text = _existing_pod_text(endpoint, cluster, second=second, at_destination=at_destination)
    if endpoint.is_node and endpoint.workload != NODE:
        return text
    if endpoint.host_network and not endpoint.is_node:
        text += " on the host network"
    if witness.address_matters(end):
        text += f" with address {endpoint.address}"
    return text


def port_text(flow: Flow, *, matters: bool) -> str:
    """``TCP 5432``; an arbitrary port says so."""
    return f"{flow.protocol} {flow.port}" if matters else f"{flow.protocol} {flow.port} (or another port)"
