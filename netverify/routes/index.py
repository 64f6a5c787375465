"""The routing objects of a cluster by what they are looked up by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TypeVar

from netverify.model.addresses import Address
from netverify.model.cluster import Cluster, Workload
from netverify.model.ingress import IngressClass
from netverify.model.labels import Labels
from netverify.model.network_policy import NetworkPolicy
from netverify.model.service import EndpointSlice, Service

_Pair = tuple[str, str]
_Key = TypeVar("_Key")
_Item = TypeVar("_Item")


class RoutingIndex:
    """Looks up Services, the pods that they select, and the slices that are written for them."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.objects = cluster.routing

    @cached_property
    def services(self) -> Mapping[_Pair, Service]:
        """Every Service by namespace and name."""
        return {(one.namespace, one.name): one for one in self.objects.services}

    @cached_property
    def slices(self) -> Mapping[_Pair, Sequence[EndpointSlice]]:
        """The EndpointSlices and Endpoints of each Service, by its namespace and name."""
        return _grouped(((one.namespace, one.service), one) for one in self.objects.endpoint_slices)

    @cached_property
    def workloads(self) -> Mapping[str, Sequence[Workload]]:
        """The workloads of each namespace."""
        return _grouped((one.key.namespace, one) for one in self.cluster.workloads)

    @cached_property
    def at_address(self) -> Mapping[Address, Sequence[Workload]]:
        """The workloads of which a pod is known to have an address, by that."""
        return _grouped((address, one) for one in self.cluster.workloads for address in one.known_addresses)

    @cached_property
    def policies(self) -> Mapping[str, Sequence[NetworkPolicy]]:
        """The policies of each namespace."""
        return _grouped((one.namespace, one) for one in self.cluster.network_policies)

    @cached_property
    def ingress_classes(self) -> Mapping[str, IngressClass]:
        """Every IngressClass by name."""
        return {one.name: one for one in self.objects.ingress_classes}

    def selected(self, namespace: str, selector: Labels) -> Sequence[Workload]:
        """The workloads of ``namespace`` of which some pod may have all labels of ``selector``, in the order of names.

        Source: ServiceSpec.selector ("Route service traffic to pods with label keys and values matching this
        selector"); it selects in the namespace of the Service.
        """
        rarest: Sequence[Workload] | None = None
        for key, value in selector.items():
            some = self._labelled.get((namespace, key, value), ())
            if rarest is None or len(some) < len(rarest):
                rarest = some
        return [one for one in rarest or () if _may_have(one, selector)]

    @cached_property
    def _labelled(self) -> Mapping[tuple[str, str, str], Sequence[Workload]]:
        """By namespace, key and value, the workloads of which some pod may have that label."""
        labelled: dict[tuple[str, str, str], list[Workload]] = defaultdict(list)
        for one in self.cluster.workloads:
            for key, value in one.labels.items():
                labelled[one.key.namespace, key, value].append(one)
        wanted = {key for service in self.objects.services for key in service.selector or ()}
        for one in self.cluster.workloads:
            for key in wanted.intersection(one.open_labels):
                for value in self._values_of(one, key):
                    labelled[one.key.namespace, key, value].append(one)
        return labelled

    def _values_of(self, workload: Workload, key: str) -> Iterable[str]:
        told = workload.open_labels[key]
        if told is not None:
            return told
        return self._values_selected.get((workload.key.namespace, key), ())

    @cached_property
    def _values_selected(self) -> Mapping[_Pair, set[str]]:
        """By namespace and key, the values that Services select by."""
        values: dict[_Pair, set[str]] = defaultdict(set)
        for service in self.objects.services:
            for key, value in (service.selector or {}).items():
                values[service.namespace, key].add(value)
        return values


def _may_have(workload: Workload, selector: Labels) -> bool:
    for key, value in selector.items():
        if key in workload.open_labels:
            told = workload.open_labels[key]
            if told is not None and value not in told:
                return False
        elif workload.labels.get(key) != value:
            return False
    return True


def _grouped(pairs: Iterable[tuple[_Key, _Item]]) -> dict[_Key, list[_Item]]:
    groups: dict[_Key, list[_Item]] = defaultdict(list)
    for key, item in pairs:
        groups[key].append(item)
    return groups
