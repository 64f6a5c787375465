"""Slices of a policy set: the part that can speak about subjects in given namespaces.

A selection or rule that names a namespace never holds for a subject elsewhere. So a slice decides about subjects in its
namespaces, and about subjects in none, exactly as the whole table does: it is *complete* for them. About subjects of
other namespaces it may allow more than the whole table, or less.

The law: a proof that a slice allows no flow is a proof about the whole table only where the slice allows at least what
the whole table allows. A slice does if it is complete for every subject that is asked about. Otherwise it does only if
nothing refuses flows cluster-wide (:meth:`PolicyIndex.only_adds`). *Leaving a policy out allows more* is true of
NetworkPolicy, and of no API that can deny for every namespace. Goals that ``unsat`` is taken from accept a
:class:`CompleteSlice` or an :class:`OverApproximation`, and no other table; :class:`PolicyIndex` alone makes them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import field, replace
from itertools import chain
from typing import Protocol, TypeAlias, TypeVar

from netverify.diagnostics import NetverifyError
from netverify.model.flow import Direction
from netverify.policy.approximation import approximations_of
from netverify.policy.table import Action, Carrier, PolicySet, Rule, RuleTable, Selection, Tier, runs
from netverify.records import dataclass


class IncompleteSliceError(NetverifyError):
    """A proof was to rest on a slice that says nothing about some of the subjects: a bug, never an answer."""


class TieError(NetverifyError):
    """A table whose ties cannot be told apart: a bug of whoever made it."""


@dataclass(frozen=True, slots=True)
class CompleteSlice(RuleTable):
    """A table that decides as the whole one about subjects in ``namespaces``, and about subjects in none."""

    namespaces: frozenset[str] = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class OverApproximation:
    """A slice that only adds: ``table`` allows at least what the whole table allows, whoever the subject is.

    About subjects in ``namespaces`` it decides as the whole one. It is no :class:`RuleTable`: a flow that it allows for
    another subject need not be allowed.
    """

    table: RuleTable
    namespaces: frozenset[str]


Slice: TypeAlias = CompleteSlice | OverApproximation
"""What a proof that no flow is allowed may rest on."""


def proving_table(part: Slice, subjects: Iterable[str]) -> RuleTable:
    """The table of ``part`` for a goal about subjects in the namespaces ``subjects``.

    ``unsat`` holds for the whole table. Raises :class:`IncompleteSliceError` where ``part`` does not speak of them all.
    """
    if isinstance(part, OverApproximation):
        return part.table
    missing = sorted(set(subjects) - part.namespaces)
    if missing:
        raise IncompleteSliceError(f"the slice leaves out the policies of {', '.join(missing)}")
    return part


class _Placed(Protocol):
    @property
    def namespace(self) -> str | None: ...


PlacedT = TypeVar("PlacedT", bound=_Placed)


class PolicyIndex:
    """A policy set, indexed by the namespace of the subject.

    ``approximations`` are what its rules and selections leave out that are not taken as they are.
    """

    def __init__(self, policies: PolicySet) -> None:
        self.policies = policies
        self.approximations = tuple(approximations_of(policies))
        self._tables = {
            direction: tuple(tuple(map(_TierIndex, one.tiers)) for one in table.every())
            for direction, table in policies.tables.items()
        }
        for table in policies.tables.values():
            _check_ties(table)
        self._small: dict[tuple[Direction, tuple[str, ...]], CompleteSlice] = {}

    def slice(self, direction: Direction, namespaces: Collection[str]) -> CompleteSlice:
        """The table of ``direction`` for subjects in ``namespaces``, in the order of the whole table."""
        if len(namespaces) > 1:
            return self._slice(direction, namespaces)
        key = (direction, tuple(namespaces))
        if key not in self._small:
            self._small[key] = self._slice(direction, namespaces)
        return self._small[key]

    def slice_for(self, direction: Direction, subjects: Collection[str], included: Collection[str]) -> Slice:
        """A slice for proofs about ``subjects``: with the policies of the namespaces ``included``, if that only adds.

        Otherwise it is complete for all ``subjects``.
        """
        if not self.only_adds(direction) or set(included).issuperset(subjects):
            return self.slice(direction, subjects)
        return OverApproximation(self._slice(direction, included), frozenset(included))

    def speaks_of(self, direction: Direction, namespace: str) -> bool:
        """Whether some policy names ``namespace`` as its subjects' own, by a selection or by a rule alone."""
        return any(namespace in tier.selections or namespace in tier.rules for tier in self._tiers(direction))

    def speaks_everywhere(self, direction: Direction) -> bool:
        """Whether some policy names no namespace of its subjects, by a selection or by a rule."""
        everywhere = (item for tier in self._tiers(direction) for items in tier.everywhere for item in items)
        return not all(item.policy.is_built_in for _, item in everywhere)

    def only_adds(self, direction: Direction) -> bool:
        """Whether every slice allows at least what the whole table of ``direction`` allows, whoever the subject is.

        A subject outside the namespaces of a slice meets only what names no namespace. That never refuses anything iff
        no tier that may select such a subject denies, by a rule or by default: after the last tier, all is allowed.
        """
        return not any(tier.may_deny_everywhere for tier in self._tiers(direction))

    def _tiers(self, direction: Direction) -> Iterator[_TierIndex]:
        return chain.from_iterable(self._tables[direction])

    def _slice(self, direction: Direction, namespaces: Collection[str]) -> CompleteSlice:
        tiers, *others = (tuple([tier.slice(namespaces) for tier in tiers]) for tiers in self._tables[direction])
        also = tuple(RuleTable(direction, other) for other in others)
        return CompleteSlice(direction, tiers, also, namespaces=frozenset(namespaces))


class _TierIndex:
    """One tier, its selections and rules grouped by namespace."""

    def __init__(self, tier: Tier) -> None:
        self.tier = tier
        self.selections = _by_namespace(tier.applies)
        self.rules = _by_namespace(tier.rules)
        denies = tier.default is Action.DENY or any(rule.action is Action.DENY for _, rule in self.rules.get(None, ()))
        self.may_deny_everywhere = None in self.selections and denies

    @property
    def everywhere(self) -> tuple[Sequence[tuple[int, Carrier]], ...]:
        """The selections and the rules that name no namespace."""
        return self.selections.get(None, ()), self.rules.get(None, ())

    def slice(self, namespaces: Collection[str]) -> Tier:
        selections: tuple[Selection, ...] = _take(self.selections, namespaces)
        rules: tuple[Rule, ...] = _take(self.rules, namespaces)
        return replace(self.tier, applies=selections, rules=rules)


def _check_ties(table: RuleTable) -> None:
    """Raise unless what is left open about a tie has a name that nothing else has."""
    if not any(rule.tie for one in table.every() for tier in one.tiers for rule in tier.rules):
        return
    names = [tier.name for one in table.every() for tier in one.tiers]
    ties = [(tier.name, tie) for one in table.every() for tier in one.tiers for tie, _ in runs(tier) if tie]
    if len(set(names)) < len(names) or len(set(ties)) < len(ties):
        raise TieError(f"tiers or ties of {table.direction} share a name: {', '.join(names)}")


def _by_namespace(items: Iterable[PlacedT]) -> dict[str | None, list[tuple[int, PlacedT]]]:
    grouped: dict[str | None, list[tuple[int, PlacedT]]] = defaultdict(list)
    for position, item in enumerate(items):
        grouped[item.namespace].append((position, item))
    return dict(grouped)


def _take(
    grouped: dict[str | None, list[tuple[int, PlacedT]]],
    namespaces: Collection[str],
) -> tuple[PlacedT, ...]:
    groups = [grouped[namespace] for namespace in (None, *sorted(namespaces)) if namespace in grouped]
    if len(groups) == 1:
        return tuple(item for _, item in groups[0])
    return tuple(item for _, item in sorted(chain.from_iterable(groups), key=lambda placed: placed[0]))
