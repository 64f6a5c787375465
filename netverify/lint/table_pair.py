"""The policies of one direction before and after a change, as far as the change can matter."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from netverify.lint.overlap import Overlaps, RuleKey
from netverify.model.flow import Direction
from netverify.policy.table import Action, Rule, RuleTable, Selection
from netverify.policy.tiers import table_of
from netverify.records import dataclass


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
    before: Iterable[tuple[Selection, tuple[Rule, ...]]],
    after: Iterable[tuple[Selection, tuple[Rule, ...]]],
    overlaps: Overlaps,
) -> TablePair | None:
    """The pair for policies that are lowered already, all of one namespace; None where nothing changes at all."""
    ours, theirs = _Side(before, overlaps), _Side(after, overlaps)
    if ours.counts == theirs.counts and ours.selecting == theirs.selecting:
        return None
    gone, new = ours.counts - theirs.counts, theirs.counts - ours.counts
    changed = tuple(ours.rules[key] for key in gone), tuple(theirs.rules[key] for key in new)
    both = [*changed[0], *changed[1]]
    kept = {
        key: rule
        for key, rule in ours.rules.items()
        if ours.counts[key] > gone[key] and any(overlaps.may_meet(one, rule) for one in both)
    }
    key = (direction, frozenset(ours.selections), frozenset(theirs.selections))
    return TablePair(
        direction,
        (tuple(ours.selections.values()), tuple(theirs.selections.values())),
        changed,
        tuple(kept.values()),
        ours.rules.keys() == theirs.rules.keys() and ours.selections.keys() == theirs.selections.keys(),
        (*key, frozenset(gone), frozenset(new), frozenset(kept)),
    )


class _Side:
    """The selections and rules of one side, each once, by what it says."""

    def __init__(self, lowered: Iterable[tuple[Selection, tuple[Rule, ...]]], overlaps: Overlaps) -> None:
        self.selections: dict[int, Selection] = {}
        self.rules: dict[RuleKey, Rule] = {}
        self.counts: Counter[RuleKey] = Counter()
        self.selecting: Counter[int] = Counter()
        for selection, rules in lowered:
            number = overlaps.number(selection.subject)
            self.selections.setdefault(number, selection)
            self.selecting[number] += 1
            keyed = [(overlaps.key(rule), rule) for rule in rules]
            self.rules.update(keyed)
            self.counts.update(key for key, _ in keyed)


def _lowered(
    selections: tuple[Selection, ...], rules: tuple[Rule, ...]
) -> list[tuple[Selection | None, tuple[Rule, ...]]]:
    """As of policies of which the last has all rules; there are none without a policy."""
    return [*((one, ()) for one in selections[:-1]), *((one, rules) for one in selections[-1:])]
