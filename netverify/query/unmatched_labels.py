"""Labels in a question that no existing pod has, which may be misspelt."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from netverify.model.cluster import NODES, Cluster, Workload
from netverify.model.labels import LabelSelector, Operator, selector_matches
from netverify.policy.predicate import InNamespace, PodMatches, Predicate
from netverify.policy.visit import conjuncts
from netverify.query.question import Question
from netverify.query.selector_grammar import selector_text
from netverify.query.suggestions import did_you_mean, nearest


def unmatched_labels(question: Question, cluster: Cluster) -> tuple[str, ...]:
    """A line for each end of ``question`` whose labels no pod of ``cluster`` has: the answer is about possible pods."""
    return tuple(line for end in (question.source, question.destination) for line in _of_end(end, cluster))


def _of_end(end: Predicate, cluster: Cluster) -> Iterator[str]:
    parts = tuple(conjuncts(end))
    namespaces = {part.name for part in parts if isinstance(part, InNamespace)} - {NODES}
    pods = [one for one in cluster.workloads if not namespaces or one.key.namespace in namespaces]
    where = f" in namespace {min(namespaces)}" if namespaces else ""
    for part in parts:
        if isinstance(part, PodMatches) and not any(_may_match(part.selector, one) for one in pods):
            meant = did_you_mean(_meant(part.selector, pods or cluster.workloads))
            found = f"in these manifests no pod{where} matches `{selector_text(part.selector)}`"
            yield f"{found}: {meant}" if meant else f"{found}, only pods that could be created"


def _may_match(selector: LabelSelector, pods: Workload) -> bool:
    """Whether ``pods`` match; a label whose value their controller chooses may have any."""
    told = tuple(one for one in selector.requirements if one.key not in pods.open_labels)
    return selector_matches(LabelSelector(told), pods.labels)


def _meant(selector: LabelSelector, pods: Sequence[Workload]) -> tuple[str, ...]:
    """What existing pods have instead of the first key or value of ``selector`` that none of them has."""
    for one in selector.requirements:
        if one.operator not in (Operator.IN, Operator.EXISTS):
            continue
        values = {pod.labels[one.key] for pod in pods if one.key in pod.labels}
        if not values:
            keys = nearest(one.key, {key for pod in pods for key in pod.labels})
            return tuple(f"{key}={value}" for key in keys for value in one.values[:1]) if one.values else keys
        if unknown := [value for value in one.values if value not in values]:
            return tuple(f"{one.key}={value}" for value in nearest(unknown[0], values))
    return ()
