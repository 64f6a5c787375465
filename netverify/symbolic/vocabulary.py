"""The finite vocabulary of an obligation: what its predicates tell apart.

A label key has the values that some selector names, *absent*, and *other*; addresses fall into the elementary intervals
between the edges of all ranges; port names are those that some rule names. Flows that agree on all of these are decided
alike, so nothing is lost.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import assert_never

from netverify.model.addresses import EVERY_IPV4, EVERY_IPV6, Address, AddressRange
from netverify.model.behaviours import Behaviour
from netverify.model.flow import End
from netverify.model.labels import LabelSelector
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

ABSENT, OTHER = 0, 1
"""The two indexes of every label variable before its named values: no such label, and a value that nobody names."""


@dataclass(slots=True)
class Mentions:
    """What the predicates of an obligation mention, collected by :func:`collect`."""

    pod_labels: dict[End, dict[str, set[str]]] = field(default_factory=lambda: {end: {} for end in End})
    namespace_labels: dict[str, set[str]] = field(default_factory=dict)
    ranges: set[AddressRange] = field(default_factory=set)
    port_names: set[NamedPort] = field(default_factory=set)
    behaviours: set[Behaviour] = field(default_factory=set)
    ports: set[int] = field(default_factory=set)


def collect(predicate: Predicate, mentions: Mentions) -> None:  # noqa: C901 - one arm for each node type
    """Add what ``predicate`` mentions."""
    match predicate:
        case All(parts) | AnyOf(parts):
            for part in parts:
                collect(part, mentions)
        case Not(part):
            collect(part, mentions)
        case PodMatches(end, selector):
            _collect_selector(selector, mentions.pod_labels[end])
        case NamespaceMatches(_, selector):
            _collect_selector(selector, mentions.namespace_labels)
        case AddressIn(_, ranges):
            mentions.ranges.update(ranges)
        case NamedPort():
            mentions.port_names.add(predicate)
            mentions.behaviours.add(Behaviour.INIT_CONTAINER_PORTS_NAMED)
        case Behaves(behaviour):
            mentions.behaviours.add(behaviour)
        case PortIn(_, ports):
            for first, last in ports.ranges:
                mentions.ports.update((first, last + 1))
        case InNamespace() | IsPod() | IsWorkload() | OnHostNetwork() | SameNode():
            pass
        case _ as never:
            assert_never(never)


def _collect_selector(selector: LabelSelector, into: dict[str, set[str]]) -> None:
    for requirement in selector.requirements:
        into.setdefault(requirement.key, set()).update(requirement.values)


def label_indexes(values: Iterable[str]) -> dict[str, int]:
    """The index of each named value of one key, after ``ABSENT`` and ``OTHER``, in the order of the values."""
    return {value: index for index, value in enumerate(sorted(values), start=OTHER + 1)}


class Intervals:
    """The elementary intervals of a set of ranges: maximal runs of addresses that no range tells apart.

    They are numbered from 0, IPv4 before IPv6, and cover both families.
    """

    def __init__(self, ranges: Iterable[AddressRange]) -> None:
        cuts: dict[int, set[int]] = {4: {0}, 6: {0}}
        for block in ranges:
            cuts[block.family].update((block.first, block.last + 1))
        self._starts = {
            family: sorted(cut for cut in cuts[family] if cut <= whole.last)
            for family, whole in ((4, EVERY_IPV4), (6, EVERY_IPV6))
        }
        self.all = tuple(
            AddressRange(family, start, end)
            for family, whole in ((4, EVERY_IPV4), (6, EVERY_IPV6))
            for start, end in zip(
                self._starts[family],
                [*(start - 1 for start in self._starts[family][1:]), whole.last],
                strict=True,
            )
        )
        self.ipv4_count = len(self._starts[4])

    def index_of(self, address: Address) -> int:
        """The interval that holds ``address``."""
        within = bisect_right(self._starts[address.family], address.value) - 1
        return within if address.family == 4 else self.ipv4_count + within

    def covered_by(self, ranges: Iterable[AddressRange]) -> list[int]:
        """The intervals inside ``ranges``, which must be among those that the intervals were made from."""
        found: list[int] = []
        for block in ranges:
            first = self.index_of(Address(block.family, block.first))
            last = self.index_of(Address(block.family, block.last))
            found.extend(range(first, last + 1))
        return found
