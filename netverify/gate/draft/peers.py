"""Who is meant by a set of workloads and addresses, in as few words as tell it from all others of the manifests."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import combinations

from netverify.model.addresses import AddressRange, cidrs
from netverify.model.cluster import Workload, WorkloadKey
from netverify.model.labels import selector_of
from netverify.pairs.outcome import MapEndpoint
from netverify.patterns import pattern
from netverify.query.selector_grammar import selector_text

_TELLING = ("app.kubernetes.io/name", "app", "k8s-app", "name", "app.kubernetes.io/component", "component")
"""Labels that are there to say which workload a pod is of, the most usual first."""
_PASSING = pattern(r"(?:pod-template-hash|controller-revision-hash|.*/version|version|.*chart|.*managed-by)$")
"""Labels that change with a release, or say nothing of what a pod is for."""


class Peers:
    """The words for sets of ``endpoints``; ``zones`` are the names of zones by namespace."""

    def __init__(
        self, endpoints: Sequence[MapEndpoint], workloads: Sequence[Workload], zones: Mapping[str, str]
    ) -> None:
        self._endpoints = endpoints
        self._zones = zones
        self._workloads = {workload.key: workload for workload in workloads}
        self._by_namespace: dict[str, list[WorkloadKey]] = {}
        for workload in workloads:
            self._by_namespace.setdefault(workload.key.namespace, []).append(workload.key)

    def words(self, members: Collection[int]) -> tuple[str, ...]:
        """Zones, ENDPOINTs and CIDRs that of all endpoints mean exactly ``members``."""
        found: dict[str, set[WorkloadKey]] = {}
        ranges: list[AddressRange] = []
        for number in sorted(members):
            endpoint = self._endpoints[number]
            if endpoint.workload is not None:
                found.setdefault(endpoint.workload.namespace, set()).add(endpoint.workload)
            elif endpoint.block is not None:
                ranges.append(endpoint.block)
        whole = [name for name, keys in found.items() if len(keys) == len(self._by_namespace[name])]
        if len(whole) == len(self._by_namespace) > 1:
            return ("any pod", *_networks(ranges))
        words = [
            text
            for name, keys in sorted(found.items())
            for text in ((self._zones[name],) if name in whole else self._selections(name, keys))
        ]
        return (*words, *_networks(ranges))

    def _selections(self, namespace: str, keys: set[WorkloadKey]) -> Iterator[str]:
        """Selections of pods that together match of this namespace exactly ``keys``."""
        left = set(keys)
        while left:
            key = min(left)
            labels, matched = self._telling(key, keys)
            if labels:
                yield f"pods {selector_text(selector_of(labels))} in namespace {namespace}"
                left -= matched
            else:
                yield str(key)
                left.discard(key)

    def _telling(self, key: WorkloadKey, keys: set[WorkloadKey]) -> tuple[dict[str, str], set[WorkloadKey]]:
        """Labels of ``key`` that nobody else of its namespace has but some of ``keys``; none where there are none."""
        labels = {name: value for name, value in self._workloads[key].labels.items() if not _PASSING.fullmatch(name)}
        order = sorted(labels, key=lambda name: (_TELLING.index(name) if name in _TELLING else len(_TELLING), name))
        for count in (1, 2):
            for names in combinations(order, count):
                chosen = {name: labels[name] for name in names}
                matched = {one for one in self._by_namespace[key.namespace] if self._may_match(one, chosen)}
                if matched <= keys:
                    return chosen, matched
        return {}, set()

    def _may_match(self, key: WorkloadKey, labels: Mapping[str, str]) -> bool:
        workload = self._workloads[key]
        return all(workload.labels.get(name) == value or name in workload.open_labels for name, value in labels.items())


def _networks(ranges: Sequence[AddressRange]) -> tuple[str, ...]:
    """``ranges`` as the fewest CIDRs."""
    joined: list[AddressRange] = []
    for block in sorted(ranges):
        last = joined[-1] if joined else None
        if last is not None and last.family == block.family and last.last + 1 == block.first:
            joined[-1] = AddressRange(block.family, last.first, block.last)
        else:
            joined.append(block)
    return tuple(text for block in joined for text in cidrs(block))
