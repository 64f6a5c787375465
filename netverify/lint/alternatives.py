"""One peer with two selectors, and two peers with one each: the hyphen that makes an "and" an "or".

Source: NetworkPolicyPeer ("If both PodSelector and NamespaceSelector are set, then the rule matches the pods matching
PodSelector in the Namespaces selected by NamespaceSelector"); items of a list are alternatives, and a podSelector
alone means pods of the policy's own namespace.
"""

from __future__ import annotations

from collections.abc import Iterator

from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.inhabitants import Inhabitants
from netverify.lint.parts import PeerPart, RulePart, rules_of
from netverify.lint.wording import selector_text
from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6
from netverify.model.flow import Direction
from netverify.model.network_policy import NetworkPolicy, Peer, PolicyPort
from netverify.sources.places import Places


def alternative_findings(
    policies: tuple[NetworkPolicy, ...], there: Inhabitants, places: Places
) -> Iterator[tuple[PeerPart, Diagnostic]]:
    """NV623, with the peer that it is about: two that were to be one, or one that was to be two.

    Only where as it is written a podSelector matches nobody, and the other way it would match existing pods.
    """
    for policy in policies:
        for part in rules_of(policy):
            peers = [PeerPart(part, index, peer) for index, peer in enumerate(part.rule.peers)]
            yield from _split_in_two(part, peers, there, places)
            yield from _joined_in_one(peers, there, places)


def half_rule_findings(policies: tuple[NetworkPolicy, ...]) -> Iterator[Diagnostic]:
    """NV640: of the two rules for ingress, one has the peers and the other the ports.

    Nothing is said about egress, where ports that are open to everyone are mostly meant, such as DNS and HTTPS.
    """
    for policy in policies:
        parts = [part for part in rules_of(policy) if part.direction is Direction.INGRESS and part.listed]
        by_half = {(bool(part.rule.peers), bool(part.rule.ports)): part for part in parts}
        of_peers, of_ports = by_half.get((True, False)), by_half.get((False, True))
        if len(parts) != 2 or of_peers is None or of_ports is None or not all(map(_is_narrow, of_peers.rule.peers)):
            continue
        ports = ", ".join(_port_text(port) for port in of_ports.rule.ports)
        text = f"{of_peers} has only peers, and rule {of_ports.index + 1} only ports: these peers can connect on every "
        text += f"port, and everyone on {ports}"
        where = ((of_ports.rule.origin, "the ports are here"),)
        help_text = "to allow these peers on these ports alone, write `from` and `ports` in one rule"
        yield Diagnostic("NV640", Severity.WARNING, text, of_peers.rule.origin, help_text, where)


def _is_narrow(peer: Peer) -> bool:
    """Whether ``peer`` is pods, or some addresses."""
    return peer.ip_block is None or peer.ip_block.cidr not in (EVERY_IPV4, EVERY_IPV6)


def _port_text(port: PolicyPort) -> str:
    last = f"-{port.end_port}" if port.end_port is not None else ""
    return f"{'every port' if port.port is None else port.port}{last}/{port.protocol}"


def _split_in_two(
    part: RulePart, peers: list[PeerPart], there: Inhabitants, places: Places
) -> Iterator[tuple[PeerPart, Diagnostic]]:
    home = part.policy.namespace
    wide = [one for one in peers if one.peer.namespace_selector is not None and not _selects_pods(one)]
    for one in peers:
        selector = one.peer.pod_selector
        if one.peer.namespace_selector is not None or selector is None or not selector.requirements:
            continue
        if not there.settled(home) or there.selected(home, selector):
            continue
        for other in wide:
            names = there.neighbourhood(other.peer, home).names
            meant = [pod for name in names for pod in there.selected(name, selector)]
            if meant:
                text = (
                    f"{one} means pods of `{home}` with labels `{selector_text(selector)}`, and there are none, while "
                )
                text += "another peer allows every pod of its namespaces"
                help_text = "to allow only such pods in those namespaces, write both selectors in one item"
                where = ((other.origin(places), "allows all pods of these namespaces"),)
                yield one, Diagnostic("NV623", Severity.WARNING, text, one.origin(places), help_text, where)
                break


def _joined_in_one(peers: list[PeerPart], there: Inhabitants, places: Places) -> Iterator[tuple[PeerPart, Diagnostic]]:
    for one in peers:
        selector, home = one.peer.pod_selector, one.of.policy.namespace
        if one.peer.namespace_selector is None or selector is None or not selector.requirements:
            continue
        around = there.neighbourhood(one.peer, home)
        if around.open or home in around.names or not around.names or not all(map(there.settled, around.names)):
            continue
        if there.selected(home, selector) and not any(there.selected(name, selector) for name in around.names):
            text = f"{one} means pods with labels `{selector_text(selector)}` in other namespaces, and there are none: "
            text += f"such pods are in `{home}`"
            help_text = "to allow these pods as well as all pods of those namespaces, write two items"
            yield one, Diagnostic("NV623", Severity.WARNING, text, one.origin(places), help_text)


def _selects_pods(one: PeerPart) -> bool:
    return one.peer.pod_selector is not None and bool(one.peer.pod_selector.requirements)
