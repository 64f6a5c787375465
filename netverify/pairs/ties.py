"""The rules of one tier that hold for some subjects, as steps: what each does with the flows that reach it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import TypeAlias

from netverify.model.flow import Direction
from netverify.pairs.diagrams import Diagram
from netverify.pairs.evaluate import Evaluator
from netverify.pairs.spread import Spread, Spreads
from netverify.policy.table import Action, Rule, Tier, decides

Weighted: TypeAlias = tuple[Diagram, Spread]
"""What holds in the ports and circumstances of both."""

Held: TypeAlias = tuple[Rule, Weighted]
"""A rule, and towards whom it holds."""

Step: TypeAlias = tuple[Action, Spread, Sequence[Held]]
"""What is done with flows, with which of those that reach the step, and by which rules."""


class Ties:
    """Makes steps of the rules of one tier, in which rules of one priority are taken together."""

    def __init__(self, tier: Tier, direction: Direction, evaluator: Evaluator, spreads: Spreads) -> None:
        self.spreads = spreads
        self._tier = tier
        self._direction = direction
        self._evaluator = evaluator

    def steps(self, rules: Sequence[Held]) -> list[Step]:
        """The steps of ``rules``, in their order."""
        found: list[Step] = []
        for tie, run in groupby(rules, key=lambda held: held[0].tie):
            if tie:
                found += self._tied(tie, list(run))
            else:
                for action, alike in groupby(run, key=lambda held: held[0].action):
                    step = list(alike)
                    found.append((action, self.spreads.any_of([weighted for _, weighted in step]), step))
        return found

    def _tied(self, tie: str, rules: Sequence[Held]) -> Iterator[Step]:
        """Any policy with a rule that matches may decide, by its first one; nothing is open where all take one action.

        Says what :func:`netverify.policy.evaluate.deciding_rule` says of one flow.
        """
        spreads = self.spreads
        taken = dict(self._taken(rules))
        by = {action: [held for held in rules if held[0].action is action] for action in taken}
        if len(taken) < 2:
            yield from ((action, matching, by[action]) for action, matching in taken.items())
            return
        allowed, denied, left = (taken.get(one, spreads.never) for one in (Action.ALLOW, Action.DENY, Action.PASS))
        open_ = decides(tie, self._tier, self._direction)
        allowing, denying = (
            spreads.everyone(self._evaluator.unspecified(one)) for one in (open_.allowing, open_.denying)
        )
        others = spreads.either(denied, left)
        yield Action.ALLOW, spreads.without(allowed, spreads.without(others, allowing)), by.get(Action.ALLOW, ())
        yield Action.DENY, spreads.without(denied, spreads.without(left, denying)), by.get(Action.DENY, ())
        yield Action.PASS, left, by.get(Action.PASS, ())

    def _taken(self, rules: Sequence[Held]) -> Iterator[tuple[Action, Spread]]:
        """By action where some policy takes it, by the first of its ``rules`` that matches."""
        found: dict[Action, Spread] = {}
        of_policies: dict[object, list[Held]] = {}
        for rule, weighted in rules:
            of_policies.setdefault(rule.policy, []).append((rule, weighted))
        for of_policy in of_policies.values():
            before = self.spreads.never
            for rule, weighted in of_policy:
                matched = self.spreads.any_of([weighted])
                first = self.spreads.without(matched, before)
                found[rule.action] = self.spreads.either(found.get(rule.action, self.spreads.never), first)
                before = self.spreads.either(before, matched)
        yield from found.items()
