"""What goes before a rule that allows and takes flows from it, as a text for fingerprints."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from netverify.model.behaviours import Behaviour
from netverify.pairs.tables import Decider
from netverify.policy.overlap import Overlaps, apart
from netverify.policy.predicate import ALWAYS, All, Behaves, Predicate
from netverify.policy.table import Action, Rule, RuleTable, Tier
from netverify.policy.visit import conjuncts


class Precedence:
    """Tells what takes flows from rules; compares each two rules once. ``fixed`` behaviours are not left open."""

    def __init__(self, fixed: Mapping[Behaviour, bool]) -> None:
        self._overlaps = Overlaps()
        self._fixed = fixed

    def before(self, decider: Decider, table: RuleTable) -> tuple[str, ...]:
        """What may take flows from ``decider``, which allows them in ``table``: sorted, nameless, each once.

        That is what denies or passes in its own tier, and what denies in earlier tiers, with what passes before that.
        What allows before it takes flows as well, but these are allowed for a reason of their own. Nothing is said of
        flows that no tier decides: their reason holds what every tier leaves.
        """
        if decider is None:
            return ()
        found: dict[str, None] = {}
        for tier in table.tiers:
            if is_own(decider, tier):
                found |= dict.fromkeys(self._in_own(decider, tier))
                break
            if tier.applies and value(tier.condition, self._fixed) is not False:
                found |= dict.fromkeys(self._in_earlier(decider, tier))
        return tuple(sorted(found))

    def _in_own(self, decider: Rule | Tier, tier: Tier) -> Iterator[str]:
        rules = _before(decider, tier.rules) if isinstance(decider, Rule) else ((one, False) for one in tier.rules)
        for rule, is_tied in rules:
            if rule.action is not Action.ALLOW and self._meets(rule, decider):
                yield repr((matching(rule), is_tied))

    def _in_earlier(self, decider: Rule | Tier, tier: Tier) -> Iterator[str]:
        """What denies in a tier before that of ``decider``; its own default does where nothing passes."""
        passing = [one for one in tier.rules if one.action is Action.PASS and self._meets(one, decider)]
        for rule in tier.rules:
            if rule.action is Action.DENY and self._meets(rule, decider):
                spared = ((one, tied) for one, tied in _before(rule, tier.rules) if one in passing)
                texts = sorted({repr((matching(one), tied)) for one, tied in spared if self._meets(one, rule)})
                yield repr((tier.condition, matching(rule), texts))
        if tier.default is Action.DENY:
            spared_of_all = sorted({repr(matching(one)) for one in passing})
            for selection in tier.applies:
                if not isinstance(decider, Rule) or not apart(selection.subject, decider.subject):
                    yield repr((tier.condition, selection.subject, spared_of_all))

    def _meets(self, rule: Rule, decider: Rule | Tier) -> bool:
        # Where it is open whether exceptions deny, a flow is allowed by a CNI where they do not.
        if _of_exceptions(rule) and not self._fixed.get(Behaviour.EXCEPT_DENIES):
            return False
        return not isinstance(decider, Rule) or self._overlaps.may_meet(rule, decider)


def is_own(decider: Rule | Tier, tier: Tier) -> bool:
    """Whether ``decider`` is ``tier``, or a rule of it."""
    return any(rule is decider for rule in tier.rules) if isinstance(decider, Rule) else tier.name == decider.name


def _of_exceptions(rule: Rule) -> bool:
    """Whether ``rule`` is for a CNI alone that lets ``except`` of a NetworkPolicy deny what another rule allows."""
    return Behaves(Behaviour.EXCEPT_DENIES) in conjuncts(rule.subject)


def _before(rule: Rule, rules: Sequence[Rule]) -> Iterator[tuple[Rule, bool]]:
    """Of ``rules`` those that are looked at before ``rule``, and whether it is open that they are, as of one tie."""
    has_passed = False
    for one in rules:
        if one is rule:
            has_passed = True
        elif rule.tie and one.tie == rule.tie and one.policy != rule.policy:
            yield one, True
        elif not has_passed:
            yield one, False


def matching(rule: Rule) -> Predicate:
    """The flows that ``rule`` is about."""
    return All((rule.subject, rule.peer, rule.traffic))


def value(condition: Predicate, fixed: Mapping[Behaviour, bool]) -> bool | None:
    """Whether ``condition`` of a tier holds of every flow; None where that is open."""
    if condition == ALWAYS:
        return True
    return fixed.get(condition.behaviour) if isinstance(condition, Behaves) else None
