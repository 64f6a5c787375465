"""A predicate about one end of a flow, about the other end instead."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from netverify.model.flow import End
from netverify.rules.predicate import (
    AddressIn,
    All,
    AnyOf,
    Behaves,
    InNamespace,
    IsPod,
    IsWorkload,
    NamedPort,
    NamespaceMatches,
    Not,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
)


def at_end(predicate: Predicate, end: End) -> Predicate:
    """``predicate``, which is about one end, about whoever is at ``end``; traffic and behaviours stay as they are."""
    match predicate:
        case All(parts):
            return All(tuple(at_end(part, end) for part in parts))
        case AnyOf(parts):
            return AnyOf(tuple(at_end(part, end) for part in parts))
        case Not(part):
            return Not(at_end(part, end))
        case IsPod() | OnHostNetwork() | InNamespace() | NamespaceMatches() | PodMatches() | IsWorkload() | AddressIn():
            return replace(predicate, end=end)
        case Behaves() | PortIn() | NamedPort() | SameNode():
            return predicate
        case _ as never:
            assert_never(never)
