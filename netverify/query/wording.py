"""Predicates and behaviours in words, for traces and listings: ``pods role=admin in namespaces team=a``."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import assert_never

from netverify.model.addresses import cidrs
from netverify.model.behaviours import Behaviour, name_of
from netverify.model.cluster import NODES
from netverify.model.labels import EVERYTHING
from netverify.model.traffic import EVERY_PORT, Protocol
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    Behaves,
    Choice,
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
    SameNode,
    Unspecified,
)
from netverify.policy.visit import conjuncts
from netverify.query.selector_grammar import selector_text

_MANY = 4


def setting_words(behaviour: Choice, *, value: bool) -> str:
    """``endport-supported=true``, as ``--assume`` takes it."""
    return f"{name_of(str(behaviour))}={'true' if value else 'false'}"


def peer_words(peer: Predicate) -> str:  # noqa: C901, PLR0912 - one arm for each node type
    """One end of a rule in words; ``anyone`` for a rule without peers."""
    parts = tuple(_flat(peer))
    pods = [selector_text(part.selector) for part in parts if isinstance(part, PodMatches)]
    places: list[str] = []
    others: list[str] = []
    clauses: list[str] = []
    for part in parts:
        match part:
            case InNamespace(_, name):
                places.append("nodes" if name == NODES else f"namespace {name}")
            case NamespaceMatches(_, selector):
                places.append("all namespaces" if selector == EVERYTHING else f"namespaces {selector_text(selector)}")
            case IsWorkload(_, key):
                others.append(str(key))
            case HasServiceAccount(_, name):
                others.append(f"service account {name}")
            case AddressIn(_, ranges):
                named = [cidr for block in ranges for cidr in cidrs(block)]
                others.append("addresses " + ", ".join(named[:_MANY]) + (", ..." if named[_MANY:] else ""))
            case OnHostNetwork():
                others.append("nodes")
            case Unspecified(meaning, bias=None):
                # It is written as "the destination has an address of ...".
                clauses.append(meaning.partition(" ")[2].partition(" ")[2])
            case PodMatches() | IsPod():
                pass  # the pods come first, and what is no pod has other words
            case Behaves() | Unspecified() | SameNode() | PortIn() | NamedPort():
                pass
            case _ as never:
                assert_never(never)
    if pods or places:
        who = f"pods {','.join(pods)}" if pods else "pods"
        others.insert(0, f"{who} in {' and '.join(places)}" if places else who)
    if not others:
        others = ["any pod" if any(isinstance(part, IsPod) for part in parts) else "anyone"]
    which = f" that {' and '.join(clauses)}" if clauses else ""
    return " and ".join(others) + which


def traffic_words(traffic: Predicate) -> str:
    """The ports of a rule in words; ``every port`` for a rule without ports."""
    words = list(dict.fromkeys(_traffic_words(traffic)))
    if not words:
        return "every port"
    return ", ".join(words[:_MANY]) + (", ..." if words[_MANY:] else "")


def _traffic_words(predicate: Predicate) -> Iterator[str]:
    match predicate:
        case PortIn(protocol, ports):
            yield f"every {protocol} port" if ports == EVERY_PORT else f"{protocol} {ports}"
        case NamedPort(protocol, name):
            yield f"{protocol} {name}"
        case AnyOf(parts):
            yield from _words_of_any(parts)
        case All(parts):
            for part in parts:
                yield from _traffic_words(part)
        case Not():
            return
        case InNamespace() | NamespaceMatches() | PodMatches() | AddressIn() | OnHostNetwork() | IsPod() | IsWorkload():
            return
        case HasServiceAccount() | Behaves() | Unspecified() | SameNode():
            return
        case _ as never:
            assert_never(never)


def _words_of_any(parts: Sequence[Predicate]) -> Iterator[str]:
    words = [word for part in parts for word in _traffic_words(part)]
    # A port name comes with what an unsupporting CNI makes of it, a range with its first port alone.
    named = [word for part in parts if _is_reading(part) for word in _traffic_words(part)]
    if named and len(words) == len(parts):
        yield named[0]
    elif words == [f"{one} {words[0].partition(' ')[2]}" for one in Protocol]:
        yield f"{'/'.join(Protocol)} {words[0].partition(' ')[2]}"
    else:
        yield from words


def _is_reading(part: Predicate) -> bool:
    """Whether ``part`` is what some plugins make of a port; that they police SCTP at all is no reading of its own."""
    return isinstance(part, All) and Behaves(Behaviour.SCTP_SUPPORTED) not in part.parts


def _flat(predicate: Predicate) -> Iterator[Leaf]:
    """The leaves that must all hold; what is said by alternatives and negations is left out."""
    for part in conjuncts(predicate):
        if not isinstance(part, All | AnyOf | Not):
            yield part
