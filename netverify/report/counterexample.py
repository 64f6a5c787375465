"""The pods of a witness as YAML that ``kubectl apply`` takes.

Every scalar that comes from outside is written as a JSON string, which YAML reads as the same string whatever it is.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TypeAlias

from netverify.model.cluster import DEFAULT_SERVICE_ACCOUNT, Cluster
from netverify.model.flow import End, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL
from netverify.query.outcome import Answer
from netverify.report.endpoint_text import endpoint_text, namespace_is_declared, port_text
from netverify.visible import visible

IMAGE = "registry.k8s.io/pause:3.10"
"""What the pods run: it does nothing, and every cluster can pull it."""

_FIELDS = frozenset(
    ("apiVersion", "kind", "metadata", "name", "namespace", "labels", "spec", "hostNetwork", "containers", "image"),
) | {"ports", "containerPort", "protocol", "serviceAccountName"}

Tree: TypeAlias = "Mapping[str, Tree] | list[Tree] | str | int | bool"


def _written(tree: Tree, indent: str) -> list[str]:
    """``tree`` in YAML's block style; strings and empty collections in JSON's."""
    match tree:
        case Mapping() if tree:
            return [row for key, value in tree.items() for row in _pair(_key(key), value, indent)]
        case list() if tree:
            rows = [_written(item, f"{indent}  ") for item in tree]
            return [row for first, *rest in rows for row in (f"{indent}- {first.lstrip()}", *rest)]
        case _:
            return [f"{indent}{json.dumps(tree)}"]


def _key(key: str) -> str:
    return key if key in _FIELDS else json.dumps(key)


def _pair(key: str, value: Tree, indent: str) -> list[str]:
    if isinstance(value, Mapping | list) and value:
        return [f"{indent}{key}:", *_written(value, f"{indent}  ")]
    return [f"{indent}{key}: {json.dumps(value)}"]


def _namespace(pod: Pod) -> Tree:
    labels = {key: value for key, value in sorted(pod.namespace_labels.items()) if key != NAMESPACE_NAME_LABEL}
    metadata: dict[str, Tree] = {"name": pod.namespace}
    if labels:
        metadata["labels"] = labels
    return {"apiVersion": "v1", "kind": "Namespace", "metadata": metadata}


def _pod(pod: Pod, name: str) -> Tree:
    container: dict[str, Tree] = {"name": "main", "image": IMAGE}
    if pod.ports:
        container["ports"] = [
            {
                **({"name": port.name} if port.name else {}),
                "containerPort": port.number,
                "protocol": port.protocol.value,
            }
            for port in pod.ports
        ]
    metadata: dict[str, Tree] = {"name": name, "namespace": pod.namespace}
    if pod.labels:
        metadata["labels"] = dict(sorted(pod.labels.items()))
    spec: dict[str, Tree] = {"hostNetwork": True} if pod.host_network else {}
    if pod.service_account != DEFAULT_SERVICE_ACCOUNT:
        spec["serviceAccountName"] = pod.service_account
    return {"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": {**spec, "containers": [container]}}


def _objects(flow: Flow, cluster: Cluster) -> list[Tree]:
    ends = [(end, flow.at(end)) for end in End]
    possible = [(end, pod) for end, pod in ends if isinstance(pod, Pod) and pod.workload is None]
    pods = {pod.namespace: pod for _, pod in reversed(ends) if isinstance(pod, Pod)}
    missing = [pod for name, pod in sorted(pods.items()) if not namespace_is_declared(name, cluster)]
    return [*map(_namespace, missing), *(_pod(pod, f"netverify-{end}") for end, pod in possible)]


def _comments(answer: Answer, cluster: Cluster) -> list[str]:
    witness = answer.witness
    if witness is None:
        return [f"no counterexample: the answer is {answer.verdict}"]
    ends = [f"{end}: {endpoint_text(witness, end, cluster)}" for end in End]
    needs = [f"only where {b} is {'true' if value else 'false'}" for b, value in witness.needs]
    place = ["both on one node"] if witness.flow.same_node else []
    return [*ends, f"traffic: {port_text(witness.flow, matters=witness.port_matters)}", *place, *needs]


def render_counterexample(answer: Answer, cluster: Cluster) -> str:
    """The witness's possible pods, and the namespaces that no Namespace object declares; its other ends in comments.

    Comments alone when there is no witness, or nothing to create.
    """
    comments = [f"netverify: {answer.question}", f"{answer.verdict}", *_comments(answer, cluster)]
    rows = [f"# {visible(comment)}" for comment in comments]
    objects = _objects(answer.witness.flow, cluster) if answer.witness else []
    if answer.witness and not objects:
        rows.append("# nothing to create: both ends exist")
    for tree in objects:
        rows += ["---", *_written(tree, "")]
    return "\n".join(rows) + "\n"
