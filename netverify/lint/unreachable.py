"""Rules, peers and policies that can never match: contradictions, proved over every pod that could be created.

Source: Cedar's analysis calls a policy vacuous that applies to no request at all.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from netverify.diagnostics import Diagnostic, Severity
from netverify.lint.changes import Change, Changes
from netverify.lint.parts import PeerPart, RulePart, rules_of
from netverify.lint.wording import policy_text, selector_text
from netverify.model.addresses import subtract
from netverify.model.flow import Direction
from netverify.model.labels import satisfiable
from netverify.model.network_policy import NetworkPolicy, Peer
from netverify.policy.network_policy import lower_peer, pods_matching
from netverify.policy.predicate import All, InNamespace
from netverify.records import dataclass
from netverify.sources.places import Places


@dataclass(frozen=True, slots=True)
class Unreachable:
    """What never matches, each with its finding; a rule is listed where all its peers are."""

    policies: Mapping[NetworkPolicy, Diagnostic]
    rules: Mapping[RulePart, Diagnostic]
    peers: Mapping[PeerPart, Diagnostic | None]

    def findings(self) -> Iterator[Diagnostic]:
        """NV628 for policies, NV627 for rules and peers."""
        yield from self.policies.values()
        yield from self.rules.values()
        yield from (finding for finding in self.peers.values() if finding is not None)


def unreachable(policies: tuple[NetworkPolicy, ...], changes: Changes, places: Places) -> Unreachable:
    """What of ``policies`` never matches anything, proved."""
    selecting_nobody: dict[NetworkPolicy, Diagnostic] = {}
    dead_rules: dict[RulePart, Diagnostic] = {}
    dead_peers: dict[PeerPart, Diagnostic | None] = {}
    for policy in policies:
        if _selects_nobody(policy, changes):
            selector = selector_text(policy.pod_selector)
            text = f"{policy_text(policy)} can never select a pod: no labels match `{selector}`"
            origin = places.origin(policy, ("spec", "podSelector"))
            selecting_nobody[policy] = Diagnostic("NV628", Severity.WARNING, text, origin)
            continue
        for part in rules_of(policy):
            peers = [PeerPart(part, index, peer) for index, peer in enumerate(part.rule.peers)]
            dead = [one for one in peers if _is_dead(one, changes)]
            if dead and len(dead) == len(peers):
                text = f"{part} never matches: {'; '.join(dict.fromkeys(_why(one.peer) for one in dead))}"
                dead_rules[part] = Diagnostic("NV627", Severity.WARNING, text, part.rule.origin)
                dead_peers.update(dict.fromkeys(dead))
                continue
            for one in dead:
                text = f"{one} never matches: {_why(one.peer)}"
                dead_peers[one] = Diagnostic("NV627", Severity.WARNING, text, one.origin(places))
    return Unreachable(selecting_nobody, dead_rules, dead_peers)


def _selects_nobody(policy: NetworkPolicy, changes: Changes) -> bool:
    if satisfiable(policy.pod_selector):
        return False
    direction = Direction.INGRESS
    subject = All(
        (InNamespace(direction.subject, policy.namespace), pods_matching(direction.subject, policy.pod_selector))
    )
    text = f"{policy_text(policy)} can select a pod"
    return changes.never(subject, direction, policy.namespace, (), text) is Change.NOTHING


def _is_dead(one: PeerPart, changes: Changes) -> bool:
    policy, direction = one.of.policy, one.of.direction
    predicate = All(
        (InNamespace(direction.subject, policy.namespace), lower_peer(one.peer, policy.namespace, direction.peer))
    )
    flows = changes.specimens.of_peer(policy, direction, one.peer)
    return changes.never(predicate, direction, policy.namespace, flows, f"{one} can match") is Change.NOTHING


def _why(peer: Peer) -> str:
    """What about ``peer`` is a contradiction, in words."""
    if peer.ip_block is not None:
        covered = not subtract(peer.ip_block.cidr, peer.ip_block.excepts)
        return "`except` removes all of its `cidr`" if covered else "no such address can be at the other end"
    for selector in (peer.pod_selector, peer.namespace_selector):
        if selector is not None and not satisfiable(selector):
            return f"no labels match `{selector_text(selector)}`"
    if peer.namespace_selector is not None:
        return f"the namespace that `{selector_text(peer.namespace_selector)}` names has other labels"
    return "no such pod can be"
