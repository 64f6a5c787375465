"""NetworkPolicy v1 lowered to selections and rules.

Source: k8s.io/api ``networking/v1/types.go``, and "Network Policies" of the Kubernetes documentation. Where they leave
a choice to the CNI plugin, the rule mentions a :class:`~netverify.model.behaviours.Behaviour`.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from netverify.model.addresses import subtract
from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, End
from netverify.model.labels import LabelSelector, Operator
from netverify.model.network_policy import IPBlock, NetworkPolicy, Peer, PolicyPort, PolicyRule
from netverify.model.traffic import EVERY_PORT, Protocol, port_set
from netverify.policy.predicate import (
    ALWAYS,
    AddressIn,
    All,
    AnyOf,
    Behaves,
    InNamespace,
    IsPod,
    NamedPort,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
)
from netverify.policy.table import Action, PolicyRef, Rule, Selection

KIND = "NetworkPolicy"


def policed(end: End) -> Predicate:
    """Selectors see ``end``: it is not on the host network, or the CNI polices pods that are."""
    return _POLICED[end]


_POLICED = {end: AnyOf((Not(OnHostNetwork(end)), Behaves(Behaviour.HOST_NETWORK_POLICED))) for end in End}
_NAMES_SUPPORTED = Behaves(Behaviour.NAMED_PORTS_SUPPORTED)
_NAMES_UNSUPPORTED = Not(_NAMES_SUPPORTED)
_NAMES_DO_NOT_VOID = AnyOf((_NAMES_SUPPORTED, Not(Behaves(Behaviour.NAMED_PORT_VOIDS_POLICY))))
_UNLISTED_ENFORCED = Behaves(Behaviour.UNLISTED_RULES_ENFORCED)
_EXCEPT_DENIES = Behaves(Behaviour.EXCEPT_DENIES)
_LABELS_LEFT_OUT = Behaves(Behaviour.IDENTITY_LABELS_LEFT_OUT)


def lower_policy(policy: NetworkPolicy, direction: Direction) -> tuple[Selection | None, tuple[Rule, ...]]:
    """What ``policy`` says about ``direction``: whom it isolates, and its rules.

    Those that deny come first: they are for a CNI that takes ``except`` so. ``(None, ())`` iff it says nothing.
    A direction that ``policyTypes`` does not list is isolated only by a CNI that enforces its rules all the same, and
    only if there are any. Source: NetworkPolicySpec.policyTypes.
    """
    rules = policy.ingress if direction is Direction.INGRESS else policy.egress
    listed = policy.for_ingress if direction is Direction.INGRESS else policy.for_egress
    if not listed and not rules:
        return None, ()
    ref = PolicyRef(KIND, policy.namespace, policy.name, policy.origin)
    subject = _subject(policy, direction, listed=listed)
    selection = Selection(ref, subject, policy.namespace)
    allowed = (
        Rule(ref, index, subject, peer, traffic, Action.ALLOW, rule.origin, policy.namespace)
        for index, rule in enumerate(rules)
        for peer, traffic in _clauses(rule, policy.namespace, direction)
    )
    refused = All((subject, _EXCEPT_DENIES))
    denied = (
        Rule(ref, index, refused, peer, traffic, Action.DENY, rule.origin, policy.namespace)
        for index, rule in enumerate(rules)
        for peer, traffic in _exceptions(rule, direction)
    )
    return selection, (*denied, *allowed)


def _exceptions(rule: PolicyRule, direction: Direction) -> Iterator[tuple[Predicate, Predicate]]:
    """The addresses in ``except``, whoever has them, with the traffic of the rule; nothing where there are none.

    Source: OVN-Kubernetes ``gress_policy.go``: an ACL that drops them, before those that allow; on its ports alone.
    """
    holes = tuple(dict.fromkeys(hole for peer in rule.peers if peer.ip_block for hole in peer.ip_block.excepts))
    if holes:
        towards_block = direction is Direction.EGRESS and _has_names(rule.ports)
        yield AddressIn(direction.peer, holes), _traffic(rule.ports, towards_block=towards_block)


def pods_matching(end: End, selector: LabelSelector) -> Predicate:
    """The pods that policies select by ``selector``; some CNIs leave labels out of what they select by."""
    seen = as_seen(selector)
    if seen == selector:
        return PodMatches(end, selector)
    as_written = All((Not(_LABELS_LEFT_OUT), PodMatches(end, selector)))
    if seen is None:
        return as_written
    return AnyOf((as_written, All((_LABELS_LEFT_OUT, PodMatches(end, seen) if seen.requirements else IsPod(end)))))


def _subject(policy: NetworkPolicy, direction: Direction, *, listed: bool) -> Predicate:
    """The pods that the policy selects: of its own namespace alone. Source: NetworkPolicySpec.podSelector."""
    end = direction.subject
    parts: list[Predicate] = [InNamespace(end, policy.namespace)]
    if policy.pod_selector.requirements:
        parts.append(pods_matching(end, policy.pod_selector))
    parts.append(policed(end))
    if not listed:
        parts.append(_UNLISTED_ENFORCED)
    if _names_a_port(policy):
        parts.append(_NAMES_DO_NOT_VOID)
    return All(tuple(parts))


def _names_a_port(policy: NetworkPolicy) -> bool:
    return any(_has_names(rule.ports) for rule in (*policy.ingress, *policy.egress))


def _has_names(ports: tuple[PolicyPort, ...]) -> bool:
    return any(isinstance(port.port, str) for port in ports)


def _clauses(rule: PolicyRule, namespace: str, direction: Direction) -> Iterator[tuple[Predicate, Predicate]]:
    """Pairs of (peer, traffic) whose union is the rule.

    One pair, unless an egress rule has both ipBlock peers and port names: a name is resolved on a pod, and whether it
    is for a pod that an ipBlock matches is up to the CNI.
    """
    traffic = _traffic(rule.ports, towards_block=False)
    if not rule.peers:
        yield ALWAYS, traffic
        return
    end = direction.peer
    blocks = [peer for peer in rule.peers if peer.ip_block]
    if not (direction is Direction.EGRESS and blocks and _has_names(rule.ports)):
        yield _peers(rule.peers, namespace, end), traffic
        return
    selectors = tuple(peer for peer in rule.peers if not peer.ip_block)
    if selectors:
        yield _peers(selectors, namespace, end), traffic
    yield _peers(tuple(blocks), namespace, end), _traffic(rule.ports, towards_block=True)


def _peers(peers: tuple[Peer, ...], namespace: str, end: End) -> Predicate:
    """Any of ``peers``; the same predicate for all policies whose namespace makes no difference."""
    own = any(peer.ip_block is None and peer.namespace_selector is None for peer in peers)
    return any_of([lower_peer(peer, namespace, end) for peer in peers]) if own else _peers_anywhere(peers, end)


@lru_cache(maxsize=4096)
def _peers_anywhere(peers: tuple[Peer, ...], end: End) -> Predicate:
    return any_of([lower_peer(peer, "", end) for peer in peers])


def lower_peer(peer: Peer, namespace: str, end: End) -> Predicate:
    """One item of ``from`` or ``to``, for the policy in ``namespace``.

    ``podSelector`` alone means pods of the policy's namespace; with ``namespaceSelector`` both must hold. Selectors
    match pods only: neither nodes nor external addresses. Source: NetworkPolicyPeer.
    """
    if peer.ip_block:
        return _lower_block(peer.ip_block, end)
    parts: list[Predicate] = []
    if peer.namespace_selector is None:
        parts.append(InNamespace(end, namespace))
    else:
        parts.append(NamespaceMatches(end, peer.namespace_selector))
    if peer.pod_selector is not None and peer.pod_selector.requirements:
        parts.append(pods_matching(end, peer.pod_selector))
    parts.append(policed(end))
    return All(tuple(parts))


@lru_cache(maxsize=4096)
def _lower_block(block: IPBlock, end: End) -> Predicate:
    """An address of the block; whether it may be a pod's or a node's is up to the CNI. Source: IPBlock."""
    on_host = OnHostNetwork(end)
    return All(
        (
            AddressIn(end, subtract(block.cidr, block.excepts)),
            AnyOf(
                (
                    All((Not(on_host), AnyOf((Not(IsPod(end)), Behaves(Behaviour.IPBLOCK_MATCHES_PODS))))),
                    All((on_host, Behaves(Behaviour.IPBLOCK_MATCHES_NODES))),
                ),
            ),
        ),
    )


@lru_cache(maxsize=4096)
def _traffic(ports: tuple[PolicyPort, ...], *, towards_block: bool) -> Predicate:
    """The ports of a rule: without any, all traffic. Source: NetworkPolicyIngressRule.ports."""
    if not ports:
        return ALWAYS
    return any_of([_lower_port(port, towards_block=towards_block) for port in ports])


def _lower_port(port: PolicyPort, *, towards_block: bool) -> Predicate:
    """One item of ``ports``. Source: NetworkPolicyPort."""
    lowered: Predicate
    match port.port:
        case None:
            lowered = PortIn(port.protocol, EVERY_PORT)
        case int(first) if port.end_port is None or port.end_port == first:
            lowered = PortIn(port.protocol, port_set((first, first)))
        case int(first):
            lowered = AnyOf(
                (
                    PortIn(port.protocol, port_set((first, first))),
                    All(
                        (
                            Behaves(Behaviour.ENDPORT_SUPPORTED),
                            PortIn(port.protocol, port_set((first, port.end_port or first))),
                        ),
                    ),
                ),
            )
        case str(name):
            lowered = port_name(port.protocol, name, towards_block=towards_block)
    if port.protocol is Protocol.SCTP:
        return All((Behaves(Behaviour.SCTP_SUPPORTED), lowered))
    return lowered


def port_name(protocol: Protocol, name: str, *, towards_block: bool = False) -> Predicate:
    """A port name: resolved on the destination pod, by name and protocol."""
    resolved: list[Predicate] = [_NAMES_SUPPORTED, NamedPort(protocol, name)]
    if towards_block:
        resolved.append(Behaves(Behaviour.NAMED_PORTS_RESOLVE_FOR_IPBLOCK))
    falls_open = (_NAMES_UNSUPPORTED, Behaves(Behaviour.NAMED_PORT_FALLS_OPEN), PortIn(protocol, EVERY_PORT))
    return AnyOf((All(tuple(resolved)), All(falls_open)))


def any_of(parts: list[Predicate]) -> Predicate:
    """Any of ``parts``, of which there is at least one."""
    return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))


# Labels of pods that Cilium leaves out of identities, so that no policy there sees them.
# Source: "Limiting Identity-Relevant Labels" of Cilium's documentation, and its ``pkg/labelsfilter``; the patterns are
# matched from the beginning of the key. Labels of namespaces are under a prefix of their own, and are kept.

_BEGINNINGS = (
    "annotation",
    "apps.kubernetes.io/pod-index",
    "batch.kubernetes.io/controller-uid",
    "batch.kubernetes.io/job-completion-index",
    "controller-revision-hash",
    "controller-uid",
    "etcd_node",
    "io.kubernetes",
    "k8s.io",
    "kubernetes.io",
    "pod-template-generation",
    "pod-template-hash",
    "statefulset.kubernetes.io/pod-name",
    "topology.kubernetes.io",
)
_WITHIN = "beta.kubernetes.io"


def is_left_out(key: str) -> bool:
    """Whether identities have no label with ``key``."""
    return key.startswith(_BEGINNINGS) or _WITHIN in key


def as_seen(selector: LabelSelector) -> LabelSelector | None:
    """What ``selector`` asks of the labels that identities keep; None where no identity can match it.

    A key that no identity has is absent: ``In`` and ``Exists`` never hold, ``NotIn`` and ``DoesNotExist`` always.
    """
    kept = tuple(one for one in selector.requirements if not is_left_out(one.key))
    if len(kept) == len(selector.requirements):
        return selector
    needed = (Operator.IN, Operator.EXISTS)
    if any(one.operator in needed for one in selector.requirements if is_left_out(one.key)):
        return None
    return LabelSelector(kept)
