"""ClusterNetworkPolicy lowered to selections and rules of its tiers.

Source: network-policy-api ``apis/v1alpha2/clusternetworkpolicy_types.go``. Where it leaves a choice to plugins, the
rule mentions a :class:`~netverify.model.behaviours.Behaviour`; what is not known is ``Unspecified``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from types import MappingProxyType
from typing import assert_never

from netverify.model.addresses import alone
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import Node
from netverify.model.cluster_network_policy import (
    ENFORCED,
    ClusterNetworkPolicy,
    ClusterPeer,
    ClusterRule,
    DomainNamesPeer,
    NamedDestination,
    NetworksPeer,
    NodesPeer,
    PodsPeer,
    PolicyTier,
    PortsOf,
    ProtocolMatch,
    RuleAction,
    UnclearPorts,
    UnclearSelector,
)
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, selector_matches
from netverify.model.traffic import Protocol, port_set
from netverify.policy.network_policy import any_of, pods_matching, port_name
from netverify.policy.predicate import (
    ALWAYS,
    AddressIn,
    All,
    AnyOf,
    Behaves,
    IsPod,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PortIn,
    Predicate,
    Unspecified,
)
from netverify.policy.table import Action, PolicyRef, Rule, Selection, Tier

_ACTIONS = MappingProxyType(
    {RuleAction.ACCEPT: Action.ALLOW, RuleAction.DENY: Action.DENY, RuleAction.PASS: Action.PASS}
)
_READS_EXPERIMENTAL = Behaves(Behaviour.EXPERIMENTAL_PEERS_SUPPORTED)
_FAILS_CLOSED = Not(_READS_EXPERIMENTAL)


def lower_tier(
    tier: PolicyTier, policies: Iterable[ClusterNetworkPolicy], direction: Direction, nodes: Sequence[Node]
) -> Tier | None:
    """``tier``, made of those of ``policies`` that are in it; None where they say nothing about ``direction``.

    A lower priority goes first, in one policy the earlier rule; what no rule matches goes on to the next tier. Policies
    of one priority are tied. Source: ClusterNetworkPolicySpec.priority, ingress, egress.
    """
    saying = [one for one in policies if one.tier is tier and _rules_of(one, direction)]
    if not saying:
        return None
    saying.sort(key=lambda one: (one.priority, one.name))
    count = Counter(one.priority for one in saying)
    selections: list[Selection] = []
    rules: list[Rule] = []
    for policy in saying:
        ref = PolicyRef(policy.api.value, "", policy.name, policy.origin)
        subject, home = _pods(policy.subject, direction.subject), _home(policy.subject)
        selections.append(Selection(ref, subject, home, isolates=False))
        tie = f"priority {policy.priority}" if count[policy.priority] > 1 else ""
        for index, rule in enumerate(_rules_of(policy, direction)):
            for who, peer, traffic, action in _clauses(rule, direction.peer, nodes):
                selected = All((subject, who)) if who != ALWAYS else subject
                rules.append(Rule(ref, index, selected, peer, traffic, action, rule.origin, home, tie))
    condition = Behaves(ENFORCED[saying[0].api])
    return Tier(tier.value, tuple(selections), tuple(rules), Action.PASS, condition)


def _rules_of(policy: ClusterNetworkPolicy, direction: Direction) -> tuple[ClusterRule, ...]:
    return policy.ingress if direction is Direction.INGRESS else policy.egress


def _home(subject: PodsPeer) -> str | None:
    """The one namespace that ``subject`` asks for by name, if it does."""
    if isinstance(subject.namespaces, UnclearSelector):
        return None
    names = [
        one.values
        for one in subject.namespaces.requirements
        if one.key == NAMESPACE_NAME_LABEL and one.operator is Operator.IN
    ]
    return next((values[0] for values in names if len(values) == 1), None)


def _clauses(
    rule: ClusterRule, end: End, nodes: Sequence[Node]
) -> Iterator[tuple[Predicate, Predicate, Predicate, Action]]:
    """Who, besides the subject, with what peer and traffic, and the action: what ``rule`` does, in this order.

    Where a plugin does not read a peer, it fails closed: an Accept matches nothing, any other rule denies everything.
    Source: ClusterNetworkPolicyEgressPeer.
    """
    peer = any_of([_peer(one, end, nodes) for one in rule.peers])
    traffic = any_of(list(map(_traffic, rule.protocols))) if rule.protocols else ALWAYS
    action = _ACTIONS[rule.action]
    if not any(isinstance(one, NodesPeer | DomainNamesPeer) for one in rule.peers):
        yield ALWAYS, peer, traffic, action
        return
    yield _READS_EXPERIMENTAL, peer, traffic, action
    if action is not Action.ALLOW:
        yield _FAILS_CLOSED, ALWAYS, ALWAYS, Action.DENY


def _peer(peer: ClusterPeer, end: End, nodes: Sequence[Node]) -> Predicate:
    """One item of ``from`` or ``to``. Source: ClusterNetworkPolicyEgressPeer."""
    match peer:
        case PodsPeer():
            return _pods(peer, end)
        case NodesPeer():
            return _nodes(peer, end, nodes)
        case NetworksPeer(networks):
            # "cluster-internal traffic will be checked against the rule as well"
            return AddressIn(end, networks)
        case DomainNamesPeer(names):
            return Unspecified(f"the {end} has an address of {' or '.join(sorted(names))}")
        case _ as never:
            assert_never(never)


def _pods(peer: PodsPeer, end: End) -> Predicate:
    """Pods by their labels and those of their namespaces, for subjects and for peers.

    Source: ClusterNetworkPolicySubject ("host-networked pods are not included in subject selection");
    ClusterNetworkPolicyIngressPeer ("host-networked pods are not included in this type of peer").
    """
    parts: list[Predicate] = [Not(OnHostNetwork(end))]
    if isinstance(peer.namespaces, UnclearSelector):
        parts += [IsPod(end), Unspecified(f"the {end} is in a namespace that `{peer.namespaces.text}` matches")]
    else:
        parts.append(NamespaceMatches(end, peer.namespaces))
    if isinstance(peer.pods, UnclearSelector):
        parts.append(Unspecified(f"the {end} is a pod that `{peer.pods.text}` matches"))
    elif peer.pods.requirements:
        parts.append(pods_matching(end, peer.pods))
    return All(tuple(parts))


def _nodes(peer: NodesPeer, end: End, nodes: Sequence[Node]) -> Predicate:
    """The addresses of nodes, which pods on their host network have too.

    Which node an address is of is known of Node objects alone, and any other address outside may be that of a node.
    Source: ClusterNetworkPolicyEgressPeer.nodes ("the IPs present in the node.Status.Addresses").
    """
    which = "" if peer.nodes == LabelSelector() else f" that `{_text(peer.nodes)}` matches"
    an_address = Unspecified(f"the {end} has the address of a node{which}")
    outside = All((Not(IsPod(end)), Not(OnHostNetwork(end)), an_address))
    if not which:
        return AnyOf((OnHostNetwork(end), outside))
    inside: list[Predicate] = []
    known = [] if isinstance(peer.nodes, UnclearSelector) else [one for one in nodes if one.origin and one.addresses]
    told = tuple(dict.fromkeys(alone(address) for one in known for address in one.addresses))
    chosen = [
        one for one in known if isinstance(peer.nodes, LabelSelector) and selector_matches(peer.nodes, one.labels)
    ]
    if chosen:
        inside.append(AddressIn(end, tuple(dict.fromkeys(alone(one) for node in chosen for one in node.addresses))))
    elsewhere: tuple[Predicate, ...] = (Not(AddressIn(end, told)),) if told else ()
    inside.append(All((*elsewhere, an_address)))
    return AnyOf((All((OnHostNetwork(end), any_of(inside))), outside))


def _text(selector: LabelSelector | UnclearSelector) -> str:
    if isinstance(selector, UnclearSelector):
        return selector.text
    parts = (f"{one.key} {one.operator} ({', '.join(one.values)})" for one in selector.requirements)
    return ", ".join(part.removesuffix(" ()") for part in parts)


def _traffic(protocol: ProtocolMatch) -> Predicate:
    """One item of ``protocols``. Source: ClusterNetworkPolicyProtocol."""
    match protocol:
        case PortsOf(transport, first, last):
            return _of(transport, PortIn(transport, port_set((first, last))))
        case UnclearPorts(text):
            return Unspecified(f"the traffic is what `{text}` means")
        case NamedDestination(""):
            return Unspecified("the port is one that an empty `destinationNamedPort` means")
        case NamedDestination(name):
            return AnyOf(tuple(_of(transport, port_name(transport, name)) for transport in Protocol))
        case _ as never:
            assert_never(never)


def _of(transport: Protocol, ports: Predicate) -> Predicate:
    return All((Behaves(Behaviour.SCTP_SUPPORTED), ports)) if transport is Protocol.SCTP else ports
