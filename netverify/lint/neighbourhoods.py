"""The namespaces that a peer speaks of, as far as the manifests tell."""

from __future__ import annotations

from netverify.model.cluster import Cluster, Namespace
from netverify.model.labels import (
    NAMESPACE_NAME_LABEL,
    LabelSelector,
    Operator,
    requirement_holds,
    selector_matches,
)
from netverify.model.network_policy import Peer
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Neighbourhood:
    """``names``: the namespaces that match for sure.

    ``open``: some namespace that is only referred to may match, too. ``pinned``: nothing that the manifests do not
    mention could match, since the selector lists names.
    """

    names: tuple[str, ...]
    open: bool
    pinned: bool


def neighbourhood(peer: Peer, home: str, cluster: Cluster) -> Neighbourhood:
    """The namespaces that ``peer`` of a policy in ``home`` speaks of; it must not be an ipBlock."""
    selector = peer.namespace_selector
    if selector is None:
        return Neighbourhood((home,), open=False, pinned=True)
    sure = [name for name, one in cluster.namespaces.items() if matches_namespace(selector, one)]
    open_ = any(matches_namespace(selector, one) is None for one in cluster.namespaces.values())
    return Neighbourhood(tuple(sure), open_, is_pinned(selector))


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
