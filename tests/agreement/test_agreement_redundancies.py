"""What is reported as redundant changes nothing; what is not changes a flow, and the shortcuts never say otherwise."""

from dataclasses import replace

import pytest

from agreement.adapter import inventory_of
from agreement.redundancies import first_change, repetitive_cluster, reported, subject_of, taken_away
from netverify.answers.context import with_nodes
from netverify.budget import Budget
from netverify.lint.changes import Changes
from netverify.lint.duplicates import duplicates
from netverify.model.flow import Direction
from netverify.model.labels import satisfiable
from netverify.policy.evaluate import table_allows
from netverify.policy.tiers import lower
from netverify.symbolic.solver import solve
from netverify.symbolic.status import Status
from netverify.symbolic.witness import decode
from netverify.verify import Verifier

SEEDS = range(24)


@pytest.mark.parametrize("seed", SEEDS)
def test_taking_away_what_is_redundant_changes_no_connection(seed):
    cluster = repetitive_cluster(seed)
    findings = reported(seed)
    for chosen in ([one] for one in findings):
        assert first_change(cluster, taken_away(cluster, chosen), seed) is None, chosen
    assert first_change(cluster, taken_away(cluster, findings), seed) is None, findings


def test_the_clusters_have_much_that_is_redundant_and_much_that_is_not():
    found = [finding.code for seed in SEEDS for finding in reported(seed)]
    rules = sum(
        len((policy.get("spec") or {}).get("ingress") or [])
        for seed in SEEDS
        for policy in repetitive_cluster(seed)["policies"]
    )
    assert found.count("NV625") > 5
    assert 5 < found.count("NV626") < rules / 2


@pytest.mark.parametrize("seed", SEEDS)
def test_a_policy_that_is_not_redundant_decides_some_flow_as_the_reference_reading_confirms(seed):
    inventory = inventory_of(repetitive_cluster(seed))
    policies = inventory.cluster.network_policies
    changes = Changes(Verifier(inventory)._context)
    told = {subject_of(one)[1] for one in reported(seed) if one.code == "NV625"}
    for policy in policies:
        own = [one for one in policies if one.namespace == policy.namespace]
        changed = any(flow_that_changes(changes, inventory, own, policy, direction) for direction in Direction)
        reported_too = (policy.namespace, policy.name) in told
        if changed or not satisfiable(policy.pod_selector):
            assert not reported_too
        elif not reported_too:
            assert is_needed_once_others_go(policy, own, told)


def is_needed_once_others_go(policy, own, told):
    """Whether others of its namespace go, so that this one may have to stay although it could go alone."""
    return bool(duplicates(tuple(own))) or any((one.namespace, one.name) in told for one in own if one is not policy)


def flow_that_changes(changes, inventory, own, policy, direction):
    """Whether the solver finds a flow that is decided otherwise without ``policy``; it is replayed."""
    before, after = (
        lower(replace(inventory.cluster, network_policies=tuple(some))).tables[direction]
        for some in (own, [one for one in own if one is not policy])
    )
    ((goal, _), *_) = changes._redundancy.alike(before, after, policy.namespace, "some flow changes").obligations
    solved = solve(goal.goal, Budget())
    if solved.status is Status.UNSAT:
        return False
    assert solved.status is Status.SAT
    namespaces = with_nodes(changes.context).inventory.cluster.namespaces
    flow, behaviours = decode(solved.model, goal, namespaces)
    assert table_allows(before, flow, behaviours) != table_allows(after, flow, behaviours)
    return True
