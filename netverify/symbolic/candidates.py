"""Existing pods, by namespace, and which of many a table may let in.

Everything here errs to one side: a pod that is left out is certainly not let in; one that is found may still not be.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import replace

from netverify.model.cluster import Cluster, Workload, is_node
from netverify.policy.predicate import All, AnyOf, Predicate
from netverify.policy.table import Action, RuleTable, Tier
from netverify.symbolic.scene import Cast, Scene, fold


class WorkloadIndex:
    """The workloads of a cluster by namespace, and apart those on the host network; each list sorted by key.

    ``nodes`` are in no namespace.
    """

    def __init__(self, cluster: Cluster) -> None:
        self.everyone = tuple(sorted(cluster.workloads, key=lambda workload: workload.key))
        in_namespace: dict[str, list[Workload]] = defaultdict(list)
        hosts: dict[str, list[Workload]] = defaultdict(list)
        self.nodes = tuple(workload for workload in self.everyone if is_node(workload.key))
        for workload in self.everyone:
            if is_node(workload.key):
                continue
            in_namespace[workload.key.namespace].append(workload)
            if workload.host_network:
                hosts[workload.key.namespace].append(workload)
        self.in_namespace: Mapping[str, list[Workload]] = dict(in_namespace)
        self.hosts_in_namespace: Mapping[str, list[Workload]] = dict(hosts)
        self.addresses_known = any(workload.known_addresses for workload in self.everyone)


class Admission:
    """Which existing pods at the peer's end one table may allow a flow with; what pods share is looked at once."""

    def __init__(self, table: RuleTable, scene: Scene) -> None:
        self._peer = table.direction.peer
        self._scene = scene
        self._ways: list[Predicate] | None = []
        for tier in table.tiers:  # a pod that this table keeps out is kept out, whatever others say
            self._ways.extend(_ways_in(tier, scene))
            if _decides_all(tier, scene):
                break
        else:
            self._ways = None
        self._ways_from: dict[str, list[Predicate]] = {}

    def admits(self, workload: Workload) -> bool:
        """Whether ``workload`` may be let in."""
        if self._ways is None:
            return True
        ways = self._ways if workload.host_network else self._from(workload.key.namespace, self._ways)
        return any(self._may_hold(way, Cast(workloads=(workload,))) for way in ways)

    def _from(self, namespace: str, ways: list[Predicate]) -> list[Predicate]:
        """The ways that a pod of ``namespace`` can take, whatever its labels, unless it is on the host network."""
        if namespace not in self._ways_from:
            anyone = Cast(namespaces=(namespace,), unnamed=True)
            self._ways_from[namespace] = [way for way in ways if self._may_hold(way, anyone)]
        return self._ways_from[namespace]

    def _may_hold(self, way: Predicate, cast: Cast) -> bool:
        return fold(way, replace(self._scene, casts={**self._scene.casts, self._peer: cast})) is not False


def may_allow(table: RuleTable, scene: Scene) -> bool:
    """Whether ``table`` may allow any flow of ``scene`` at all."""
    return all(_may_allow_alone(one, scene) for one in table.every())


def _may_allow_alone(table: RuleTable, scene: Scene) -> bool:
    for tier in table.tiers:
        if any(True for _ in _ways_in(tier, scene)):
            return True
        if _decides_all(tier, scene):
            return False
    return True


def _ways_in(tier: Tier, scene: Scene) -> Iterator[Predicate]:
    """What each of the rules of ``tier`` allows that may hold in ``scene``; everything where its default allows."""
    subjects = AnyOf(tuple(selection.subject for selection in tier.applies))
    if not tier.applies or fold(All((tier.condition, subjects)), scene) is False:
        return
    for rule in tier.rules:
        allowed = All((rule.peer, rule.traffic, rule.subject, subjects))
        if rule.action is Action.ALLOW and fold(allowed, scene) is not False:
            yield allowed
    if tier.default is Action.ALLOW:
        yield subjects


def _decides_all(tier: Tier, scene: Scene) -> bool:
    """Whether ``tier`` applies to every subject of the scene and leaves nothing to the tiers after it."""
    actions = {tier.default, *(rule.action for rule in tier.rules)}
    if Action.PASS in actions or fold(tier.condition, scene) is not True:
        return False
    return any(fold(selection.subject, scene) is True for selection in tier.applies)
