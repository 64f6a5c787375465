"""The evaluator with a trace: which tier, policy and rule decided one direction of a flow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from netverify.model.behaviours import Behaviour
from netverify.model.flow import Direction, Flow
from netverify.reference.evaluate import matches as predicate_holds
from netverify.reference.evaluate import rule_matches, table_allows, tier_applies
from netverify.rules.table import Action, Rule, RuleTable, Selection, Tier


@dataclass(frozen=True, slots=True)
class Decision:
    """What one direction did with a flow.

    ``tier`` is None where no tier applied (and the flow is allowed); otherwise it decided, by ``rule`` or, where that
    is None, by its default. ``selections`` are those of the tier that hold for the subject.
    """

    direction: Direction
    allowed: bool
    tier: Tier | None = None
    rule: Rule | None = None
    selections: tuple[Selection, ...] = ()


def trace(table: RuleTable, flow: Flow, behaviours: Mapping[Behaviour, bool]) -> Decision:
    """How ``table`` decides ``flow``; ``allowed`` always equals :func:`~netverify.reference.evaluate.table_allows`."""
    for tier in table.tiers:
        if not tier_applies(tier, flow, behaviours):
            continue
        rule = next((rule for rule in tier.rules if rule_matches(rule, flow, behaviours)), None)
        action = tier.default if rule is None else rule.action
        if action is Action.PASS:
            continue
        holding = tuple(s for s in tier.applies if predicate_holds(s.subject, flow, behaviours))
        return Decision(table.direction, action is Action.ALLOW, tier, rule, holding)
    return Decision(table.direction, allowed=table_allows(table, flow, behaviours))
