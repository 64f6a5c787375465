"""From statements about namespaces to claims: that pods are denied by default, and that policies select them."""

from __future__ import annotations

from collections.abc import Iterator

from netverify.gate.claim import Claim
from netverify.gate.claiming import Claiming
from netverify.gate.stranger import Stranger
from netverify.intent.spec import CoversEveryPod, DefaultDeny, World
from netverify.model.flow import Direction, End
from netverify.model.traffic import EVERY_PORT, Protocol
from netverify.queries.question import Form, Question, narrowed
from netverify.rules.predicate import (
    All,
    AnyOf,
    InNamespace,
    IsPod,
    IsWorkload,
    Not,
    OnHostNetwork,
    PortIn,
    Predicate,
)


def claims_about_isolation(
    statement: DefaultDeny | CoversEveryPod, world: World | None, claiming: Claiming
) -> Iterator[Claim]:
    """The claims that ``statement`` comes to: one for each namespace and direction.

    Pods on the host network are left out: no policy isolates them. About existing pods, a namespace that is called by
    name has to have some; of others, one. Raises :class:`netverify.intent.ends.EndError`.
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
                stranger = Stranger(claiming.context, name, direction)
                question = _default_denied(name, direction, stranger)
                if world is World.EXISTING:  # The stranger is nobody of the manifests, whoever is asked about.
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


def _default_denied(name: str, direction: Direction, stranger: Stranger) -> Question:
    ends = {direction.subject: All(_subject(name, direction.subject)), direction.peer: stranger.anyone(direction.peer)}
    words = {direction.subject: f"namespace {name}", direction.peer: "somebody whom no rule speaks of"}
    return _question(ends, words, stranger.traffic)


def _anybody(name: str, direction: Direction) -> Question:
    ends: dict[End, Predicate] = {
        direction.subject: All(_subject(name, direction.subject)),
        direction.peer: All(),
    }
    words = {direction.subject: f"pods of namespace {name}", direction.peer: "anyone"}
    return _question(ends, words, AnyOf(tuple(PortIn(protocol, EVERY_PORT) for protocol in Protocol)))


def _uncovered(name: str, direction: Direction, claiming: Claiming) -> Question:
    table = claiming.context.policies.slice(direction, (name,))
    selections = [selection.subject for tier in table.every_tier() for selection in tier.applies]
    subject = All((*_subject(name, direction.subject), *(Not(one) for one in selections)))
    anyone: Predicate = All()
    words = {direction.subject: f"pods of namespace {name} without a policy", direction.peer: "anyone"}
    ends = {direction.subject: subject, direction.peer: anyone}
    return _question(ends, words, AnyOf(tuple(PortIn(protocol, EVERY_PORT) for protocol in Protocol)))


def _question(ends: dict[End, Predicate], words: dict[End, str], traffic: Predicate) -> Question:
    text = f"can {words[End.SOURCE]} reach {words[End.DESTINATION]}"
    source, destination = ends[End.SOURCE], ends[End.DESTINATION]
    return Question(Form.CAN, text, source, destination, traffic, words[End.SOURCE], words[End.DESTINATION])
