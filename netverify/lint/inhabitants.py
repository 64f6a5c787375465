"""Who is there: the existing pods of each namespace, and whether the manifests tell all of them."""

from __future__ import annotations

from collections.abc import Sequence

from netverify.model.cluster import Workload
from netverify.model.labels import LabelSelector, requirement_holds
from netverify.routes.index import RoutingIndex
from netverify.sources.coverage import Inventory


class Inhabitants:
    """The existing pods of each namespace of an inventory."""

    def __init__(self, inventory: Inventory, index: RoutingIndex) -> None:
        self._index = index
        coverage, cluster = inventory.coverage, inventory.cluster
        makers = [one for one in cluster.unsupported if one.makes_pods]
        self._made_anywhere = any(one.namespace is None for one in makers)
        self._made_in = {one.namespace for one in makers}
        self.whole = not (coverage.unread or coverage.templates)
        """Whether no input was refused, and no template was left as it is."""

    def of(self, namespace: str) -> Sequence[Workload]:
        """The workloads of ``namespace``."""
        return self._index.workloads.get(namespace, ())

    def settled(self, namespace: str) -> bool:
        """Whether the manifests have pods of ``namespace``, and no object that pods are made for out of sight."""
        return bool(self.of(namespace)) and not self.makes_pods_in(namespace)

    def makes_pods_in(self, namespace: str) -> bool:
        """Whether an object may have pods made in ``namespace`` that the manifests do not show."""
        return self._made_anywhere or namespace in self._made_in

    def selected(self, namespace: str, selector: LabelSelector) -> list[Workload]:
        """The workloads of ``namespace`` of which some pod may match ``selector``."""
        return [one for one in self.of(namespace) if may_match(selector, one)]

    def homes_of(self, selector: LabelSelector) -> list[str]:
        """The namespaces of workloads whose labels match ``selector``, sorted."""
        return sorted(
            namespace
            for namespace, pods in self._index.workloads.items()
            if any(all(requirement_holds(one, pod.labels) for one in selector.requirements) for pod in pods)
        )


def may_match(selector: LabelSelector, workload: Workload) -> bool:
    """Whether some pod of ``workload`` may match; a label that its controller sets may have any value."""
    return all(
        requirement.key in workload.open_labels or requirement_holds(requirement, workload.labels)
        for requirement in selector.requirements
    )
