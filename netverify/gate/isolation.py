"""From statements about namespaces to claims: that pods are denied by default, and that policies select them."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cached_property
from typing import assert_never

from netverify.answers.context import Context
from netverify.gate.claim import Claim
from netverify.gate.claiming import Claiming
from netverify.gate.intent.spec import CoversEveryPod, DefaultDeny, World
from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, AddressRange, joined, parse_cidr, size, subtract
from netverify.model.flow import Direction, End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator, Requirement
from netverify.model.traffic import EVERY_PORT, PortSet, Protocol, port_set, without
from netverify.policy.mentions import Mentions, collect, collect_table
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    Leaf,
    NamedPort,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
)
from netverify.policy.visit import about_traffic, may_hold
from netverify.query.internet import internet_ranges
from netverify.query.question import Form, Question, narrowed
from netverify.query.whereabouts import is_outside


class FreshEndpoint:
    """A flow that no rule of ``direction`` for pods of ``namespace`` speaks of.

    Its other end is a pod that has no label, namespace, address or port which they mention, in a namespace that no
    manifest names, so that no policy is about it; or an address outside that they do not mention. What is allowed to
    it is allowed to anybody: that is what "by default" means. Blocks that together have half of all there is mention
    nobody: see :func:`singled_out`.
    """

    def __init__(self, context: Context, namespace: str, direction: Direction) -> None:
        cluster = context.inventory.cluster
        mentions = Mentions()
        table = context.policies.slice(direction, (namespace,))
        collect_table(table, mentions)
        self._mentions = mentions
        self._names = tuple(sorted(cluster.namespaces))
        named = {port.number for workload in cluster.workloads for port in workload.ports if port.name}
        # Mentioned are the first port of a range, and the one after its last.
        self._taken = [*named, *(p for port in mentions.ports for p in (port - 1, port) if p not in (0, 65536))]
        peers = Mentions()
        for rule in (rule for tier in table.every_tier() for rule in tier.rules if _may_be(rule.traffic, self._ports)):
            collect(rule.peer, peers)
        self._narrow = singled_out(peers.ranges, tuple(map(parse_cidr, context.settings.pod_cidrs)))

    def anyone(self, end: End) -> Predicate:
        """The pod or the address, at ``end``."""
        address = All((is_outside(end), *self._elsewhere(end)))
        return AnyOf((self._pod(end), address))

    def _elsewhere(self, end: End) -> Iterator[Predicate]:
        if self._narrow:
            yield Not(AddressIn(end, self._narrow))

    def _pod(self, end: End) -> Predicate:
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
        accounts = sorted({name for one in End for name in self._mentions.service_accounts[one]})
        parts += [Not(HasServiceAccount(end, name)) for name in accounts]
        return All((*parts, *self._elsewhere(end)))

    @cached_property
    def traffic(self) -> Predicate:
        """Any of the ports that nobody mentions; every port where all are mentioned."""
        return AnyOf(tuple(PortIn(protocol, self._ports) for protocol in Protocol))

    @cached_property
    def _ports(self) -> PortSet:
        rest = without(EVERY_PORT, port_set(*((port, port) for port in sorted(set(self._taken)))))
        return rest if rest.ranges else EVERY_PORT


def _may_be(traffic: Predicate, ports: PortSet) -> bool:
    """Whether ``traffic`` may hold on one of ``ports``, none of which anybody gives a name."""

    def may_be(leaf: Leaf) -> bool:
        match about_traffic(leaf):
            case PortIn(_, own):
                return without(own, ports) != own
            case NamedPort():
                return False
            case None:
                return True
            case _ as never:
                assert_never(never)

    return may_hold(traffic, may_be)


def _without(keys: set[str]) -> Iterator[Requirement]:
    return (Requirement(key, Operator.DOES_NOT_EXIST) for key in sorted(keys))


def _order(requirement: Requirement) -> tuple[str, str, tuple[str, ...]]:
    return (requirement.key, requirement.operator, requirement.values)


_Ranges = tuple[AddressRange, ...]


def singled_out(ranges: Collection[AddressRange], pods: Collection[AddressRange]) -> _Ranges:
    """The parts of ``ranges`` that speak of somebody in particular.

    Not those within a whole of which ``ranges`` have half or more, taken together: all addresses of a family, its
    internet, or ``pods``, the addresses that pods may have as far as that is known.
    """
    internet = internet_ranges()
    wholes = [[EVERY_IPV4], [EVERY_IPV6]]
    wholes += [[one for one in part if one.family == family] for part in (internet, pods) for family in (4, 6)]
    crowded = tuple(one for whole in wholes if whole and _has_half(ranges, whole) for one in whole)
    return tuple(sorted(rest for one in joined(ranges) for rest in subtract(one, crowded)))


def _has_half(ranges: Collection[AddressRange], whole: Sequence[AddressRange]) -> bool:
    left = size(rest for one in whole for rest in subtract(one, joined(ranges)))
    return 2 * left <= size(whole)


def claims_about_isolation(
    statement: DefaultDeny | CoversEveryPod, world: World | None, claiming: Claiming
) -> Iterator[Claim]:
    """The claims that ``statement`` comes to: one for each namespace and direction.

    Pods on the host network are left out: no policy isolates them. About existing pods, a namespace that is called by
    name has to have some; of others, one. Raises :class:`netverify.gate.intent.ends.EndError`.
    """
    by_default = isinstance(statement, DefaultDeny)
    names = claiming.ends.namespaces(statement.namespaces)
    inhabited = {one.key.namespace for one in claiming.context.inventory.cluster.workloads if not one.host_network}
    if world is World.EXISTING and not statement.namespaces.names:
        names = tuple(name for name in names if name in inhabited) or names
    for name in names:
        is_empty = world is World.EXISTING and name not in inhabited
        for direction in statement.directions:
            if by_default:
                fresh = FreshEndpoint(claiming.context, name, direction)
                question = _default_denied(name, direction, fresh)
                if world is World.EXISTING:  # A fresh endpoint is nobody of the manifests, whoever is asked about.
                    question = narrowed(question, direction.subject, _existing(name, direction.subject, claiming))
            elif is_empty:
                question = _anybody(name, direction)
            else:
                question = _uncovered(name, direction, claiming)
            missing = "is not denied by default" if by_default else "is not policed for every pod"
            violated = f"{direction} of namespace {name} {missing}"
            yield Claim(
                violated,
                question,
                world=World.POSSIBLE if by_default else world or World.POSSIBLE,
                nobody_will_do=not by_default and not is_empty,
                violated=violated,
                direction=direction,
            )


def _subject(name: str, end: End) -> tuple[Predicate, ...]:
    return (IsPod(end), InNamespace(end, name), Not(OnHostNetwork(end)))


def _existing(name: str, end: End, claiming: Claiming) -> Predicate:
    """The pods of the manifests in the namespace ``name``."""
    workloads = claiming.context.inventory.cluster.workloads
    return AnyOf(tuple(IsWorkload(end, one.key) for one in workloads if one.key.namespace == name))


def _default_denied(name: str, direction: Direction, fresh: FreshEndpoint) -> Question:
    ends = {direction.subject: All(_subject(name, direction.subject)), direction.peer: fresh.anyone(direction.peer)}
    words = {direction.subject: f"namespace {name}", direction.peer: "a peer that no rule mentions"}
    return _question(ends, words, fresh.traffic)


def _anybody(name: str, direction: Direction) -> Question:
    ends: dict[End, Predicate] = {
        direction.subject: All(_subject(name, direction.subject)),
        direction.peer: All(),
    }
    words = {direction.subject: f"pods of namespace {name}", direction.peer: "anyone"}
    return _question(ends, words, AnyOf(tuple(PortIn(protocol, EVERY_PORT) for protocol in Protocol)))


def _uncovered(name: str, direction: Direction, claiming: Claiming) -> Question:
    table = claiming.context.policies.slice(direction, (name,))
    selections = [one.subject for tier in table.every_tier() for one in tier.applies if one.isolates]
    subject = All((*_subject(name, direction.subject), *(Not(one) for one in selections)))
    anyone: Predicate = All()
    words = {direction.subject: f"pods of namespace {name} without a policy", direction.peer: "anyone"}
    ends = {direction.subject: subject, direction.peer: anyone}
    return _question(ends, words, AnyOf(tuple(PortIn(protocol, EVERY_PORT) for protocol in Protocol)))


def _question(ends: dict[End, Predicate], words: dict[End, str], traffic: Predicate) -> Question:
    text = f"can {words[End.SOURCE]} reach {words[End.DESTINATION]}"
    source, destination = ends[End.SOURCE], ends[End.DESTINATION]
    return Question(Form.CAN, text, source, destination, traffic, words[End.SOURCE], words[End.DESTINATION])
