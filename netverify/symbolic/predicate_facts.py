"""What predicates tell by themselves about who may stand at an end: where, which workloads, and on what traffic."""

from __future__ import annotations

from netverify.model.cluster import WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import NAMESPACE_NAME_LABEL, Operator
from netverify.model.traffic import PortSet, Protocol
from netverify.rules.predicate import (
    AddressIn,
    All,
    AnyOf,
    InNamespace,
    IsWorkload,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
)


def pinned_places(predicate: Predicate, end: End) -> frozenset[str] | None:
    """Namespaces outside of which ``predicate`` never holds for a pod at ``end``; None if it does not tell."""
    match predicate:
        case InNamespace(at, name) if at is end:
            return frozenset({name})
        case IsWorkload(at, key) if at is end:
            return frozenset({key.namespace})
        case All(parts):
            known = [names for part in parts if (names := pinned_places(part, end)) is not None]
            return frozenset.intersection(*known) if known else None
        case AnyOf(parts):
            either = [pinned_places(part, end) for part in parts]
            known = [names for names in either if names is not None]
            return frozenset().union(*known) if len(known) == len(either) else None
        case _:
            return None


def ruled_out_places(predicate: Predicate, end: End) -> frozenset[str]:
    """Namespaces in which ``predicate`` never holds for a pod at ``end``, as far as it tells by their names."""
    match predicate:
        case NamespaceMatches(at, selector) if at is end:
            names = [
                one.values
                for one in selector.requirements
                if one.key == NAMESPACE_NAME_LABEL and one.operator is Operator.NOT_IN
            ]
            return frozenset(name for values in names for name in values)
        case Not(InNamespace(at, name)) if at is end:
            return frozenset({name})
        case All(parts):
            return frozenset().union(*(ruled_out_places(part, end) for part in parts))
        case _:
            return frozenset()


def named_workloads(predicate: Predicate, end: End) -> frozenset[WorkloadKey] | None:
    """The workloads without which ``predicate`` never holds for a pod at ``end``; None if it does not tell."""
    match predicate:
        case IsWorkload(at, key) if at is end:
            return frozenset({key})
        case All(parts):
            told = [keys for part in parts if (keys := named_workloads(part, end)) is not None]
            return frozenset.intersection(*told) if told else None
        case _:
            return None


def every_workload(predicate: Predicate, end: End) -> frozenset[WorkloadKey]:
    """Every workload that ``predicate`` names at ``end``."""
    match predicate:
        case IsWorkload(at, key) if at is end:
            return frozenset({key})
        case All(parts) | AnyOf(parts):
            return frozenset().union(*(every_workload(part, end) for part in parts))
        case Not(part):
            return every_workload(part, end)
        case _:
            return frozenset()


def named_places(predicate: Predicate, end: End) -> frozenset[str] | None:
    """The namespaces that ``predicate`` names at ``end``; others are alike to it. None if it looks at their labels."""
    match predicate:
        case NamespaceMatches(at, _) if at is end:
            return None
        case InNamespace(at, name) if at is end:
            return frozenset({name})
        case IsWorkload(at, key) if at is end:
            return frozenset({key.namespace})
        case All(parts) | AnyOf(parts):
            named = [named_places(part, end) for part in parts]
            known = [names for names in named if names is not None]
            return frozenset().union(*known) if len(known) == len(named) else None
        case Not(part):
            return named_places(part, end)
        case _:
            return frozenset()


ABOUT_ONE_POD = frozenset({PodMatches, IsWorkload, OnHostNetwork, AddressIn})


def looks_at(predicate: Predicate) -> frozenset[type]:
    """The types of the nodes of ``predicate``."""
    match predicate:
        case All(parts) | AnyOf(parts):
            return frozenset().union(*map(looks_at, parts))
        case Not(part):
            return looks_at(part)
        case _:
            return frozenset({type(predicate)})


def known_traffic(predicate: Predicate) -> tuple[Protocol | None, int | None]:
    """The protocol and the port that ``predicate`` leaves no choice about; None where it does."""
    clauses = predicate.parts if isinstance(predicate, AnyOf) else (predicate,)
    protocols: set[Protocol] = set()
    ports: set[PortSet] = set()
    for clause in clauses:
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
