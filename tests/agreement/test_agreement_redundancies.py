"""What is reported as redundant changes nothing; what is not changes a flow, and the shortcuts never say otherwise."""

from dataclasses import replace

import pytest

from agreement.adapter import inventory_of
from agreement.redundancies import first_change, repetitive_cluster, reported, subject_of, taken_away
from netverify.answers.context import with_nodes
from netverify.budget import Budget
from netverify.lint.changes import Changes
from netverify.lint.duplicates import duplicates
from netverify.lint.neighbours import Neighbours
from netverify.model.flow import Direction
from netverify.model.labels import satisfiable
from netverify.policy.evaluate import table_allows
from netverify.policy.overlap import both_match
from netverify.policy.tiers import lower
from netverify.symbolic.solver import solve
from netverify.symbolic.status import Status
from netverify.symbolic.witness import decode
from netverify.verify import Settings, Verifier

SEEDS = range(24)


def pods(key, operator, *values):
    return {"podSelector": {"matchExpressions": [{"key": key, "operator": operator, "values": list(values)}]}}


def policy_of(name, rules):
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "a"},
        "spec": {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": rules},
    }


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


RULES = {
    "rules that say the same": [{"from": [pods("app", "In", "web")], "ports": [{"port": 80}]}] * 3,
    "rules that two others make redundant": [{"from": [pods("app", "NotIn", f"v{n}")]} for n in range(8)],
    "rules of which each allows what no other does": [{"from": [pods("app", "In", f"v{n}")]} for n in range(8)],
    "a rule that all others together make redundant": [
        *({"ports": [{"port": first, "endPort": first + 7999}]} for first in range(1, 60000, 8000)),
        {"from": [pods("app", "Exists")], "ports": [{"port": 80}, {"port": 63000}]},
        {"from": [pods("app", "Exists")], "ports": [{"port": 80}, {"port": 65530}]},
    ],
    "one that needs what another goes for": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8", "except": ["10.1.0.0/16"]}}]}]
    + [{"from": [{"ipBlock": {"cidr": f"10.{n}.0.0/16"}}]} for n in range(7)],
}


@pytest.mark.parametrize("rules", RULES.values(), ids=RULES)
@pytest.mark.parametrize("of_one", [True, False], ids=["one-policy", "a-policy-each"])
def test_a_proof_with_few_rules_says_what_the_proof_with_all_of_them_says(rules, of_one):
    lots = [rules] if of_one else [[rule] for rule in rules]
    policies = [policy_of(f"p{number}", lot) for number, lot in enumerate(lots)]
    inventory = inventory_of({"policies": policies, "workloads": [], "namespaces": [], "names": ["a"]})
    quick, whole = (
        Verifier(inventory, Settings(keep_goals=keeps)).lint(frozenset({"NV625", "NV626", "NV631"}))
        for keeps in (False, True)
    )
    assert quick.findings == whole.findings
    assert quick.unknown_because == whole.unknown_because == ()


@pytest.mark.parametrize("seed", SEEDS)
def test_neighbours_are_the_policies_that_may_select_the_same_pod(seed):
    policies = inventory_of(repetitive_cluster(seed)).cluster.network_policies
    neighbours = Neighbours(policies)
    for one in policies:
        selectors = [(other.name, both_match(other.pod_selector, one.pod_selector)) for other in policies]
        assert neighbours.of(one.pod_selector) == tuple(name for name, meets in selectors if meets)


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
