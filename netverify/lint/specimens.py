"""Flows that show what a policy or a rule does, made from what it says: most that matter are told so without a solver.

A specimen that two tables decide differently refutes that they are alike; that none is found proves nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import lru_cache
from itertools import islice

from netverify.model.addresses import Address, subtract
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import ContainerPort, Namespace
from netverify.model.flow import Direction, Endpoint, External, Flow, Pod
from netverify.model.labels import NAMESPACE_NAME_LABEL, Labels, LabelSelector, fewest_labels, selector_matches
from netverify.model.network_policy import IPBlock, NetworkPolicy, Peer, PolicyPort, PolicyRule
from netverify.model.traffic import Protocol
from netverify.policy.predicate import Choices

ORDINARY: Choices = {
    behaviour: behaviour
    in {
        Behaviour.POLICY_ENFORCED,
        Behaviour.ENDPORT_SUPPORTED,
        Behaviour.NAMED_PORTS_SUPPORTED,
        Behaviour.INIT_CONTAINER_PORTS_NAMED,
        Behaviour.SCTP_SUPPORTED,
        Behaviour.CLUSTER_POLICY_ENFORCED,
        Behaviour.ADMIN_POLICY_ENFORCED,
        Behaviour.BASELINE_PER_DIRECTION,
        Behaviour.EXPERIMENTAL_PEERS_SUPPORTED,
    }
    for behaviour in Behaviour
}
"""What a plugin does that reads all of a policy, and makes no difference of its own."""

_fewest_labels = lru_cache(maxsize=4096)(fewest_labels)
_MOST = 12
_NEW = "specimen"
_UNUSUAL_PORT = 39999
_NAMED = 39997


class Specimens:
    """Makes flows for policies of one cluster."""

    def __init__(self, namespaces: Mapping[str, Namespace]) -> None:
        self._namespaces = namespaces
        self._known_places: dict[tuple[str, LabelSelector], tuple[tuple[str, Labels], ...]] = {}

    def of_policy(self, policy: NetworkPolicy, direction: Direction) -> Iterator[Flow]:
        """Flows of a pod that ``policy`` selects: unusual ones, and for each of its rules some."""
        unusual = self._flows(policy, direction, (), ())
        yield from islice(unusual, 1)
        for rule in policy.ingress if direction is Direction.INGRESS else policy.egress:
            yield from self.of_rule(policy, direction, rule)
        yield from unusual

    def of_rule(self, policy: NetworkPolicy, direction: Direction, rule: PolicyRule) -> Iterator[Flow]:
        """Some flows that ``rule`` is for; none where it can be for none."""
        yield from islice(self._flows(policy, direction, rule.peers, rule.ports), _MOST)

    def of_peer(self, policy: NetworkPolicy, direction: Direction, peer: Peer) -> Iterator[Flow]:
        """Some flows with such a peer."""
        yield from self._flows(policy, direction, (peer,), ())

    def _flows(
        self, policy: NetworkPolicy, direction: Direction, peers: tuple[Peer, ...], ports: tuple[PolicyPort, ...]
    ) -> Iterator[Flow]:
        labels = _fewest_labels(policy.pod_selector)
        if labels is None:
            return
        for protocol, number, declared in _traffic(ports):
            for other in self._others(policy.namespace, peers):
                towards_other = direction is Direction.EGRESS
                if towards_other and isinstance(other, Pod):
                    other = _with_ports(other, declared)  # noqa: PLW2901 the same pod, as this port needs it
                home = self._labels_of(policy.namespace, {})
                own = () if towards_other else declared
                subject = Pod(policy.namespace, home, labels, _address(other.address.family, 1), own)
                source, destination = (subject, other) if towards_other else (other, subject)
                yield Flow(source, destination, protocol, number)

    def _others(self, home: str, peers: tuple[Peer, ...]) -> Iterator[Endpoint]:
        if not peers:
            yield External(Address(4, 0x55555555))
            yield External(Address(6, 0x2A << 120))
            yield Pod(_NEW, {NAMESPACE_NAME_LABEL: _NEW}, {}, _address(4, 2))
        for peer in peers:
            if peer.ip_block is not None:
                yield from _inside(peer.ip_block)
            else:
                yield from self._pods(home, peer)

    def _pods(self, home: str, peer: Peer) -> Iterator[Pod]:
        labels = {} if peer.pod_selector is None else _fewest_labels(peer.pod_selector)
        if labels is None:
            return
        if peer.namespace_selector is None:
            yield Pod(home, self._labels_of(home, {}), labels, _address(4, 2))
            return
        key = home, peer.namespace_selector
        if key not in self._known_places:
            self._known_places[key] = tuple(self._places(*key))
        for name, of_namespace in self._known_places[key]:
            yield Pod(name, of_namespace, labels, _address(4, 2))

    def _places(self, home: str, selector: LabelSelector) -> Iterator[tuple[str, Labels]]:
        """Namespaces that ``selector`` matches: one that could be created, and one that is there."""
        wanted = _fewest_labels(selector)
        if wanted is None:
            return
        created = {**wanted, NAMESPACE_NAME_LABEL: wanted.get(NAMESPACE_NAME_LABEL, _NEW)}
        if created[NAMESPACE_NAME_LABEL] not in self._namespaces and selector_matches(selector, created):
            yield created[NAMESPACE_NAME_LABEL], created
        for name, namespace in self._namespaces.items():
            labels = self._labels_of(name, wanted)
            if name != home and selector_matches(selector, labels):
                yield namespace.name, labels
                return

    def _labels_of(self, name: str, wanted: Labels) -> Labels:
        """The labels of a namespace; where they are not known, those that are ``wanted``."""
        namespace = self._namespaces.get(name)
        if namespace is not None and namespace.declared:
            return namespace.labels
        return {**wanted, NAMESPACE_NAME_LABEL: name}


def _inside(block: IPBlock) -> Iterator[External]:
    """Addresses of ``block``, at its thirds: its ends are often those of another block, too."""
    for rest in subtract(block.cidr, block.excepts)[:4]:
        third = (rest.last - rest.first) // 3
        yield from (External(Address(rest.family, value)) for value in {rest.first + third, rest.last - third})


def _traffic(ports: tuple[PolicyPort, ...]) -> Iterator[tuple[Protocol, int, tuple[ContainerPort, ...]]]:
    """A protocol and a port number, with what the destination has to declare for them."""
    if not ports:
        yield Protocol.TCP, _UNUSUAL_PORT, ()
        yield Protocol.UDP, _UNUSUAL_PORT, ()
    for port in ports:
        match port.port:
            case None:
                yield port.protocol, _UNUSUAL_PORT, ()
            case str(name):
                yield port.protocol, _NAMED, (ContainerPort(_NAMED, port.protocol, name),)
            case int(number):
                yield port.protocol, port.end_port or number, ()


def _with_ports(pod: Pod, ports: tuple[ContainerPort, ...]) -> Pod:
    return Pod(pod.namespace, pod.namespace_labels, pod.labels, pod.address, ports)


def _address(family: int, number: int) -> Address:
    """An address of the ranges for documentation."""
    return Address(4, 0xC0000200 + number) if family == 4 else Address(6, (0x20010DB8 << 96) + number)
