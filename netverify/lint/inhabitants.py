"""Who is there: the existing pods of each namespace, the namespaces that a peer speaks of, and whether that is all."""

from __future__ import annotations

from collections.abc import Sequence

from netverify.model.cluster import Namespace, Workload
from netverify.model.labels import (
    NAMESPACE_NAME_LABEL,
    LabelSelector,
    Operator,
    requirement_holds,
    selector_matches,
)
from netverify.model.network_policy import Peer
from netverify.records import dataclass
from netverify.routes.index import RoutingIndex
from netverify.sources.coverage import Inventory


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """``names``: the namespaces that match for sure.

    ``open``: some namespace that is only referred to may match, too. ``pinned``: nothing that the manifests do not
    mention could match, since the selector lists names.
    """

    names: tuple[str, ...]
    open: bool
    pinned: bool


class Inhabitants:
    """The existing pods of each namespace of an inventory."""

    def __init__(self, inventory: Inventory, index: RoutingIndex) -> None:
        self._index = index
        coverage, cluster = inventory.coverage, inventory.cluster
        self._all_namespaces = cluster.namespaces
        self._selected: dict[tuple[str, LabelSelector], list[Workload]] = {}
        self._labelled: dict[str, dict[tuple[str, str | None], list[int]]] = {}
        self._namespaces: dict[LabelSelector, Neighbourhood] = {}
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
        key = namespace, selector
        if key not in self._selected:
            self._selected[key] = [one for one in self._candidates(namespace, selector) if may_match(selector, one)]
        return self._selected[key]

    def _candidates(self, namespace: str, selector: LabelSelector) -> Sequence[Workload]:
        """The workloads that have one of the values which ``selector`` wants of some label, or may have any."""
        everyone = self.of(namespace)
        wanted = next((one for one in selector.requirements if one.operator is Operator.IN), None)
        if wanted is None:
            return everyone
        if namespace not in self._labelled:
            labelled: dict[tuple[str, str | None], list[int]] = {}
            for number, one in enumerate(everyone):
                for pair in (*one.labels.items(), *((key, None) for key in one.open_labels)):
                    labelled.setdefault(pair, []).append(number)
            self._labelled[namespace] = labelled
        having = (self._labelled[namespace].get((wanted.key, value), ()) for value in (*wanted.values, None))
        return [everyone[number] for number in sorted({number for some in having for number in some})]

    def neighbourhood(self, peer: Peer, home: str) -> Neighbourhood:
        """The namespaces that ``peer`` of a policy in ``home`` speaks of; it must not be an ipBlock."""
        selector = peer.namespace_selector
        return Neighbourhood((home,), open=False, pinned=True) if selector is None else self.namespaces(selector)

    def namespaces(self, selector: LabelSelector) -> Neighbourhood:
        """The namespaces that ``selector`` matches."""
        if selector not in self._namespaces:
            answers = {name: matches_namespace(selector, one) for name, one in self._all_namespaces.items()}
            sure = tuple(name for name, answer in answers.items() if answer)
            self._namespaces[selector] = Neighbourhood(sure, None in answers.values(), is_pinned(selector))
        return self._namespaces[selector]

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


def matches_namespace(selector: LabelSelector, namespace: Namespace) -> bool | None:
    """Whether ``selector`` matches; None where that depends on labels that the manifests do not tell."""
    if namespace.declared:
        return selector_matches(selector, namespace.labels)
    about_name = [one for one in selector.requirements if one.key == NAMESPACE_NAME_LABEL]
    if not all(requirement_holds(one, namespace.labels) for one in about_name):
        return False
    return True if len(about_name) == len(selector.requirements) else None


def is_pinned(selector: LabelSelector) -> bool:
    """Whether ``selector`` lists the names of the namespaces that it can match."""
    return any(one.key == NAMESPACE_NAME_LABEL and one.operator is Operator.IN for one in selector.requirements)
