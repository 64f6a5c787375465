"""Existing pods that a predicate or a table can let in, found by index instead of one by one.

Everything here errs to one side: a pod that is left out is certainly not let in; one that is found may still not be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from functools import cached_property

from netverify.model.cluster import Cluster, Workload, WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import LabelSelector, Operator
from netverify.rules.predicate import All, AnyOf, InNamespace, IsWorkload, OnHostNetwork, PodMatches, Predicate
from netverify.rules.table import Action, RuleTable, Tier
from netverify.symbolic.scene import Scene, fold


class WorkloadIndex:
    """The workloads of a cluster by namespace, by label, and those on the host network; each list sorted by key."""

    def __init__(self, cluster: Cluster) -> None:
        self.everyone = tuple(sorted(cluster.workloads, key=lambda workload: workload.key))
        in_namespace: dict[str, list[Workload]] = defaultdict(list)
        hosts: dict[str, list[Workload]] = defaultdict(list)
        for workload in self.everyone:
            in_namespace[workload.key.namespace].append(workload)
            if workload.host_network:
                hosts[workload.key.namespace].append(workload)
        self.in_namespace: Mapping[str, list[Workload]] = dict(in_namespace)
        self.hosts_in_namespace: Mapping[str, list[Workload]] = dict(hosts)
        self.addresses_known = any(workload.addresses for workload in self.everyone)

    @cached_property
    def _by_label(self) -> Mapping[tuple[str, str], list[Workload]]:
        index: dict[tuple[str, str], list[Workload]] = defaultdict(list)
        for workload in self.everyone:
            for label in workload.labels.items():
                index[label].append(workload)
        return index

    @cached_property
    def _by_open_label(self) -> Mapping[str, list[Workload]]:
        index: dict[str, list[Workload]] = defaultdict(list)
        for workload in self.everyone:
            for key in workload.open_labels:
                index[key].append(workload)
        return index

    def candidates(self, predicate: Predicate, end: End) -> list[Workload] | None:  # noqa: PLR0911 - an arm per node
        """The existing pods at ``end`` that ``predicate`` can hold for; None: perhaps all of them."""
        match predicate:
            case All(parts):
                found = [some for part in parts if (some := self.candidates(part, end)) is not None]
                return min(found, key=len) if found else None
            case AnyOf(parts):
                either = [self.candidates(part, end) for part in parts]
                known = [some for some in either if some is not None]
                return _union(known) if len(known) == len(either) else None
            case InNamespace(at, name) if at is end:
                return self.in_namespace.get(name, [])
            case IsWorkload(at, key) if at is end:
                return [workload for workload in self.in_namespace.get(key.namespace, ()) if workload.key == key]
            case OnHostNetwork(at) if at is end:
                return _union(self.hosts_in_namespace.values())
            case PodMatches(at, selector) if at is end:
                return self._labelled(selector)
            case _:
                return None

    def _labelled(self, selector: LabelSelector) -> list[Workload] | None:
        lists = [
            _union(
                (
                    *(self._by_label.get((requirement.key, value), []) for value in requirement.values),
                    self._by_open_label.get(requirement.key, []),
                ),
            )
            for requirement in selector.requirements
            if requirement.operator is Operator.IN
        ]
        return min(lists, key=len) if lists else None

    def admitted(self, table: RuleTable, scene: Scene) -> list[Workload] | None:
        """The existing pods at the peer's end that ``table`` can allow a flow with; None: perhaps all of them."""
        peer = table.direction.peer
        found: list[list[Workload]] = []
        for tier in table.tiers:
            let_in = self._let_in(tier, peer, scene)
            if let_in is None:
                return None
            found.append(let_in)
            if _decides_all(tier, scene):
                return _union(found)
        return None

    def _let_in(self, tier: Tier, peer: End, scene: Scene) -> list[Workload] | None:
        subjects = AnyOf(tuple(selection.subject for selection in tier.applies))
        if not tier.applies or fold(All((tier.condition, subjects)), scene) is False:
            return []
        found: list[list[Workload]] = []
        for rule in tier.rules:
            both = All((rule.peer, rule.traffic, rule.subject, subjects))
            if rule.action is not Action.ALLOW or fold(both, scene) is False:
                continue
            candidates = self.candidates(both, peer)
            if candidates is None:
                return None
            found.append(candidates)
        return _union(found) if tier.default is not Action.ALLOW else None


def _decides_all(tier: Tier, scene: Scene) -> bool:
    """Whether ``tier`` applies to every subject of the scene and leaves nothing to the tiers after it."""
    actions = {tier.default, *(rule.action for rule in tier.rules)}
    if Action.PASS in actions or fold(tier.condition, scene) is not True:
        return False
    return any(fold(selection.subject, scene) is True for selection in tier.applies)


def _union(lists: Iterable[Iterable[Workload]]) -> list[Workload]:
    found: dict[WorkloadKey, Workload] = {workload.key: workload for some in lists for workload in some}
    return [found[key] for key in sorted(found)]
