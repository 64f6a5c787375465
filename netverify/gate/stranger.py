"""A flow that no rule speaks of, which is what "by default" is about."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import assert_never

from netverify.answers.context import Context
from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange, joined, parse_cidr, size, subtract
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, Requirement
from netverify.model.traffic import EVERY_PORT, PortSet, Protocol, port_set, without
from netverify.queries.internet import internet_ranges
from netverify.queries.whereabouts import is_outside
from netverify.rules.mentions import Mentions, collect, collect_table
from netverify.rules.predicate import (
    AddressIn,
    All,
    AnyOf,
    HasServiceAccount,
    IsPod,
    Leaf,
    NamedPort,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
)
from netverify.rules.visit import about_traffic, may_hold


class Stranger:
    """A flow that no rule of ``direction`` for pods of ``namespace`` speaks of.

    Its other end is a pod that has no label, namespace, address or port which they mention, in a namespace that no
    manifest names, so that no policy is about it; or an address outside that they do not mention. What is allowed to
    it is allowed to anybody: that is what "by default" means. Blocks that together have half of all there is mention
    nobody: see :mod:`netverify.gate.stranger`.
    """

    def __init__(self, context: Context, namespace: str, direction: Direction) -> None:
        cluster = context.inventory.cluster
        mentions = Mentions()
        table = context.policies.slice(direction, (namespace,))
        collect_table(table, mentions)
        self._mentions = mentions
        self._names = tuple(sorted(cluster.namespaces))
        named = {port.number for workload in cluster.workloads for port in workload.ports if port.name}
        # Mentioned are the first port of a range, and the one after its last.
        self._taken = [*named, *(p for port in mentions.ports for p in (port - 1, port) if p not in (0, 65536))]
        peers = Mentions()
        for rule in (rule for tier in table.every_tier() for rule in tier.rules if _may_be(rule.traffic, self._ports)):
            collect(rule.peer, peers)
        self._narrow = singled_out(peers.ranges, tuple(map(parse_cidr, context.settings.pod_cidrs)))

    def anyone(self, end: End) -> Predicate:
        """The pod or the address, at ``end``."""
        address = All((is_outside(end), *self._elsewhere(end)))
        return AnyOf((self._pod(end), address))

    def _elsewhere(self, end: End) -> Iterator[Predicate]:
        if self._narrow:
            yield Not(AddressIn(end, self._narrow))

    def _pod(self, end: End) -> Predicate:
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
        accounts = sorted({name for one in End for name in self._mentions.service_accounts[one]})
        parts += [Not(HasServiceAccount(end, name)) for name in accounts]
        return All((*parts, *self._elsewhere(end)))

    @cached_property
    def traffic(self) -> Predicate:
        """Any of the ports that nobody mentions; every port where all are mentioned."""
        return AnyOf(tuple(PortIn(protocol, self._ports) for protocol in Protocol))

    @cached_property
    def _ports(self) -> PortSet:
        rest = without(EVERY_PORT, port_set(*((port, port) for port in sorted(set(self._taken)))))
        return rest if rest.ranges else EVERY_PORT


def _may_be(traffic: Predicate, ports: PortSet) -> bool:
    """Whether ``traffic`` may hold on one of ``ports``, none of which anybody gives a name."""

    def may_be(leaf: Leaf) -> bool:
        match about_traffic(leaf):
            case PortIn(_, own):
                return without(own, ports) != own
            case NamedPort():
                return False
            case None:
                return True
            case _ as never:
                assert_never(never)

    return may_hold(traffic, may_be)


def _without(keys: set[str]) -> Iterator[Requirement]:
    return (Requirement(key, Operator.DOES_NOT_EXIST) for key in sorted(keys))


def _order(requirement: Requirement) -> tuple[str, str, tuple[str, ...]]:
    return (requirement.key, requirement.operator, requirement.values)


_Ranges = tuple[AddressRange, ...]


def singled_out(ranges: Collection[AddressRange], pods: Collection[AddressRange]) -> _Ranges:
    """The parts of ``ranges`` that speak of somebody in particular.

    Not those within a whole of which ``ranges`` have half or more, taken together: all addresses of a family, its
    internet, or ``pods``, the addresses that pods may have as far as that is known.
    """
    internet = internet_ranges()
    wholes = [[EVERY_IPV4], [EVERY_IPV6]]
    wholes += [[one for one in part if one.family == family] for part in (internet, pods) for family in (4, 6)]
    crowded = tuple(one for whole in wholes if whole and _has_half(ranges, whole) for one in whole)
    return tuple(sorted(rest for one in joined(ranges) for rest in subtract(one, crowded)))


def _has_half(ranges: Collection[AddressRange], whole: Sequence[AddressRange]) -> bool:
    left = size(rest for one in whole for rest in subtract(one, joined(ranges)))
    return 2 * left <= size(whole)
