"""What predicates tell by themselves about who may stand at an end: where, which workloads, and on what traffic."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import TypeAlias, assert_never

from netverify.model.cluster import WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, Operator
from netverify.model.traffic import PortSet, Protocol
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    Behaves,
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
from netverify.policy.visit import alternatives, fold, leaves

_Names: TypeAlias = frozenset[str] | None
"""Namespaces; None where a predicate does not tell."""


def pinned_places(predicate: Predicate, end: End) -> _Names:
    """Namespaces outside of which ``predicate`` never holds for a pod at ``end``; None if it does not tell."""
    return fold(predicate, lambda leaf: _named_place(leaf, end), every=_common, some=_all_told, negated=_does_not_tell)


def _named_place(leaf: Leaf, end: End) -> _Names:
    match leaf:
        case InNamespace(at, name):
            return frozenset({name}) if at is end else None
        case IsWorkload(at, key):
            return frozenset({key.namespace}) if at is end else None
        case NamespaceMatches() | PodMatches() | AddressIn() | OnHostNetwork() | IsPod() | HasServiceAccount():
            return None
        case Behaves() | Unspecified() | SameNode() | PortIn() | NamedPort():
            return None
        case _ as never:
            assert_never(never)


def _common(told: Sequence[_Names]) -> _Names:
    """What all sets that are told have in common; None where none is."""
    known = [one for one in told if one is not None]
    return frozenset.intersection(*known) if known else None


def _all_told(told: Sequence[_Names]) -> _Names:
    """All sets together; None unless each is told."""
    known = [one for one in told if one is not None]
    return frozenset().union(*known) if len(known) == len(told) else None


def _does_not_tell(_: object) -> None:
    return None


class Unions:
    """Unions by the namespaces that their parts name at ``end``, so that few parts are looked at for each namespace."""

    def __init__(self, end: End) -> None:
        self.end = end
        self._known: dict[int, tuple[AnyOf, Mapping[str | None, Sequence[Predicate]]]] = {}

    def within(self, predicate: Predicate, place: str) -> Predicate:
        """What holds of a pod in the namespace ``place`` iff ``predicate`` does."""
        match predicate:
            case All(parts):
                within = [self.within(part, place) for part in parts]
                is_same = all(one is other for one, other in zip(within, parts, strict=True))
                return predicate if is_same else All(tuple(within))
            case AnyOf(parts) if len(parts) > _FEW:
                by_place = self._by_place(predicate)
                return AnyOf((*by_place.get(None, ()), *by_place.get(place, ())))
            case Not(part):
                inside = self.within(part, place)
                return predicate if inside is part else Not(inside)
            case _:
                return predicate

    def _by_place(self, union: AnyOf) -> Mapping[str | None, Sequence[Predicate]]:
        """The parts of ``union`` by the namespace outside of which they never hold; None: they do not tell."""
        known = self._known.get(id(union))
        if known is None:
            found: dict[str | None, list[Predicate]] = {}
            for part in union.parts:
                pinned = pinned_places(part, self.end)
                for place in (None,) if pinned is None else pinned:
                    found.setdefault(place, []).append(part)
            known = self._known[id(union)] = (union, found)
        return known[1]


_FEW = 4
"""A union of so many parts is looked at as it is."""


def ruled_out_places(predicate: Predicate, end: End) -> frozenset[str]:
    """Namespaces in which ``predicate`` never holds for a pod at ``end``, as far as it tells by their names."""
    match predicate:
        case NamespaceMatches(at, selector):
            return _names_ruled_out(selector) if at is end else _NO_PLACES
        case Not(part):
            return frozenset({part.name}) if isinstance(part, InNamespace) and part.end is end else _NO_PLACES
        case All(parts):
            return _NO_PLACES.union(*(ruled_out_places(part, end) for part in parts))
        case AnyOf() | InNamespace() | IsWorkload() | PodMatches() | AddressIn() | OnHostNetwork() | IsPod():
            return _NO_PLACES
        case HasServiceAccount():
            return _NO_PLACES
        case Behaves() | Unspecified() | SameNode() | PortIn() | NamedPort():
            return _NO_PLACES
        case _ as never:
            assert_never(never)


_NO_PLACES: frozenset[str] = frozenset()


def _names_ruled_out(selector: LabelSelector) -> frozenset[str]:
    return frozenset(
        name
        for one in selector.requirements
        if one.key == NAMESPACE_NAME_LABEL and one.operator is Operator.NOT_IN
        for name in one.values
    )


def named_workloads(predicate: Predicate, end: End) -> frozenset[WorkloadKey] | None:
    """The workloads without which ``predicate`` never holds for a pod at ``end``; None if it does not tell."""
    match predicate:
        case All(parts):
            told = [keys for part in parts if (keys := named_workloads(part, end)) is not None]
            return frozenset.intersection(*told) if told else None
        case AnyOf() | Not():
            return None
        case _ as leaf:
            return _named_workload(leaf, end)


def _named_workload(leaf: Leaf, end: End) -> frozenset[WorkloadKey] | None:
    match leaf:
        case IsWorkload(at, key):
            return frozenset({key}) if at is end else None
        case InNamespace() | NamespaceMatches() | PodMatches() | AddressIn() | OnHostNetwork() | IsPod():
            return None
        case HasServiceAccount():
            return None
        case Behaves() | Unspecified() | SameNode() | PortIn() | NamedPort():
            return None
        case _ as never:
            assert_never(never)


def every_workload(predicate: Predicate, end: End) -> frozenset[WorkloadKey]:
    """Every workload that ``predicate`` names at ``end``."""
    named = (_named_workload(leaf, end) for leaf in leaves(predicate))
    return frozenset(key for keys in named if keys is not None for key in keys)


def named_places(predicate: Predicate, end: End) -> _Names:
    """The namespaces that ``predicate`` names at ``end``; others are alike to it. None if it looks at their labels."""
    return fold(
        predicate, lambda leaf: _told_apart(leaf, end), every=_all_told, some=_all_told, negated=lambda one: one
    )


def _told_apart(leaf: Leaf, end: End) -> _Names:
    match leaf:
        case NamespaceMatches(at):
            return None if at is end else _NO_PLACES
        case InNamespace() | IsWorkload():
            return _named_place(leaf, end) or _NO_PLACES
        case PodMatches() | AddressIn() | OnHostNetwork() | IsPod() | HasServiceAccount():
            return _NO_PLACES
        case Behaves() | Unspecified() | SameNode() | PortIn() | NamedPort():
            return _NO_PLACES
        case _ as never:
            assert_never(never)


class Look(Enum):
    """What a predicate looks at."""

    WORKLOAD = "which workload it is"
    HOST = "whether it is on the host network"
    POD = "labels, address or service account of one pod"
    PLACE = "what all pods of a namespace share"
    FLOW = "the traffic, or the cluster"


ABOUT_ONE_POD = frozenset({Look.WORKLOAD, Look.HOST, Look.POD})


def looks_at(predicate: Predicate) -> frozenset[Look]:
    """What ``predicate`` looks at, at either end."""
    return frozenset(map(_look, leaves(predicate)))


def _look(leaf: Leaf) -> Look:
    match leaf:
        case IsWorkload():
            return Look.WORKLOAD
        case OnHostNetwork():
            return Look.HOST
        case PodMatches() | AddressIn() | HasServiceAccount():
            return Look.POD
        case InNamespace() | NamespaceMatches() | IsPod():
            return Look.PLACE
        case Behaves() | Unspecified() | SameNode() | PortIn() | NamedPort():
            return Look.FLOW
        case _ as never:
            assert_never(never)


def known_traffic(predicate: Predicate) -> tuple[Protocol | None, int | None]:
    """The protocol and the port that ``predicate`` leaves no choice about; None where it does."""
    protocols: set[Protocol] = set()
    ports: set[PortSet] = set()
    for clause in alternatives(predicate):
        if not isinstance(clause, PortIn):
            return None, None
        protocols.add(clause.protocol)
        ports.add(clause.ports)
    protocol = protocols.pop() if len(protocols) == 1 else None
    if len(ports) != 1:
        return protocol, None
    ranges = ports.pop().ranges
    single = len(ranges) == 1 and ranges[0][0] == ranges[0][1]
    return protocol, ranges[0][0] if single else None
