"""Peers that are nobody: their selectors match none of the pods, or none of the namespaces, of the manifests.

Source: NetworkPolicyPeer ("podSelector … selects the pods in the policy's own namespace"); "Network Policies": a
namespace has no label of its own but ``kubernetes.io/metadata.name``.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence

from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.inhabitants import Inhabitants
from netverify.lint.mending import Mending
from netverify.lint.near_misses import advice, misspelt, near_misses
from netverify.lint.parts import PeerPart, peers_of
from netverify.lint.wording import selector_text
from netverify.model.cluster import Cluster, Namespace
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, satisfiable
from netverify.model.network_policy import NetworkPolicy
from netverify.records import dataclass
from netverify.sources.places import Places

_ALWAYS_THERE = "kube-system"
"""Manifests that declare this namespace are those of a whole cluster."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The cluster of the policies, its existing pods, and where the policies are written."""

    cluster: Cluster
    there: Inhabitants
    places: Places
    mending: Mending

    @property
    def policies(self) -> tuple[NetworkPolicy, ...]:
        """Every policy of the cluster."""
        return self.cluster.network_policies


def peer_findings(around: Surroundings, told: Collection[PeerPart]) -> Iterator[Diagnostic]:
    """NV621: a podSelector that matches no existing pod; NV622: a namespaceSelector that matches no namespace.

    Nothing is said about the peers that are ``told`` already, nor where the pods or the namespaces in question may be
    outside the manifests.
    """
    for policy in around.policies:
        for one in peers_of(policy):
            if one.peer.ip_block is not None or one in told:
                continue
            selector = one.peer.namespace_selector
            found = None
            if selector is not None and selector.requirements and satisfiable(selector):
                found = _nowhere(one, selector, around)
            pods = one.peer.pod_selector
            if found is None and pods is not None and pods.requirements and satisfiable(pods):
                found = _nobody(one, pods, around)
            if found is not None:
                yield found


def _nobody(one: PeerPart, selector: LabelSelector, around: Surroundings) -> Diagnostic | None:
    """The finding that no existing pod matches, if all that could be meant are in the manifests."""
    home, there = one.of.policy.namespace, around.there
    near = there.neighbourhood(one.peer, home)
    if near.open or not near.names or any(there.selected(name, selector) for name in near.names):
        return None
    misses = near_misses(selector, (pod.labels for name in near.names for pod in there.of(name)))
    if not all(map(there.settled, near.names)) or not (near.pinned or misses):
        return None
    where = f"`{near.names[0]}`" if len(near.names) == 1 else "the namespaces that it names"
    text = f"{one} matches no pod: no pod of {where} has labels `{selector_text(selector)}`"
    help_text = advice(misses)
    if not help_text and one.peer.namespace_selector is None:
        elsewhere = [name for name in around.cluster.namespaces if there.selected(name, selector)]
        if elsewhere:
            help_text = (
                f"a `podSelector` alone selects pods of `{home}`: add a `namespaceSelector` for `{elsewhere[0]}`"
            )
    severity = Severity.WARNING if there.whole else Severity.NOTE
    fix = around.mending.with_label(one.of.policy, (*one.path, "podSelector"), misses)
    return Diagnostic("NV621", severity, text, one.origin(around.places, "podSelector"), help_text, fix=fix)


def _nowhere(one: PeerPart, selector: LabelSelector, around: Surroundings) -> Diagnostic | None:
    """The finding that no namespace matches, if that can be told and is likely a slip."""
    cluster, there, places = around.cluster, around.there, around.places
    near = there.namespaces(selector)
    origin = one.origin(places, "namespaceSelector")
    if near.names:
        named = _misspelt_name(selector, cluster, there)
        if named is None:
            return None
        text = f"{one} matches no pod: the manifests have no namespace `{named[0]}`"
        return Diagnostic("NV622", Severity.WARNING, text, origin, f"did you mean `{named[1]}`?")
    text = f"{one} matches no pod: no namespace of the manifests has labels `{selector_text(selector)}`"
    declared = [namespace for namespace in cluster.namespaces.values() if namespace.declared]
    misses = near_misses(selector, (namespace.labels for namespace in declared))
    help_text = advice(misses) or _by_name(selector, cluster, there)
    severity = _severity(selector, declared, likely_slip=bool(help_text), may_match=near.open)
    return None if severity is None else Diagnostic("NV622", severity, text, origin, help_text)


def _severity(
    selector: LabelSelector, declared: Sequence[Namespace], *, likely_slip: bool, may_match: bool
) -> Severity | None:
    """How grave it is that no namespace matches for sure; None where those that are meant may be elsewhere."""
    if likely_slip:
        return Severity.NOTE if may_match else Severity.WARNING
    if may_match or not declared:
        return None
    if any(namespace.name == _ALWAYS_THERE for namespace in declared):
        return Severity.WARNING
    keys = {key for namespace in declared for key in namespace.labels} - {NAMESPACE_NAME_LABEL}
    return Severity.NOTE if all(requirement.key in keys for requirement in selector.requirements) else None


def _misspelt_name(selector: LabelSelector, cluster: Cluster, there: Inhabitants) -> tuple[str, str] | None:
    """A name that the selector lists and the manifests know from nowhere else, with the one that was likely meant."""
    for requirement in selector.requirements:
        if requirement.key != NAMESPACE_NAME_LABEL or requirement.operator is not Operator.IN:
            continue
        for name in requirement.values:
            known = cluster.namespaces.get(name)
            if known is None or known.declared or there.of(name):
                continue
            others = [one for one in cluster.namespaces.values() if one.declared or there.of(one.name)]
            meant = [one.name for one in others if misspelt(name, one.name)]
            if len(meant) == 1:
                return name, meant[0]
    return None


def _by_name(selector: LabelSelector, cluster: Cluster, there: Inhabitants) -> str:
    """The advice for a selector that takes another label, such as ``name``, for the name of a namespace."""
    if len(selector.requirements) != 1 or selector.requirements[0].operator is not Operator.IN:
        return ""
    (wanted,) = selector.requirements
    for value in wanted.values:
        namespace = cluster.namespaces.get(value)
        if wanted.key in ("name", "namespace") and namespace and (namespace.declared or there.of(value)):
            return f"namespaces have no label `{wanted.key}` by default: write `{NAMESPACE_NAME_LABEL}: {value}`"
    return ""
