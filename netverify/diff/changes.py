"""Where two sides may differ: found by comparing what they say, so that only that has to be proved."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from functools import cached_property

from netverify.diff.sides import Sides
from netverify.model.cluster import Namespace, Workload, WorkloadKey
from netverify.model.flow import Direction
from netverify.model.traffic import Protocol
from netverify.policy.mentions import Mentions, collect_table
from netverify.policy.table import Action, RuleTable, Tier
from netverify.records import dataclass
from netverify.symbolic.scene import NEW_NAMESPACE


@dataclass(frozen=True, slots=True)
class ChangedWorkload:
    """A workload that is on both sides and is not the same to policy; ``what`` says in which respect."""

    old: Workload
    new: Workload
    what: str


class Changes:
    """What is written differently on both sides, as far as it can matter."""

    def __init__(self, sides: Sides) -> None:
        self._sides = sides
        self._places: dict[Direction, tuple[str, ...]] = {}
        self._mentions: dict[tuple[Direction, str], Mentions] = {}

    @property
    def same_facts(self) -> bool:
        """Whether namespaces and workloads that are on both sides are the same in every respect, seen or not."""
        old = {one.key: _facts(one) for one in self._sides.old.cluster.workloads}
        new = {one.key: _facts(one) for one in self._sides.new.cluster.workloads}
        return not self.relabelled and all(old[key] == new[key] for key in old.keys() & new.keys())

    @property
    def any(self) -> bool:
        """Whether there is anything to prove."""
        return bool(self.workloads) or any(self.places(direction) for direction in Direction)

    def places(self, direction: Direction) -> tuple[str, ...]:
        """The namespaces whose subjects may be treated differently in ``direction``; elsewhere policies are the same.

        Policies of other namespaces say the same on both sides, and see the same labels of namespaces.
        """
        if direction not in self._places:
            names = self.subjects(direction)
            self._places[direction] = tuple(name for name in names if self._differs(direction, name))
        return self._places[direction]

    def subjects(self, direction: Direction) -> tuple[str, ...]:
        """The namespaces whose pods policies of either side may select, and one that could be created."""
        return tuple(name for name in (NEW_NAMESPACE, *self._sides.namespaces) if self.speaks_of(direction, name))

    def speaks_of(self, direction: Direction, name: str) -> bool:
        """Whether policies of either side may select pods of a namespace."""
        return self._everywhere[direction] or any(
            facts.policies.speaks_of(direction, name) for facts in (self._sides.old, self._sides.new)
        )

    @cached_property
    def _everywhere(self) -> Mapping[Direction, bool]:
        """Whether policies of either side may select pods of any namespace."""
        both = (self._sides.old.policies, self._sides.new.policies)
        return {direction: any(one.speaks_everywhere(direction) for one in both) for direction in Direction}

    def places_that_see(self, direction: Direction, changed: ChangedWorkload) -> tuple[str, ...]:
        """The namespaces whose policies may tell what became of ``changed``, as the other end of ``direction``."""
        return tuple(
            name for name in self.subjects(direction) if self._sees(self.mentions(direction, name), direction, changed)
        )

    @staticmethod
    def _sees(mentions: Mentions, direction: Direction, changed: ChangedWorkload) -> bool:
        old, new = changed.old, changed.new
        if old.host_network is not new.host_network or old.single is not new.single:
            return True
        if old.ports != new.ports and mentions.port_names:
            return True
        if old.service_account != new.service_account and mentions.service_accounts[direction.peer]:
            return True
        return any(
            old.labels.get(key) != new.labels.get(key) or old.open_labels.get(key, ()) != new.open_labels.get(key, ())
            for key in mentions.pod_labels[direction.peer]
        )

    def _differs(self, direction: Direction, name: str) -> bool:
        old, new = self._sides.old.policies, self._sides.new.policies
        one, other = old.slice(direction, (name,)), new.slice(direction, (name,))
        if not _say_the_same(one, other):
            return True
        if not self.relabelled:
            return False
        mentioned = self.mentions(direction, name).namespace_labels.keys()
        return any((keys is None and mentioned) or mentioned & (keys or set()) for keys in self.relabelled.values())

    def mentions(self, direction: Direction, name: str) -> Mentions:
        """What policies about subjects in one namespace mention, on either side."""
        found = self._mentions.get((direction, name))
        if found is None:
            found = self._mentions[direction, name] = Mentions()
            for facts in (self._sides.old, self._sides.new):
                collect_table(facts.policies.slice(direction, (name,)), found)
        return found

    @cached_property
    def relabelled(self) -> Mapping[str, frozenset[str] | None]:
        """The namespaces whose labels may differ, with the keys that do; None where the labels of one side are free."""
        old, new = self._sides.old.cluster.namespaces, self._sides.new.cluster.namespaces
        pairs = ((name, old[name], new[name]) for name in self._sides.namespaces)
        return {name: _keys(one, other) for name, one, other in pairs if _keys(one, other) != frozenset()}

    @cached_property
    def workloads(self) -> tuple[ChangedWorkload, ...]:
        """The workloads on both sides that policies may tell apart from what they were."""
        old = {one.key: one for one in self._sides.old.cluster.workloads}
        return tuple(
            ChangedWorkload(old[one.key], one, what)
            for one in self._sides.new.cluster.workloads
            if one.key in old and (what := self._change(old[one.key], one))
        )

    @property
    def added(self) -> tuple[WorkloadKey, ...]:
        """The workloads of the new side only."""
        return tuple(sorted(self._keys_of_new - self._keys_of_old))

    @property
    def removed(self) -> tuple[WorkloadKey, ...]:
        """The workloads of the old side only."""
        return tuple(sorted(self._keys_of_old - self._keys_of_new))

    @cached_property
    def _keys_of_old(self) -> frozenset[WorkloadKey]:
        return frozenset(one.key for one in self._sides.old.cluster.workloads)

    @cached_property
    def _keys_of_new(self) -> frozenset[WorkloadKey]:
        return frozenset(one.key for one in self._sides.new.cluster.workloads)

    @cached_property
    def everywhere(self) -> Mentions:
        """What any policy mentions, on either side."""
        found = Mentions()
        for facts in (self._sides.old, self._sides.new):
            for table in facts.policies.policies.tables.values():
                collect_table(table, found)
        return found

    def _change(self, old: Workload, new: Workload) -> str:
        """In which respects policies may tell ``new`` from ``old``, in words; empty in none."""
        if old.labels == new.labels and old.ports == new.ports and _rest(old) == _rest(new):
            return ""
        return ", ".join(self._respects(old, new))

    def _respects(self, old: Workload, new: Workload) -> Iterator[str]:
        keys = {key for of_end in self.everywhere.pod_labels.values() for key in of_end}
        for key in sorted(keys):
            before, after = old.labels.get(key), new.labels.get(key)
            if before != after:
                yield f"label {key}: {_shown(before)} -> {_shown(after)}"
            if old.open_labels.get(key, ()) != new.open_labels.get(key, ()):
                yield f"label {key}, which its controller sets"
        accounts = {name for of_end in self.everywhere.service_accounts.values() for name in of_end}
        before, after = (_told_of(one.service_account, accounts) for one in (old, new))
        if before != after:
            yield f"service account: {_shown(before)} -> {_shown(after)}"
        if old.host_network is not new.host_network:
            yield f"host network: {_yes(old.host_network)} -> {_yes(new.host_network)}"
        if old.single is not new.single:
            yield "number of pods"
        names = {(wanted.protocol, wanted.name) for wanted in self.everywhere.port_names}
        if _named(old, names) != _named(new, names):
            yield "named ports"


def _say_the_same(one: RuleTable, other: RuleTable) -> bool:
    """Whether two tables are written the same, but for the names, the places and the order of policies."""
    if [len(table.tiers) for table in one.every()] != [len(table.tiers) for table in other.every()]:
        return False
    pairs = zip(one.every_tier(), other.every_tier(), strict=True)
    return all(_tier_is(ours, theirs) for ours, theirs in pairs)


def _tier_is(one: Tier, other: Tier) -> bool:
    if (one.name, one.default, one.condition) != (other.name, other.default, other.condition):
        return False
    ours, theirs = list(_written(one)), list(_written(other))
    if ours == theirs:
        return True
    in_any_order = {rule.action for tier in (one, other) for rule in tier.rules} <= {Action.ALLOW}
    return in_any_order and frozenset(ours) == frozenset(theirs)


def _written(tier: Tier) -> Iterator[Hashable]:
    for selection in tier.applies:
        yield selection.subject
    for rule in tier.rules:
        tied = (rule.tie, str(rule.policy)) if rule.tie else ()
        yield rule.subject, rule.peer, rule.traffic, rule.action, tied


def _told_of(account: str | None, told_apart: Collection[str]) -> str | None:
    """``account``, or None where nobody tells it from others; one that is not known is told from all."""
    return "(not known)" if account is None and told_apart else account if account in told_apart else None


def _keys(old: Namespace, new: Namespace) -> frozenset[str] | None:
    """The label keys in which one namespace differs; none where it is undeclared on both sides."""
    if old.declared is not new.declared:
        return None
    if not old.declared:
        return frozenset()
    keys = old.labels.keys() | new.labels.keys()
    return frozenset(key for key in keys if old.labels.get(key) != new.labels.get(key))


def _rest(workload: Workload) -> Hashable:
    opened = tuple(sorted(workload.open_labels.items()))
    return workload.host_network, workload.single, opened, workload.service_account, workload.node


def _facts(workload: Workload) -> Hashable:
    labels = tuple(sorted(workload.labels.items()))
    return labels, workload.ports, _rest(workload)


def _named(workload: Workload, names: Collection[tuple[Protocol, str]]) -> frozenset[Hashable]:
    return frozenset(port for port in workload.ports if (port.protocol, port.name) in names)


def _shown(value: str | None) -> str:
    return "none" if value is None else value or '""'


def _yes(value: object) -> str:
    return "yes" if value else "no"
