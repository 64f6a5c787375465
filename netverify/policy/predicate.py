"""Predicates on flows: a closed set of node types with several readings.

The reference reading says what each node means on one flow, the symbolic reading prints it as a formula, the all-pairs
reading says of whom it holds. To add a node type is to add it to ``Leaf``: the type checker then fails at every place
that has to know, since each ends in ``assert_never``. :mod:`netverify.policy.visit` takes predicates apart for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from enum import StrEnum
from typing import TypeAlias

from netverify.model.addresses import AddressRange
from netverify.model.behaviours import Behaviour
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import End
from netverify.model.labels import LabelSelector
from netverify.model.traffic import PortSet, Protocol
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class All:
    """Every one of ``parts`` holds; without parts, always."""

    parts: tuple[Predicate, ...] = ()


@dataclass(frozen=True, slots=True)
class AnyOf:
    """At least one of ``parts`` holds; without parts, never."""

    parts: tuple[Predicate, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    """``part`` does not hold."""

    part: Predicate


@dataclass(frozen=True, slots=True)
class Behaves:
    """The CNI shows ``behaviour``."""

    behaviour: Behaviour


class Bias(StrEnum):
    """To which side something that is not taken as it is errs: it holds too often, or too seldom."""

    OVER = "over"
    UNDER = "under"


@dataclass(frozen=True, slots=True, order=True)
class Unspecified:
    """What ``meaning`` says of the flow, which neither the manifests nor the API decide: it may hold or not.

    Such are the addresses of a DNS name, or what a rule looks at in a request. It is free for each flow, and the same
    wherever one flow is asked about: what has one meaning is one, whichever ``source`` says so. With a ``bias`` it is
    what a rule or a selection leaves out, which is not taken as it is.
    """

    meaning: str
    source: str = field(default="", compare=False)
    bias: Bias | None = field(default=None, compare=False)

    @property
    def as_written(self) -> bool:
        """Its value where what leaves it out is taken as it is written."""
        return self.bias is Bias.OVER

    def __str__(self) -> str:
        return self.meaning


Choice: TypeAlias = Behaviour | Unspecified
"""One thing that is left open, and that a flow is decided by."""

Choices: TypeAlias = Mapping[Choice, bool]
"""What is left open, decided."""


class Decided(dict[Choice, bool]):
    """What is left open, decided as the last of ``parts`` says that tells; what is unspecified does not hold else."""

    def __init__(self, *parts: Mapping[Behaviour, bool] | Choices) -> None:
        super().__init__()
        for part in parts:
            for choice, value in part.items():
                self[choice] = value

    def __missing__(self, choice: Choice) -> bool:
        if isinstance(choice, Unspecified):
            return False
        raise KeyError(choice)


@dataclass(frozen=True, slots=True)
class IsPod:
    """``end`` is a pod, on the host network or not; otherwise it is a node, or an external address."""

    end: End


@dataclass(frozen=True, slots=True)
class OnHostNetwork:
    """``end`` is a pod with ``hostNetwork: true``, or a node."""

    end: End


@dataclass(frozen=True, slots=True)
class SameNode:
    """Both ends are on one node."""


@dataclass(frozen=True, slots=True)
class InNamespace:
    """``end`` is a pod in the namespace called ``name``; a node is in the place that is called ``NODES``."""

    end: End
    name: str


@dataclass(frozen=True, slots=True)
class NamespaceMatches:
    """``end`` is a pod in a namespace whose labels ``selector`` matches; a node is in none."""

    end: End
    selector: LabelSelector


@dataclass(frozen=True, slots=True)
class PodMatches:
    """``end`` is a pod whose labels ``selector`` matches; no selector matches a node."""

    end: End
    selector: LabelSelector


@dataclass(frozen=True, slots=True)
class HasServiceAccount:
    """``end`` is a pod that runs as the service account called ``name`` of its own namespace; no node does."""

    end: End
    name: str


@dataclass(frozen=True, slots=True)
class IsWorkload:
    """``end`` is an existing pod of the workload ``key``, or the node with that key."""

    end: End
    key: WorkloadKey


@dataclass(frozen=True, slots=True)
class AddressIn:
    """``end``, a pod or not, has an address in one of ``ranges``."""

    end: End
    ranges: tuple[AddressRange, ...]


@dataclass(frozen=True, slots=True)
class PortIn:
    """The flow is ``protocol`` to a destination port in ``ports``."""

    protocol: Protocol
    ports: PortSet


@dataclass(frozen=True, slots=True)
class NamedPort:
    """The flow is ``protocol`` to a port that the destination pod declares under ``name`` for that protocol.

    Never holds when the destination is no pod. Ports of init containers count iff the CNI says so.
    """

    protocol: Protocol
    name: str


AboutEnd: TypeAlias = (
    InNamespace | NamespaceMatches | PodMatches | AddressIn | OnHostNetwork | IsPod | IsWorkload | HasServiceAccount
)
"""What looks at the end that it names."""

Leaf: TypeAlias = AboutEnd | Behaves | Unspecified | SameNode | PortIn | NamedPort
"""The nodes without parts."""

Predicate: TypeAlias = All | AnyOf | Not | Leaf

ALWAYS = All()
