"""A flow that no rule speaks of, which is what "by default" is about."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property

from netverify.answers.context import Context
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, Requirement
from netverify.model.traffic import EVERY_PORT, PortSet, Protocol, port_set, without
from netverify.rules.mentions import Mentions, collect_table
from netverify.rules.predicate import (
    AddressIn,
    All,
    AnyOf,
    IsPod,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
)


class Stranger:
    """A flow that no rule of ``direction`` for pods of ``namespace`` speaks of.

    Its other end is a pod that has no label, namespace, address or port which they mention, in a namespace that no
    manifest names, so that no policy is about it. What is allowed to it is allowed to anybody: that is what "by
    default" means.
    """

    def __init__(self, context: Context, namespace: str, direction: Direction) -> None:
        cluster = context.inventory.cluster
        mentions = Mentions()
        collect_table(context.policies.slice(direction, (namespace,)), mentions)
        self._mentions = mentions
        self._names = tuple(sorted(cluster.namespaces))
        named = {port.number for workload in cluster.workloads for port in workload.ports if port.name}
        # Mentioned are the first port of a range, and the one after its last.
        self._taken = [*named, *(p for port in mentions.ports for p in (port - 1, port) if p not in (0, 65536))]

    def pod(self, end: End) -> Predicate:
        """The pod, at ``end``."""
        labels = {key for one in End for key in self._mentions.pod_labels[one]}
        of_namespace = set(self._mentions.namespace_labels) - {NAMESPACE_NAME_LABEL}
        elsewhere = Requirement(NAMESPACE_NAME_LABEL, Operator.NOT_IN, self._names)
        parts: list[Predicate] = [
            IsPod(end),
            Not(OnHostNetwork(end)),
            NamespaceMatches(end, LabelSelector(tuple(sorted((elsewhere, *_without(of_namespace)), key=_order)))),
        ]
        if labels:
            parts.append(PodMatches(end, LabelSelector(tuple(_without(labels)))))
        narrow = tuple(sorted(one for one in self._mentions.ranges if one.last - one.first < _WIDE[one.family]))
        if narrow:
            parts.append(Not(AddressIn(end, narrow)))
        return All(tuple(parts))

    @cached_property
    def traffic(self) -> Predicate:
        """Any of the ports that nobody mentions; every port where all are mentioned."""
        rest = without(EVERY_PORT, port_set(*((port, port) for port in sorted(set(self._taken)))))
        ports: PortSet = rest if rest.ranges else EVERY_PORT
        return AnyOf(tuple(PortIn(protocol, ports) for protocol in Protocol))


_WIDE = {4: 2**31 - 1, 6: 2**127 - 1}
"""A range of half of all addresses or more tells nobody apart."""


def _without(keys: set[str]) -> Iterator[Requirement]:
    return (Requirement(key, Operator.DOES_NOT_EXIST) for key in sorted(keys))


def _order(requirement: Requirement) -> tuple[str, str, tuple[str, ...]]:
    return (requirement.key, requirement.operator, requirement.values)
