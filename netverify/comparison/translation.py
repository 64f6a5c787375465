"""A flow of one side as the other side sees it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from netverify.model.cluster import Namespace
from netverify.model.flow import End, Endpoint, External, Flow, Pod


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
