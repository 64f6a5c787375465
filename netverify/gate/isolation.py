"""From statements about namespaces to claims: that pods are denied by default, and that policies select them."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.gate.claim import Claim
from netverify.gate.claiming import Claiming
from netverify.intent.spec import CoversEveryPod, DefaultDeny, World
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, Requirement
from netverify.model.traffic import EVERY_PORT, PortSet, Protocol, port_set, without
from netverify.queries.question import Form, Question
from netverify.rules.mentions import Mentions, collect_table
from netverify.rules.predicate import (
    AddressIn,
    All,
    AnyOf,
    InNamespace,
    IsPod,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
)


def claims_about_isolation(
    statement: DefaultDeny | CoversEveryPod, world: World | None, claiming: Claiming
) -> Iterator[Claim]:
    """The claims that ``statement`` comes to: one for each namespace and direction.

    Pods on the host network are left out: no policy isolates them. Raises :class:`netverify.intent.ends.EndError`.
    """
    stranger = Stranger(claiming) if isinstance(statement, DefaultDeny) else None
    for name in claiming.ends.namespaces(statement.namespaces):
        for direction in statement.directions:
            if stranger is not None:
                question = _default_denied(name, direction, stranger)
            else:
                question = _uncovered(name, direction, claiming)
            missing = "is not denied by default" if stranger is not None else "is not policed for every pod"
            violated = f"{direction} of namespace {name} {missing}"
            yield Claim(
                violated,
                question,
                world=world or World.POSSIBLE,
                nobody_will_do=stranger is None,
                violated=violated,
            )


class Stranger:
    """A flow that no rule speaks of: with a pod that has no label, namespace, address or port that a policy mentions.

    What is allowed to it is allowed to anybody: that is what "by default" means.
    """

    def __init__(self, claiming: Claiming) -> None:
        cluster = claiming.context.inventory.cluster
        mentions = Mentions()
        for direction in Direction:
            collect_table(claiming.context.policies.policies.tables[direction], mentions)
        self._mentions = mentions
        self._names = tuple(sorted(cluster.namespaces))
        named = {port.number for workload in cluster.workloads for port in workload.ports if port.name}
        # Mentioned are the first port of a range, and the one after its last.
        self._taken = [*named, *(p for port in mentions.ports for p in (port - 1, port) if p not in (0, 65536))]

    def pod(self, end: End) -> Predicate:
        """The pod, at ``end``."""
        labels = {key for one in End for key in self._mentions.pod_labels[one]}
        of_namespace = set(self._mentions.namespace_labels) - {NAMESPACE_NAME_LABEL}
        elsewhere = Requirement(NAMESPACE_NAME_LABEL, Operator.NOT_IN, self._names)
        parts: list[Predicate] = [
            IsPod(end),
            Not(OnHostNetwork(end)),
            NamespaceMatches(end, LabelSelector(tuple(sorted((elsewhere, *_without(of_namespace)), key=_order)))),
        ]
        if labels:
            parts.append(PodMatches(end, LabelSelector(tuple(_without(labels)))))
        narrow = tuple(sorted(one for one in self._mentions.ranges if one.last - one.first < _WIDE[one.family]))
        if narrow:
            parts.append(Not(AddressIn(end, narrow)))
        return All(tuple(parts))

    def traffic(self) -> Predicate:
        """Any of the ports that nobody mentions; every port where all are mentioned."""
        rest = without(EVERY_PORT, port_set(*((port, port) for port in sorted(set(self._taken)))))
        ports: PortSet = rest if rest.ranges else EVERY_PORT
        return AnyOf(tuple(PortIn(protocol, ports) for protocol in Protocol))


_WIDE = {4: 2**31 - 1, 6: 2**127 - 1}
"""A range of half of all addresses or more tells nobody apart."""


def _without(keys: set[str]) -> Iterator[Requirement]:
    return (Requirement(key, Operator.DOES_NOT_EXIST) for key in sorted(keys))


def _order(requirement: Requirement) -> tuple[str, str, tuple[str, ...]]:
    return (requirement.key, requirement.operator, requirement.values)


def _subject(name: str, end: End) -> tuple[Predicate, ...]:
    return (IsPod(end), InNamespace(end, name), Not(OnHostNetwork(end)))


def _default_denied(name: str, direction: Direction, stranger: Stranger) -> Question:
    ends = {direction.subject: All(_subject(name, direction.subject)), direction.peer: stranger.pod(direction.peer)}
    words = {direction.subject: f"namespace {name}", direction.peer: "a pod that no rule speaks of"}
    return _question(ends, words, stranger.traffic())


def _uncovered(name: str, direction: Direction, claiming: Claiming) -> Question:
    table = claiming.context.policies.slice(direction, (name,))
    selections = [selection.subject for tier in table.tiers for selection in tier.applies]
    subject = All((*_subject(name, direction.subject), *(Not(one) for one in selections)))
    anyone: Predicate = All()
    words = {direction.subject: f"pods of namespace {name} without a policy", direction.peer: "anyone"}
    ends = {direction.subject: subject, direction.peer: anyone}
    return _question(ends, words, AnyOf(tuple(PortIn(protocol, EVERY_PORT) for protocol in Protocol)))


def _question(ends: dict[End, Predicate], words: dict[End, str], traffic: Predicate) -> Question:
    text = f"can {words[End.SOURCE]} reach {words[End.DESTINATION]}"
    source, destination = ends[End.SOURCE], ends[End.DESTINATION]
    return Question(Form.CAN, text, source, destination, traffic, words[End.SOURCE], words[End.DESTINATION])
