"""Slices of a policy set: the part that can speak about subjects in given namespaces.

A selection or rule that names a namespace never holds for a subject elsewhere, so a slice decides about subjects in its
namespaces exactly as the whole table does: it is *complete* for them. About subjects of other namespaces it may allow
more than the whole table, or less. Only where :meth:`PolicyIndex.only_adds` holds it allows at least as much, so that
``unsat`` on the slice holds for the whole. *Leaving a policy out allows more* is true of NetworkPolicy alone.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from itertools import chain
from typing import Protocol, TypeVar

from netverify.model.flow import Direction
from netverify.rules.table import Action, PolicySet, Rule, RuleTable, Selection, Tier


class _Placed(Protocol):
    @property
    def namespace(self) -> str | None: ...


PlacedT = TypeVar("PlacedT", bound=_Placed)


class PolicyIndex:
    """A policy set, indexed by the namespace of the subject."""

    def __init__(self, policies: PolicySet) -> None:
        self.policies = policies
        self._tiers = {
            direction: tuple(_TierIndex(tier) for tier in table.tiers) for direction, table in policies.tables.items()
        }
        self._single: dict[tuple[Direction, str], RuleTable] = {}

    def slice(self, direction: Direction, namespaces: Collection[str]) -> RuleTable:
        """The table of ``direction`` for subjects in ``namespaces``, in the order of the whole table."""
        if len(namespaces) != 1:
            return self._slice(direction, namespaces)
        (namespace,) = namespaces
        if (direction, namespace) not in self._single:
            self._single[direction, namespace] = self._slice(direction, namespaces)
        return self._single[direction, namespace]

    def speaks_of(self, direction: Direction, namespace: str) -> bool:
        """Whether some policy names ``namespace`` as its subjects' own."""
        return any(namespace in tier.selections for tier in self._tiers[direction])

    def only_adds(self, direction: Direction) -> bool:
        """Whether every slice allows at least what the whole table of ``direction`` allows, whoever the subject is.

        A subject outside the namespaces of a slice meets only what names no namespace. That never refuses anything iff
        no tier that may select such a subject denies, by a rule or by default: after the last tier, all is allowed.
        """
        return not any(tier.may_deny_everywhere for tier in self._tiers[direction])

    def _slice(self, direction: Direction, namespaces: Collection[str]) -> RuleTable:
        return RuleTable(direction, tuple(tier.slice(namespaces) for tier in self._tiers[direction]))


class _TierIndex:
    """One tier, its selections and rules grouped by namespace."""

    def __init__(self, tier: Tier) -> None:
        self.tier = tier
        self.selections = _by_namespace(tier.applies)
        self.rules = _by_namespace(tier.rules)
        denies = tier.default is Action.DENY or any(rule.action is Action.DENY for _, rule in self.rules.get(None, ()))
        self.may_deny_everywhere = None in self.selections and denies

    def slice(self, namespaces: Collection[str]) -> Tier:
        selections: tuple[Selection, ...] = _take(self.selections, namespaces)
        rules: tuple[Rule, ...] = _take(self.rules, namespaces)
        return replace(self.tier, applies=selections, rules=rules)


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
