"""Policies for pods on the host network.

Source: "Network Policies" ("NetworkPolicy behaviour for hostNetwork pods is undefined, … The most common is that they
are ignored").
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.answers.settings import Settings
from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.inhabitants import Inhabitants
from netverify.lint.parts import PeerPart, peers_of
from netverify.lint.wording import policy_text
from netverify.model.behaviours import Behaviour
from netverify.model.network_policy import NetworkPolicy
from netverify.sources.places import Places


def host_network_findings(
    policies: tuple[NetworkPolicy, ...], there: Inhabitants, settings: Settings, places: Places
) -> Iterator[Diagnostic]:
    """NV632: a policy, or a peer, whose pods are all on the host network, unless the CNI is known to police those."""
    if settings.fixed.get(Behaviour.HOST_NETWORK_POLICED):
        return
    for policy in policies:
        selected = there.selected(policy.namespace, policy.pod_selector)
        if selected and all(one.host_network for one in selected):
            text = (
                f"{policy_text(policy)} selects only pods on the host network, where most CNI plugins apply no policy"
            )
            where = tuple((one.origin, f"on the host network: {one.key}") for one in selected[:1] if one.origin)
            help_text = "protect the ports of the node in another way, such as a host firewall"
            yield Diagnostic("NV632", Severity.WARNING, text, policy.origin, help_text, where)
    for policy in policies:
        for one in peers_of(policy):
            yield from _about_peer(one, there, places)


def _about_peer(one: PeerPart, there: Inhabitants, places: Places) -> Iterator[Diagnostic]:
    """A peer that selects pods by their labels, all of which are on the host network."""
    selector = one.peer.pod_selector
    if one.peer.ip_block is not None or selector is None or not selector.requirements or not one.of.listed:
        return
    near = there.neighbourhood(one.peer, one.of.policy.namespace)
    matched = [pod for name in near.names for pod in there.selected(name, selector)]
    if near.open or not matched or not all(pod.host_network for pod in matched):
        return
    text = f"{one} matches only pods on the host network, and most CNI plugins do not match those by labels"
    where = tuple((pod.origin, f"on the host network: {pod.key}") for pod in matched[:1] if pod.origin)
    help_text = "allow the addresses of the nodes with an `ipBlock`"
    yield Diagnostic("NV632", Severity.WARNING, text, one.origin(places), help_text, where)
