"""Comparisons of clusters with tables in the common form, held against flows that the reference reading decides.

The tables have several tiers, rules for every namespace, ties and other things that are left open, and rules about one
workload; what lowers to them does not matter.
"""

from dataclasses import replace
from itertools import chain
from types import MappingProxyType

import pytest

from agreement.adapter import inventory_of
from agreement.cuts import cut_case, cut_manifests, drawn_flows
from agreement.test_agreement_tiers import ref
from cases.manifest_texts import inventory_of as read
from netverify.answers import context as contexts
from netverify.answers.settings import Settings
from netverify.diagnostics import Origin
from netverify.diff.compare import compare
from netverify.model.cluster import WorkloadKey
from netverify.model.flow import Direction, End
from netverify.policy.approximation import approximated
from netverify.policy.evaluate import allows
from netverify.policy.predicate import ALWAYS, All, AnyOf, Bias, InNamespace, IsPod, IsWorkload, Not
from netverify.policy.table import Action, Approximation, PolicySet, Rule, RuleTable, Selection, Tier


def context_of(inventory, policies, fixed=MappingProxyType({})):
    """The context of ``inventory`` with ``policies`` in the common form."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(contexts, "lower", lambda _: policies)
        return contexts.make_context(inventory, Settings(dict(fixed)))


def wrong_comparison(seed):
    """What is wrong with a comparison of two policy sets about one cluster, in words; None where nothing is."""
    case = cut_case(seed)
    _, manifests, _ = cut_manifests(seed)
    there = inventory_of({**manifests, "policies": []})
    old, new = (context_of(there, one, case.fixed) for one in (case.policies, case.others))
    found, back = compare(old, new), compare(new, old)
    if (found.new_access, found.lost_access) != (back.lost_access, back.new_access):
        return f"{found.verdict} one way, {back.verdict} the other"
    if str(compare(old, old).verdict) != "equivalent":
        return "policies differ from themselves"
    for flow, behaviours in chain(*(drawn_flows(case, existing=one, count=200) for one in (True, False))):
        before, after = (allows(one, flow, behaviours) for one in (case.policies, case.others))
        if after and not before and str(found.new_access) == "no":
            return f"nothing appears, but {flow} with {behaviours} does"
        if before and not after and str(found.lost_access) == "no":
            return f"nothing is lost, but {flow} with {behaviours} is"
    return None


def test_comparisons_of_tables_find_what_flows_show():
    assert [(seed, wrong) for seed in (*range(1, 20, 4), *range(3, 60, 4)) if (wrong := wrong_comparison(seed))] == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(100, 1_100, 100))
def test_many_comparisons_of_tables_find_what_flows_show(first):
    assert [(seed, wrong) for seed in range(first, first + 100) if (wrong := wrong_comparison(seed))] == []


POLICY, OTHER = ref("ClusterPolicy", "all"), ref("ClusterPolicy", "other")
EVERYWHERE = Selection(POLICY, IsPod(End.DESTINATION), None)
NAMES = ("a", "b")


def policies_of(*rules):
    tier = Tier("cluster", (EVERYWHERE,), rules, Action.PASS)
    return PolicySet(
        {Direction.INGRESS: RuleTable(Direction.INGRESS, (tier,)), Direction.EGRESS: RuleTable(Direction.EGRESS, ())}
    )


def rule(action, peer=ALWAYS, policy=POLICY, tie=""):
    return Rule(policy, 0, IsPod(End.DESTINATION), peer, ALWAYS, action, Origin("table.yaml"), None, tie)


def inventory():
    text = "".join(
        f"---\napiVersion: v1\nkind: Namespace\nmetadata: {{name: {name}}}\n"
        f"---\napiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: web, namespace: {name}}}\n"
        "spec: {selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}},"
        " spec: {containers: [{name: c, image: i}]}}}\n"
        for name in NAMES
    )
    return read(text)


DENY, WEB = rule(Action.DENY), WorkloadKey("a", "web", "Deployment")
ELSEWHERE = All((IsPod(End.DESTINATION), *(Not(InNamespace(End.DESTINATION, name)) for name in NAMES)))
TIED = rule(Action.DENY, tie="first"), rule(Action.ALLOW, policy=OTHER, tie="first")
CASES = {
    "a rule for every namespace": (DENY,),
    "a rule about one workload": (rule(Action.DENY, IsWorkload(End.SOURCE, WEB)),),
    "a rule about a workload that it protects": (rule(Action.DENY, IsWorkload(End.DESTINATION, WEB)),),
    "a rule for namespaces that could be created": (replace(DENY, subject=ELSEWHERE),),
}


def wrong_change(number):
    """What a comparison says wrongly where the rules of one of ``CASES`` are gone; None where nothing."""
    before, after = policies_of(*list(CASES.values())[number]), policies_of()
    said = [compared(*sides) for sides in ((before, after), (after, before), (before, before))]
    return None if said == [("yes", "no"), ("no", "yes"), ("no", "no")] else said


def compared(old, new):
    there = inventory()
    found = compare(context_of(there, old), context_of(there, new))
    return str(found.new_access), str(found.lost_access)


@pytest.mark.parametrize("number", range(len(CASES)), ids=CASES)
def test_a_rule_that_is_gone_is_a_change(number):
    assert wrong_change(number) is None


COARSE = {bias: Approximation(bias, "requests are not looked at", "GET /") for bias in Bias}
NOBODY = rule(Action.DENY, AnyOf(()))
APPROXIMATED = {
    "a deny rule that is taken for more is gone": (Bias.OVER, DENY, ("yes", "no"), 1),
    "a deny rule that is taken for less is gone": (Bias.UNDER, NOBODY, ("unknown", "no"), 0),
}


@pytest.mark.parametrize(("bias", "one", "expected", "count"), APPROXIMATED.values(), ids=APPROXIMATED)
def test_a_change_rests_on_rules_as_they_are_written_or_is_not_known(bias, one, expected, count):
    before, there = policies_of(approximated(one, Direction.INGRESS, COARSE[bias])), inventory()
    found = compare(context_of(there, before), context_of(there, policies_of()))
    assert (str(found.new_access), str(found.lost_access)) == expected
    assert len(found.approximations) == count
    assert all("requests are not looked at" in text for text in found.approximations)
    assert compared(before, before) == ("no", "no")


def wrong_ties(_):
    """What a comparison says wrongly where a tie is gone, so that one rule decides; None where nothing."""
    tied, decided = policies_of(*TIED), policies_of(*(replace(one, tie="") for one in TIED))
    said = [compared(*sides) for sides in ((tied, decided), (decided, tied), (tied, tied))]
    return None if said == [("no", "yes"), ("yes", "no"), ("no", "no")] else said


def test_a_tie_that_is_gone_is_a_change():
    assert wrong_ties(0) is None
