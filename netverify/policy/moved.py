"""A predicate about one end of a flow, about the other end instead."""

from __future__ import annotations

from dataclasses import replace
from typing import assert_never

from netverify.model.flow import End
from netverify.policy.predicate import (
    AddressIn,
    Behaves,
    HasServiceAccount,
    InNamespace,
    IsPod,
    IsWorkload,
    Leaf,
    NamedPort,
    NamespaceMatches,
    OnHostNetwork,
    PodMatches,
    PortIn,
    Predicate,
    SameNode,
    Unspecified,
)
from netverify.policy.visit import rebuilt


def at_end(predicate: Predicate, end: End) -> Predicate:
    """``predicate``, which is about one end, about whoever is at ``end``; traffic and behaviours stay as they are."""
    return rebuilt(predicate, lambda leaf: _moved(leaf, end))


def _moved(leaf: Leaf, end: End) -> Leaf:
    match leaf:
        case IsPod() | OnHostNetwork() | InNamespace() | NamespaceMatches() | PodMatches() | HasServiceAccount():
            return replace(leaf, end=end)
        case IsWorkload() | AddressIn():
            return replace(leaf, end=end)
        case Behaves() | Unspecified() | PortIn() | NamedPort() | SameNode():
            return leaf
        case _ as never:
            assert_never(never)
