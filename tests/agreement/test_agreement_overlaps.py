"""Rules that are said to be apart have no flow in common, as the reference reading sees it."""

from itertools import combinations

import pytest

from agreement.adapter import inventory_of
from agreement.redundancies import repetitive_cluster
from netverify.lint.specimens import ORDINARY, Specimens
from netverify.model.flow import Direction
from netverify.policy.evaluate import rule_matches
from netverify.policy.network_policy import lower_policy
from netverify.policy.overlap import Overlaps

SEEDS = range(30)


def rules_and_flows(seed, direction):
    cluster = inventory_of(repetitive_cluster(seed)).cluster
    specimens = Specimens(cluster.namespaces)
    rules = [rule for policy in cluster.network_policies for rule in lower_policy(policy, direction)[1]]
    return rules, [flow for policy in cluster.network_policies for flow in specimens.of_policy(policy, direction)]


@pytest.mark.parametrize("direction", Direction)
def test_no_flow_matches_two_rules_that_are_apart(direction):
    apart = together = 0
    for seed in SEEDS:
        rules, flows = rules_and_flows(seed, direction)
        overlaps = Overlaps()
        matched = [{n for n, flow in enumerate(flows) if rule_matches(rule, flow, ORDINARY)} for rule in rules]
        for (one, ours), (other, theirs) in combinations(zip(rules, matched, strict=True), 2):
            if overlaps.may_meet(one, other):
                together += bool(ours & theirs)
            else:
                apart += 1
                assert not ours & theirs, (seed, one, other)
    assert min(apart, together) > 5
