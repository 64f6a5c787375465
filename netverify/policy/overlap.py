"""Which rules may match one flow, told from what they name; where that does not tell, they may.

What is said to be apart is certainly so: a pod has one set of labels and one namespace, and a flow one
address at each end and one port.
"""

from __future__ import annotations

from collections.abc import Hashable
from typing import TypeAlias

from netverify.model.addresses import overlap
from netverify.model.labels import NAMESPACE_NAME_LABEL, LabelSelector, requirement_holds, satisfiable
from netverify.policy.predicate import (
    AddressIn,
    All,
    AnyOf,
    InNamespace,
    NamedPort,
    NamespaceMatches,
    PodMatches,
    PortIn,
    Predicate,
)
from netverify.policy.table import Rule, Selection

RuleKey: TypeAlias = tuple[int, int, int, int]
"""What a rule says, as numbers: subject, peer, traffic and action."""

_LONG = 400
"""So many pairs of alternatives are compared; with more, both sides may match one flow."""


class Overlaps:
    """Compares rules part by part; each pair of parts is looked at once, by numbers, since hashing them costs more."""

    def __init__(self) -> None:
        self._numbers: dict[Hashable, int] = {}
        self._apart: dict[tuple[int, int], bool] = {}
        self._selections: dict[int, tuple[Selection, int]] = {}
        self._selectors: dict[int, LabelSelector] = {}
        self._both: dict[tuple[int, int], bool] = {}
        self._keys: dict[int, tuple[Rule, RuleKey]] = {}

    def key(self, rule: Rule) -> RuleKey:
        """What ``rule`` says; equal for rules that say the same."""
        known = self._keys.get(id(rule))
        if known is None:
            parts = (self.number(rule.subject), self.number(rule.peer), self.number(rule.traffic))
            known = rule, (*parts, self.number(rule.action))
            self._keys[id(rule)] = known
        return known[1]

    def number_of(self, selection: Selection) -> int:
        """The number of the subjects of ``selection``, which is told by its identity first."""
        known = self._selections.get(id(selection))
        if known is None:
            known = self._selections[id(selection)] = selection, self.number(selection.subject)
        return known[1]

    def number(self, part: Hashable) -> int:
        """A number for ``part``, the same for what is equal."""
        return self._numbers.setdefault(part, len(self._numbers))

    def selector(self, selector: LabelSelector) -> int:
        """The number of ``selector``."""
        number = self.number(selector)
        self._selectors[number] = selector
        return number

    def both_match(self, one: int, other: int) -> bool:
        """Whether some labels match the selectors of both numbers."""
        if (one, other) not in self._both:
            self._both[one, other] = both_match(self._selectors[one], self._selectors[other])
        return self._both[one, other]

    def may_meet(self, one: Rule, other: Rule) -> bool:
        """Whether one flow may match both; False only if none does."""
        ours, theirs = self.key(one), self.key(other)
        return not (
            self._are_apart(ours[2], theirs[2], one.traffic, other.traffic)
            or self._are_apart(ours[1], theirs[1], one.peer, other.peer)
            or self._are_apart(ours[0], theirs[0], one.subject, other.subject)
        )

    def _are_apart(self, ours: int, theirs: int, one: Predicate, other: Predicate) -> bool:
        key = (ours, theirs) if ours < theirs else (theirs, ours)
        known = self._apart.get(key)
        if known is None:
            known = self._apart[key] = ours != theirs and apart(one, other)
        return known


def apart(one: Predicate, other: Predicate) -> bool:
    """Whether no flow is such that both hold, as far as their parts tell."""
    match one, other:
        case (AnyOf(parts), whole) | (whole, AnyOf(parts)):
            alternatives = whole.parts if isinstance(whole, AnyOf) else (whole,)
            return len(parts) * len(alternatives) <= _LONG and all(apart(a, b) for a in parts for b in alternatives)
        case (All(parts), whole) | (whole, All(parts)):
            needed = whole.parts if isinstance(whole, All) else (whole,)
            return any(apart(a, b) for a in parts for b in needed)
        case _:
            return _leaves_apart(one, other) or _leaves_apart(other, one)


def _leaves_apart(one: Predicate, other: Predicate) -> bool:
    match one, other:
        case PortIn(protocol, ports), PortIn(their_protocol, their_ports):
            meet = any(first <= b and a <= last for first, last in ports.ranges for a, b in their_ports.ranges)
            return protocol is not their_protocol or not meet
        case ((PortIn(protocol) | NamedPort(protocol)), NamedPort(their_protocol)):
            return protocol is not their_protocol
        case AddressIn(end, ranges), AddressIn(their_end, their_ranges):
            return end is their_end and not overlap(ranges, their_ranges)
        case _:
            return _pods_apart(one, other)


def _pods_apart(one: Predicate, other: Predicate) -> bool:
    match one, other:
        case (PodMatches(end, selector), PodMatches(their_end, their_selector)) | (
            NamespaceMatches(end, selector),
            NamespaceMatches(their_end, their_selector),
        ):
            return end is their_end and not both_match(selector, their_selector)
        case InNamespace(end, name), InNamespace(their_end, their_name):
            return end is their_end and name != their_name
        case InNamespace(end, name), NamespaceMatches(their_end, selector):
            return end is their_end and not _may_be_called(selector, name)
        case _:
            return False


def both_match(one: LabelSelector, other: LabelSelector) -> bool:
    """Whether some labels match both."""
    return satisfiable(LabelSelector((*one.requirements, *other.requirements)))


def _may_be_called(selector: LabelSelector, name: str) -> bool:
    labels = {NAMESPACE_NAME_LABEL: name}
    return all(requirement_holds(one, labels) for one in selector.requirements if one.key == NAMESPACE_NAME_LABEL)
