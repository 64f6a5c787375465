"""What predicates mention: the labels, addresses, ports and behaviours that they tell apart."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from typing import assert_never

from netverify.model.addresses import AddressRange
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import LabelSelector
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    Behaves,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    NamedPort,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
    Unspecified,
)
from netverify.policy.table import RuleTable, open_ties
from netverify.policy.visit import predicates_of
from netverify.records import dataclass


@dataclass(slots=True)
class Mentions:
    """What the predicates of an obligation mention, collected by :func:`collect`."""

    pod_labels: dict[End, dict[str, set[str]]] = field(default_factory=lambda: {end: {} for end in End})
    namespace_labels: dict[str, set[str]] = field(default_factory=dict)
    ranges: set[AddressRange] = field(default_factory=set)
    addressed: set[End] = field(default_factory=set)
    port_names: set[NamedPort] = field(default_factory=set)
    behaviours: set[Behaviour] = field(default_factory=set)
    unspecified: set[Unspecified] = field(default_factory=set)
    ports: set[int] = field(default_factory=set)
    workloads: set[WorkloadKey] = field(default_factory=set)
    service_accounts: dict[End, set[str]] = field(default_factory=lambda: {end: set() for end in End})
    _seen: dict[int, Predicate] = field(default_factory=dict)

    def is_new(self, predicate: Predicate) -> bool:
        """Whether that very object comes for the first time; rules share many of their parts."""
        if id(predicate) in self._seen:
            return False
        self._seen[id(predicate)] = predicate
        return True

    def add(self, other: Mentions) -> None:
        """Add what ``other`` mentions."""
        for end in End:
            _add_values(self.pod_labels[end], other.pod_labels[end])
            self.service_accounts[end] |= other.service_accounts[end]
        _add_values(self.namespace_labels, other.namespace_labels)
        self.ranges |= other.ranges
        self.addressed |= other.addressed
        self.port_names |= other.port_names
        self.behaviours |= other.behaviours
        self.unspecified |= other.unspecified
        self.ports |= other.ports
        self.workloads |= other.workloads


def _add_values(into: dict[str, set[str]], values: Mapping[str, set[str]]) -> None:
    for key, named in values.items():
        into.setdefault(key, set()).update(named)


def collect(predicate: Predicate, mentions: Mentions) -> None:  # noqa: C901, PLR0912 - one arm for each node type
    """Add what ``predicate`` mentions."""
    match predicate:
        case InNamespace() | IsPod() | OnHostNetwork() | SameNode():
            pass
        case PodMatches(end, selector):
            _collect_selector(selector, mentions.pod_labels[end])
        case All(parts) | AnyOf(parts):
            if mentions.is_new(predicate):
                for part in parts:
                    collect(part, mentions)
        case Not(part):
            collect(part, mentions)
        case NamespaceMatches(_, selector):
            _collect_selector(selector, mentions.namespace_labels)
        case AddressIn(end, ranges):
            mentions.ranges.update(ranges)
            mentions.addressed.add(end)
        case NamedPort():
            mentions.port_names.add(predicate)
            mentions.behaviours.add(Behaviour.INIT_CONTAINER_PORTS_NAMED)
        case Behaves(behaviour):
            mentions.behaviours.add(behaviour)
        case Unspecified():
            mentions.unspecified.add(predicate)
        case PortIn(_, ports):
            for first, last in ports.ranges:
                mentions.ports.update((first, last + 1))
        case IsWorkload(_, key):
            mentions.workloads.add(key)
        case HasServiceAccount(end, name):
            mentions.service_accounts[end].add(name)
        case _ as never:
            assert_never(never)


def collect_table(table: RuleTable, mentions: Mentions) -> None:
    """Add what ``table`` mentions, and what is left open about the order of its rules."""
    for predicate in predicates_of(table):
        collect(predicate, mentions)
    for one in table.every():
        for tier in one.tiers:
            if any(rule.tie for rule in tier.rules):
                mentions.unspecified.update(open_ties(tier, one.direction))


def _collect_selector(selector: LabelSelector, into: dict[str, set[str]]) -> None:
    for requirement in selector.requirements:
        into.setdefault(requirement.key, set()).update(requirement.values)
