"""Answers over tables with rules that are not taken as they are: what is proved, found, and not known.

By every world: a proof holds whatever is left out, a flow is found where there is one with every rule as it is written,
and only what turns on a rule that is not as written is not known.
"""

from dataclasses import replace
from itertools import product

import pytest

from agreement.adapter import inventory_of
from agreement.cuts import cut_case, drawn_flows
from agreement.every_world import Judge, tables_of
from agreement.pair_cases import NarrowDice, coarse_case
from agreement.pairs import texts
from agreement.test_agreement_tiers import question, ref
from cases.manifest_texts import inventory_of as read
from mutants.kills import telling_seeds
from netverify.answers import context as contexts
from netverify.answers.reachability import answer_found, answer_refused
from netverify.answers.settings import Settings
from netverify.diagnostics import Origin
from netverify.model.behaviours import CAUTIOUS
from netverify.model.flow import Direction, End
from netverify.policy.approximation import ApproximationError, approximated, approximations_of
from netverify.policy.evaluate import allows, matches
from netverify.policy.predicate import ALWAYS, Bias, Decided, InNamespace, IsPod, IsWorkload
from netverify.policy.slicing import PolicyIndex
from netverify.policy.table import Action, Approximation, PolicySet, Rule, RuleTable, Selection, Tier
from netverify.symbolic.casting import PodScope

HTTP = {bias: Approximation(bias, "requests are not looked at", "GET /") for bias in Bias}


def context_of(inventory, policies, settings):
    """The context of ``inventory`` with ``policies``, which are in the common form already."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contexts, "lower", lambda _: policies)
        return contexts.make_context(inventory, settings)


def is_open(case, target, *, as_written):
    judge = Judge(case.cluster, case.policies, case.fixed, case.pod_cidrs, as_written=as_written)
    found = (judge.judge(source, target) for source in case.cluster.workloads if judge.is_pair(source, target))
    return any(one is not None and (one.allowed or one.depends) for one in found)


def expected(case, target):
    if is_open(case, target, as_written=True):
        return "reachable"
    return "unknown" if is_open(case, target, as_written=False) else "unreachable"


def answers(case):
    """The answer to each question whether an existing pod can reach a workload."""
    inventory = replace(inventory_of(case.manifests), cluster=case.cluster)
    context = context_of(inventory, case.policies, Settings(dict(case.fixed), pod_cidrs=texts(case.pod_cidrs)))
    for target in case.cluster.workloads:
        asked = question(IsPod(End.SOURCE), IsWorkload(End.DESTINATION, target.key))
        found = context.search.find_existing(asked)
        if not found.vacuous:
            yield target, asked, context, answer_found(asked, context, found)


def wrong_answers(seed):
    """What is wrong with the answers of one case, in words; None where nothing is."""
    case = coarse_case(seed)
    for target, _, context, answer in answers(case):
        if str(answer.verdict) != expected(case, target):
            return f"{target.key}: {answer.verdict}, should be {expected(case, target)}"
        if str(answer.verdict) == "reachable" and not stands(case, context, answer):
            return f"{target.key}: it turns on what no approximation names"
        if bool(answer.unknown_because) is not (str(answer.verdict) == "unknown"):
            return f"{target.key}: {answer.verdict}, and unknown because of {answer.unknown_because}"
    return None


def stands(case, context, answer):
    """Whether the flow is allowed whatever is left out by rules that no approximation of the answer names."""
    rng = NarrowDice(str(answer.witness.flow))
    needed = Decided(CAUTIOUS, case.fixed, answer.witness.behaviours)
    for _ in range(8):
        chosen = {
            one: one.as_written if any(one.meaning in text for text in answer.approximations) else rng.random() < 0.5
            for one in context.policies.approximations
        }
        if not allows(case.policies, answer.witness.flow, Decided(needed, chosen)):
            return False
    return True


def wrong_approximation(seed):
    """A rule or a selection that, once approximated, holds where it cannot or does not where it may; None without any.

    With the value as written it is what was written; otherwise it holds nowhere, or everywhere in its namespace.
    """
    case = cut_case(4 * seed + 1)
    flows = list(drawn_flows(case, existing=False, count=10))
    for table, bias in product(tables_of(case.policies), Bias):
        for item in items_of(table):
            other = approximated(item, table.direction, HTTP[bias])
            (free,) = approximations_of(PolicySet({table.direction: table_of_one(table.direction, other)}))
            for flow, behaviours in flows:
                as_written = {**behaviours, free: free.as_written}
                if item_holds(other, flow, as_written) is not item_holds(item, flow, behaviours):
                    return f"{item.policy}: {flow} as written"
                everywhere = item.namespace in {None, flow.at(table.direction.subject).namespace}
                if item_holds(other, flow, {**behaviours, free: not free.as_written}) is not (
                    bias is Bias.UNDER and everywhere
                ):
                    return f"{item.policy}: {flow} otherwise"
    return None


def items_of(table):
    for tier in table.tiers:
        yield from (*tier.applies, *tier.rules)


def table_of_one(direction, item):
    of_rule = isinstance(item, Rule)
    return RuleTable(direction, (Tier("one", () if of_rule else (item,), (item,) if of_rule else (), Action.DENY),))


def item_holds(item, flow, behaviours):
    parts = (item.subject, item.peer, item.traffic) if isinstance(item, Rule) else (item.subject,)
    return all(matches(part, flow, behaviours) for part in parts)


def test_a_rule_or_a_selection_that_is_approximated_may_be_anything_on_its_side_and_nothing_on_the_other():
    assert [(seed, wrong) for seed in range(20) if (wrong := wrong_approximation(seed)) is not None] == []


TELLING = telling_seeds(
    "test_seeded_form_faults.py::test_a_seeded_fault_is_found_by_answers_over_rules_that_are_not_taken_as_they_are"
)


def test_answers_over_rules_that_are_not_taken_as_they_are_are_those_of_every_world(fresh):
    assert [
        (seed, wrong) for seed in (*range(6), *TELLING, *fresh(3)) if (wrong := wrong_answers(seed)) is not None
    ] == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(1_000, 3_000, 100))
def test_many_answers_over_rules_that_are_not_taken_as_they_are_are_those_of_every_world(first):
    assert [(seed, wrong) for seed in range(first, first + 100) if (wrong := wrong_answers(seed)) is not None] == []


def test_the_cases_have_answers_of_every_kind():
    wanted = {("reachable", True), ("reachable", False), ("unknown", False), ("unreachable", False)}
    kinds = set()
    for seed in range(60):
        if not kinds >= wanted:
            found = [answer for *_, answer in answers(coarse_case(seed))]
            kinds.update((str(one.verdict), bool(one.approximations)) for one in found)
    assert kinds >= wanted


POLICY = ref("HTTPPolicy", "web", "n0")
SUBJECT = InNamespace(End.DESTINATION, "n0")


def rule(action, index=0):
    return Rule(POLICY, index, SUBJECT, ALWAYS, ALWAYS, action, Origin("table.yaml"), "n0")


def policies_of(selection, *rules, default=Action.DENY):
    tier = Tier("cluster", (selection,), rules, default)
    return PolicySet(
        {Direction.INGRESS: RuleTable(Direction.INGRESS, (tier,)), Direction.EGRESS: RuleTable(Direction.EGRESS, ())}
    )


def coarse(item, bias):
    return approximated(item, Direction.INGRESS, HTTP[bias])


SELECTION = Selection(POLICY, SUBJECT, "n0")
FROM_HOME = replace(rule(Action.ALLOW), peer=InNamespace(End.SOURCE, "n0"))
OVER, UNDER = Bias
CASES = {
    "an allow rule that is taken for more": (
        policies_of(SELECTION, coarse(rule(Action.ALLOW), OVER)),
        "reachable",
        True,
    ),
    "an allow rule that is taken for less, and allows it as written": (
        policies_of(SELECTION, coarse(rule(Action.ALLOW), UNDER)),
        "reachable",
        False,
    ),
    "an allow rule that is taken for less, and does not allow it as written": (
        policies_of(SELECTION, coarse(FROM_HOME, UNDER)),
        "unknown",
        False,
    ),
    "a deny rule that is taken for more": (
        policies_of(SELECTION, coarse(rule(Action.DENY), OVER), rule(Action.ALLOW, 1)),
        "unknown",
        False,
    ),
    "a deny rule that is taken for less": (
        policies_of(SELECTION, coarse(replace(FROM_HOME, action=Action.DENY), UNDER), rule(Action.ALLOW, 1)),
        "reachable",
        True,
    ),
    "a deny rule before which another one denies": (
        policies_of(SELECTION, rule(Action.DENY), coarse(rule(Action.DENY, 1), OVER), rule(Action.ALLOW, 2)),
        "unreachable",
        False,
    ),
    "a selection that is taken for more": (policies_of(coarse(SELECTION, OVER)), "unknown", False),
    "a rule beside one that is approximated": (
        policies_of(SELECTION, rule(Action.ALLOW), coarse(rule(Action.ALLOW, 1), OVER)),
        "reachable",
        False,
    ),
}


@pytest.mark.parametrize(("policies", "verdict", "is_approximate"), CASES.values(), ids=CASES)
def test_an_answer_is_approximate_only_by_the_rules_that_decide_it(policies, verdict, is_approximate):
    context = context_of(read(pod("n0", "web") + pod("n1", "client")), policies, Settings())
    asked = question(InNamespace(End.SOURCE, "n1"), InNamespace(End.DESTINATION, "n0"))
    answer = answer_found(asked, context, context.search.find(asked))
    assert str(answer.verdict) == verdict
    more, less = "is modelled as allowing more than it says", "is modelled as allowing less than it says"
    texts_of = answer.approximations if verdict == "reachable" else answer.unknown_because
    assert bool(answer.approximations) is is_approximate
    assert all("requests are not looked at (" in text and (more in text or less in text) for text in texts_of)
    assert answer.witness is None or not answer.witness.behaviours or verdict == "unknown"


def pod(namespace, name):
    container = "containers: [{name: c, image: i}]"
    return (
        f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {namespace}}}\n"
        f"---\napiVersion: v1\nkind: Pod\nmetadata: {{name: {name}, namespace: {namespace}}}\nspec: {{{container}}}\n"
    )


def test_that_every_flow_is_allowed_is_not_known_where_a_rule_that_allows_is_taken_for_more():
    context = context_of(
        read(pod("n0", "web") + pod("n1", "client")),
        policies_of(SELECTION, coarse(rule(Action.ALLOW), OVER)),
        Settings(),
    )
    asked = question(InNamespace(End.SOURCE, "n1"), InNamespace(End.DESTINATION, "n0"))
    answer = answer_refused(asked, context, context.search.find_refused(asked, PodScope.EXISTING))
    assert str(answer.verdict) == "unknown"


def test_a_rule_that_only_says_that_it_is_approximated_is_refused():
    with pytest.raises(ApproximationError):
        PolicyIndex(policies_of(SELECTION, replace(rule(Action.ALLOW), approximation=HTTP[OVER])))
