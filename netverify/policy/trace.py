"""The evaluator with a trace: which tier, policy and rule decided one direction of a flow."""

from __future__ import annotations

from netverify.model.flow import Direction, Flow
from netverify.policy.evaluate import deciding_rule
from netverify.policy.evaluate import matches as predicate_holds
from netverify.policy.predicate import Choices
from netverify.policy.table import Action, Rule, RuleTable, Selection, Tier
from netverify.records import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """What one direction did with a flow.

    ``tier`` is None where no tier decided (and the flow is allowed); otherwise it decided, by ``rule`` or, where that
    is None, by its default. ``selections`` are those of the tier that hold for the subject; where no tier decided,
    those of tiers that passed.
    """

    direction: Direction
    allowed: bool
    tier: Tier | None = None
    rule: Rule | None = None
    selections: tuple[Selection, ...] = ()


def trace(table: RuleTable, flow: Flow, behaviours: Choices) -> Decision:
    """How ``table`` decides ``flow``; ``allowed`` always equals :func:`~netverify.policy.evaluate.table_allows`.

    Of tables that must all allow, the first that refuses decides, else the first in which a tier decides.
    """
    decisions = [_trace_alone(one, flow, behaviours) for one in table.every()]
    refusing = (one for one in decisions if not one.allowed)
    deciding = (one for one in decisions if one.tier is not None)
    return next(refusing, None) or next(deciding, decisions[0])


def _trace_alone(table: RuleTable, flow: Flow, behaviours: Choices) -> Decision:
    passing: list[Selection] = []
    for tier in table.tiers:
        if not predicate_holds(tier.condition, flow, behaviours):
            continue
        holding = tuple(s for s in tier.applies if predicate_holds(s.subject, flow, behaviours))
        if not holding:
            continue
        rule = deciding_rule(tier, table.direction, flow, behaviours)
        action = tier.default if rule is None else rule.action
        if action is not Action.PASS:
            return Decision(table.direction, action is Action.ALLOW, tier, rule, holding)
        passing += holding
    return Decision(table.direction, allowed=True, selections=tuple(passing))
