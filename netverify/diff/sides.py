"""Both sides made comparable: one set of namespaces, each with the labels that it has on either side."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from netverify.answers.context import Context
from netverify.answers.settings import Settings
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Cluster, Namespace
from netverify.model.flow import End, Endpoint, External, Flow, Pod
from netverify.model.traffic import Protocol
from netverify.policy.slicing import PolicyIndex
from netverify.records import dataclass
from netverify.symbolic.cluster_index import ClusterIndex, ModelOptions, index_cluster
from netverify.symbolic.refinement import Refinement


@dataclass(frozen=True, slots=True)
class Facts:
    """One side. ``cluster`` has the namespaces of both, and none of the addresses that its pods had."""

    cluster: Cluster
    policies: PolicyIndex


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides under one set of settings."""

    old: Facts
    new: Facts
    settings: Settings

    @property
    def namespaces(self) -> tuple[str, ...]:
        """Every namespace of either side, sorted."""
        return tuple(sorted(self.new.cluster.namespaces))

    def refinement(self, opaque: frozenset[str]) -> Refinement:
        """What solves goals about both sides, whatever policies say in ``opaque`` namespaces."""
        options = ModelOptions(self.settings.pod_cidrs, self.settings.free_named_ports)
        return Refinement(self._index(), options, self.settings.budget, opaque)

    @property
    def fixed(self) -> Mapping[Behaviour, bool]:
        """What the CNI, which is the same on both sides, is taken to do."""
        return self.settings.fixed

    def _index(self) -> ClusterIndex:
        """Port names that existing pods of a namespace declare, on either side; and no address that is taken."""
        numbers: dict[str, dict[tuple[Protocol, str], frozenset[int]]] = {}
        for facts in (self.old, self.new):
            for place, names in index_cluster(facts.cluster).port_numbers.items():
                known = numbers.setdefault(place, {})
                for name, ports in names.items():
                    known[name] = known.get(name, frozenset()) | ports
        return ClusterIndex(self.new.cluster, (), numbers)


def aligned(old: Context, new: Context) -> Sides:
    """Both contexts as sides. The settings are those of ``new``.

    A namespace that is on one side only has the same labels on the other, where it could be created.
    """
    clusters = old.inventory.cluster, new.inventory.cluster
    ours, theirs = (_with_namespaces(one, other) for one, other in (clusters, clusters[::-1]))
    return Sides(Facts(ours, old.policies), Facts(theirs, new.policies), new.settings)


def _with_namespaces(cluster: Cluster, other: Cluster) -> Cluster:
    namespaces: Mapping[str, Namespace] = dict(sorted({**other.namespaces, **cluster.namespaces}.items()))
    workloads = tuple(replace(one, addresses=(), replica_addresses=()) for one in cluster.workloads)
    return replace(cluster, namespaces=namespaces, workloads=workloads)


@dataclass(frozen=True, slots=True)
class Translation:
    """How the other side sees flows that are like ``seen``, which it sees itself as ``other``.

    Labels of a namespace are what the other side declares; where only this side declares them, what ``other`` has;
    where neither does, the same. An existing workload is what it is in ``other``. All else is the same flow.
    """

    seen: Flow
    other: Flow
    here: Mapping[str, Namespace]
    there: Mapping[str, Namespace]

    def of(self, flow: Flow) -> Flow:
        """``flow`` as the other side sees it; its ends are in the namespaces of ``seen``."""
        return replace(flow, source=self._end(flow, End.SOURCE), destination=self._end(flow, End.DESTINATION))

    def _end(self, flow: Flow, end: End) -> Endpoint:
        pod, known = flow.at(end), self.other.at(end)
        if isinstance(pod, External):
            return pod
        assert isinstance(known, Pod)
        labels = pod.namespace_labels
        if _declared(self.there, pod.namespace):
            labels = self.there[pod.namespace].labels
        elif _declared(self.here, pod.namespace):
            labels = known.namespace_labels
        if pod.workload is None:
            return replace(pod, namespace_labels=labels)
        ours = self.seen.at(end)
        assert isinstance(ours, Pod)
        moved = ours.host_network is not known.host_network
        return replace(known, namespace_labels=labels, address=known.address if moved else pod.address)


def _declared(namespaces: Mapping[str, Namespace], name: str) -> bool:
    return name in namespaces and namespaces[name].declared
