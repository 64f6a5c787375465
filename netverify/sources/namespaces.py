"""Every namespace of a cluster: declared, lived in, or named by a selector."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from netverify.kinds.names import dns_label_problems
from netverify.model.cluster import Cluster, Namespace
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator
from netverify.model.network_policy import NetworkPolicy
from netverify.model.routing import placed_objects


def with_every_namespace(cluster: Cluster) -> Cluster:
    """``cluster`` with the namespaces that it only refers to, in the order of names."""
    namespaces = dict(cluster.namespaces)
    for name in _mentioned(cluster):
        if name not in namespaces:
            namespaces[name] = Namespace(name, {NAMESPACE_NAME_LABEL: name}, declared=False)
    return replace(cluster, namespaces=dict(sorted(namespaces.items())))


def _mentioned(cluster: Cluster) -> Iterator[str]:
    yield from (workload.key.namespace for workload in cluster.workloads)
    yield from (item.namespace for item in cluster.unsupported if item.namespace)
    yield from (one.namespace for one in placed_objects(cluster.routing))
    for policy in cluster.network_policies:
        yield policy.namespace
        for selector in _namespace_selectors(policy):
            yield from _named_by(selector)


def _namespace_selectors(policy: NetworkPolicy) -> Iterator[LabelSelector]:
    for rule in (*policy.ingress, *policy.egress):
        for peer in rule.peers:
            if peer.namespace_selector is not None:
                yield peer.namespace_selector


def _named_by(selector: LabelSelector) -> Iterable[str]:
    """The namespaces that ``selector`` asks for by name, leaving out values that are the name of none."""
    return (
        value
        for requirement in selector.requirements
        if requirement.key == NAMESPACE_NAME_LABEL and requirement.operator is Operator.IN
        for value in requirement.values
        if value and not dns_label_problems(value)
    )
