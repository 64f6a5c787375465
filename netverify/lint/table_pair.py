"""The policies of one direction before and after a change, as far as the change can matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from typing import TypeAlias

from netverify.model.flow import Direction
from netverify.policy.overlap import Overlaps, RuleKey
from netverify.policy.table import Action, Rule, RuleTable, Selection
from netverify.policy.tiers import table_of
from netverify.records import dataclass

Lowered: TypeAlias = tuple[Selection, tuple[Rule, ...]]
"""Whom a policy isolates, and its rules."""


@dataclass(frozen=True, slots=True)
class TablePair:
    """What isolates before and after, the rules that only one side has, and of the others those ``kept``.

    A rule that no changed rule can meet is left out: about its flows both sides decide alike, with and without it.
    ``is_same``: both sides say the same, some of it not as often. ``key`` is equal for pairs that ask the same.
    """

    direction: Direction
    selections: tuple[tuple[Selection, ...], tuple[Selection, ...]]
    changed: tuple[tuple[Rule, ...], tuple[Rule, ...]]
    kept: tuple[Rule, ...]
    is_same: bool
    key: Hashable

    def tables(self, kept: Sequence[Rule] | None = None) -> tuple[RuleTable, RuleTable]:
        """Both tables, with all rules that are kept or with some."""
        common = self.kept if kept is None else kept
        before, after = (
            table_of(self.direction, _lowered(selections, (*changed, *common)))
            for selections, changed in zip(self.selections, self.changed, strict=True)
        )
        return before, after

    @property
    def may_be_proved_with_fewer(self) -> bool:
        """Whether two sides that are alike without some of the rules that are kept and allow are alike with them."""
        return all(rule.action is Action.ALLOW for rules in (*self.changed, self.kept) for rule in rules)


def table_pair(
    direction: Direction,
    common: Iterable[Lowered],
    before: Iterable[Lowered],
    after: Iterable[Lowered],
    overlaps: Overlaps,
) -> TablePair | None:
    """The pair for policies of one namespace, lowered already: of both sides, of one alone, of the other alone.

    None where nothing changes at all.
    """
    ours, theirs = _Side(before, overlaps), _Side(after, overlaps)
    if ours.counts == theirs.counts and ours.selecting == theirs.selecting:
        return None
    both = _Side(common, overlaps)
    gone, new = ours.counts - theirs.counts, theirs.counts - ours.counts
    changed = tuple(ours.rules[key] for key in gone), tuple(theirs.rules[key] for key in new)
    unchanged = {**both.rules, **{key: rule for key, rule in ours.rules.items() if theirs.counts[key]}}
    all_changed = [*changed[0], *changed[1]]
    kept = {key: rule for key, rule in unchanged.items() if any(overlaps.may_meet(one, rule) for one in all_changed)}
    selections = {**both.selections, **ours.selections}, {**both.selections, **theirs.selections}
    return TablePair(
        direction,
        (tuple(selections[0].values()), tuple(selections[1].values())),
        changed,
        tuple(kept.values()),
        all(key in unchanged for key in (*gone, *new)) and selections[0].keys() == selections[1].keys(),
        (direction, *(frozenset(some) for some in selections), *(frozenset(some) for some in (gone, new, kept))),
    )


class _Side:
    """The selections and rules of some policies, each once, by what it says, and how often it is said."""

    def __init__(self, lowered: Iterable[Lowered], overlaps: Overlaps) -> None:
        self.selections: dict[int, Selection] = {}
        self.selecting: Counter[int] = Counter()
        self.rules: dict[RuleKey, Rule] = {}
        self.counts: Counter[RuleKey] = Counter()
        for selection, rules in lowered:
            number = overlaps.number_of(selection)
            self.selections.setdefault(number, selection)
            self.selecting[number] += 1
            for rule in rules:
                key = overlaps.key(rule)
                self.rules[key] = rule
                self.counts[key] += 1


def _lowered(
    selections: tuple[Selection, ...], rules: tuple[Rule, ...]
) -> list[tuple[Selection | None, tuple[Rule, ...]]]:
    """As of policies of which the last has all rules; there are none without a policy."""
    return [*((one, ()) for one in selections[:-1]), *((one, rules) for one in selections[-1:])]
