"""What a proof names carries it, selections and rules that deny: by every world and tables of several tiers."""

import itertools
from dataclasses import replace

import pytest

from agreement.every_world import Judge, tables_of
from agreement.pair_cases import NarrowDice, open_case
from agreement.pairs import texts
from agreement.random_tables import tied
from agreement.test_agreement_tiers import DENY, EVERYWHERE, question, searched
from netverify.answers.explain import carried_by
from netverify.model.flow import Direction, End
from netverify.policy.predicate import ALWAYS, AnyOf, InNamespace, IsPod, IsWorkload
from netverify.policy.table import Action, PolicySet, Rule, RuleTable, Tier
from netverify.symbolic.status import Status

MOST_TRIED = 40


def carriers(policies):
    """Everything that a proof about ``policies`` could name."""
    for table in tables_of(policies):
        for tier in table.tiers:
            direction = table.direction
            yield from ((direction, one) for one in tier.applies)
            yield from ((direction, one) for one in tier.rules if one.action is Action.DENY)


def without(policies, dropped):
    """``policies`` where the ``dropped`` selections select nobody, and the dropped rules deny nothing."""

    def kept(direction, items):
        return tuple(one for one in items if (direction, one) not in dropped)

    def reduced(direction, tier):
        return Tier(tier.name, kept(direction, tier.applies), kept(direction, tier.rules), tier.default, tier.condition)

    def smaller(table):
        tiers = tuple(reduced(table.direction, tier) for tier in table.tiers)
        return RuleTable(table.direction, tiers, tuple(map(smaller, table.also)))

    return PolicySet({direction: smaller(table) for direction, table in policies.tables.items()})


def is_open(case, policies, target):
    """Whether an existing pod may reach ``target`` in some world."""
    judge = Judge(case.cluster, policies, case.fixed, case.pod_cidrs)
    found = (judge.judge(source, target) for source in case.cluster.workloads if judge.is_pair(source, target))
    return any(one is not None and (one.allowed or one.depends) for one in found)


def settings(rng, others):
    """Sets of ``others`` to drop: all, none, then each that there is or some of them by chance."""
    yield set(others)
    yield set()
    if 2 ** len(others) <= MOST_TRIED:
        sizes = range(len(others) + 1)
        yield from (set(some) for size in sizes for some in itertools.combinations(others, size))
    else:
        yield from ({one for one in others if rng.random() < 0.5} for _ in range(MOST_TRIED))


TELLING = (77,)
"""With 8, they find the faults seeded in what proofs name."""


def denying_case(seed):
    """An :func:`open_case` in which rules deny, several of one priority, and no tier denies by default."""
    case, rng = open_case(seed), NarrowDice(f"denying {seed}")

    def denying(one):
        wide = {name: ALWAYS for name in ("peer", "traffic") if rng.random() < 0.7}
        return replace(one, **wide, action=Action.DENY if rng.random() < 0.7 else one.action, approximation=None)

    def tier_of(tier):
        rules = tuple(map(denying, tier.rules))
        return replace(tier, rules=tied(rng, rules) if rng.random() < 0.7 else rules, default=Action.PASS)

    def table_of(table):
        return RuleTable(table.direction, tuple(map(tier_of, table.tiers)), tuple(map(table_of, table.also)))

    tables = {direction: table_of(table) for direction, table in case.policies.tables.items()}
    return replace(case, policies=PolicySet(tables))


def proofs(seeds, case_of=open_case):
    """Questions to one workload that are proved unreachable, with what the proof names."""
    for seed in seeds:
        case = case_of(seed)
        asked = searched(case.cluster, case.policies, case.fixed, texts(case.pod_cidrs))
        for target in case.cluster.workloads:
            found = asked.find_existing(question(IsPod(End.SOURCE), IsWorkload(End.DESTINATION, target.key)))
            if found.status is Status.UNSAT and not found.vacuous:
                yield seed, case, target, found.carriers


def check(seeds, case_of=open_case):
    """How many proofs hold by what they name and not without; how many of them name a rule; what is wrong of others."""
    judged, by_rules, wrong = 0, 0, []
    for proof in proofs(seeds, case_of):
        judged += 1
        by_rules += any(isinstance(one, Rule) for _, one in proof[-1])
        wrong += mistakes(*proof)
    return judged, by_rules, wrong


def mistakes(seed, case, target, named):
    """What is wrong of a proof that names ``named``, one after another."""
    rng = NarrowDice(f"carriers {seed} {target.key}")
    others = [one for one in dict.fromkeys(carriers(case.policies)) if one not in named]
    for dropped in itertools.islice(settings(rng, others), 4):
        if is_open(case, without(case.policies, dropped), target):
            yield seed, str(target.key), "does not need", dropped
    for one in named:
        if not any(is_open(case, without(case.policies, {one, *more}), target) for more in settings(rng, others)):
            yield seed, str(target.key), "can do without", one


def test_a_proof_holds_by_what_it_names_and_without_any_of_it_a_flow_is_possible():
    judged, by_rules, wrong = check([*range(40), *TELLING])
    assert wrong == []
    assert judged >= 25
    assert by_rules >= 2


def wrong_denials(seed):
    """The first thing that is wrong with what proofs by rules that deny name; None where nothing is."""
    return next((wrong for proof in proofs([seed], denying_case) for wrong in mistakes(*proof)), None)


def test_proofs_by_rules_that_deny_in_several_tiers_and_ties_hold_by_what_they_name():
    seeds = range(30)
    _, by_rules, wrong = check(seeds, denying_case)
    assert wrong == []
    assert by_rules >= 15
    rules = [one for *_, named in proofs(seeds, denying_case) for _, one in named if isinstance(one, Rule)]
    assert sum(bool(one.tie) for one in rules) >= 3


@pytest.mark.long
@pytest.mark.parametrize("first", range(1_000, 2_000, 100))
def test_many_proofs_by_rules_that_deny_in_several_tiers_and_ties_hold_by_what_they_name(first):
    assert check(range(first, first + 100), denying_case)[2] == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(30, 2_130, 100))
def test_many_proofs_hold_by_what_they_name_and_without_any_of_it_a_flow_is_possible(first):
    _, _, wrong = check(range(first, first + 100))
    assert wrong == []


def test_reasons_name_what_isolates_and_then_the_rules_that_deny_with_whom_they_deny():
    rule = replace(DENY, index=2, peer=AnyOf((InNamespace(End.DESTINATION, "n1"), InNamespace(End.DESTINATION, "n2"))))
    ingress = replace(rule, index=0, peer=InNamespace(End.SOURCE, "n1"))
    named = ((Direction.EGRESS, rule), (Direction.EGRESS, EVERYWHERE), (Direction.INGRESS, ingress))
    assert [(str(one.policy), one.direction, one.rule, one.detail) for one in carried_by(named)] == [
        ("ClusterPolicy all", Direction.EGRESS, None, "selects the pod, and no rule allows it"),
        ("ClusterPolicy all", Direction.EGRESS, 2, "to pods in namespace n1 or pods in namespace n2, every port"),
        ("ClusterPolicy all", Direction.INGRESS, 0, "from pods in namespace n1, every port"),
    ]
