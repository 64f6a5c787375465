"""ClusterNetworkPolicies beside NetworkPolicies: all readings agree with the interpreter of raw manifests."""

import copy

import pytest

from agreement.adapter import behaviours_of, flow_of, inventory_of
from agreement.comparisons import compared as compared_clusters
from agreement.comparisons import wrong_changes
from agreement.pair_cases import NarrowDice, PairCase
from agreement.pairs import compared
from agreement.questions import settings_for, wrong_witness
from generators.cluster_policies import of_the_older_api, with_cluster_policies
from generators.clusters import random_cluster
from generators.owned_addresses import random_nodes
from generators.points import random_point
from generators.questions import random_question
from generators.small_cases import MOST_TRIALS
from generators.vocabulary import SmallDice
from mutants.kills import telling_seeds
from netverify.model.addresses import parse_address
from netverify.model.behaviours import FIXED_BY_DEFAULT
from netverify.model.cluster import NODES
from netverify.model.flow import Pod
from netverify.model.nodes import with_known_nodes
from netverify.policy.evaluate import allows
from netverify.policy.tiers import lower
from netverify.verify import ask
from oracles.brute_force import Told, brute_force
from oracles.brute_force_pairs import ToldOfBoth, differences, without_addresses
from oracles.cluster_policy_interpreter import CLUSTER_BEHAVIOURS, verdicts

POINTS = 25
CHEAP_PAIRS = (3, 5, 7, 9, 10, 12, 13)
CHEAP_QUESTIONS = (1, 2, 3, 4, 5, 6, 10, 11, *range(18, 31))
CHEAP_COMPARISONS = (1, 3, 6, 7, 10, 14)
"""Seeds whose judges have little to try."""


class UndecidedError(Exception):
    """Something is asked for that nobody decided."""


class Decided(dict):
    """What is left open, decided in part."""

    def __missing__(self, choice):
        raise UndecidedError(choice)


def all_verdicts(policies, flow, decided):
    """Every answer of the reference reading, whatever is left open: ties, and what nobody knows."""
    try:
        return {allows(policies, flow, Decided(decided))}
    except UndecidedError as undecided:
        (choice,) = undecided.args
        return {
            verdict for value in (False, True) for verdict in all_verdicts(policies, flow, {**decided, choice: value})
        }


def random_case(seed, *, exact=False, older=False):
    rng = SmallDice(f"cluster policies {seed}")
    cluster = random_cluster(rng, policies=(0, 2), workloads=(1, 4), namespaces=(1, 2))
    with_cluster_policies(rng, cluster, most=5, exact=exact)
    if older:
        of_the_older_api(rng, cluster)
    if rng.random() < 0.4:
        cluster["nodes"] = random_nodes(rng)
        for node in cluster["nodes"]:
            node["metadata"]["labels"] = rng.choice([{}, {"pool": "a"}, {"pool": "b"}, {"pool": None}])
    return rng, cluster


def random_connection(rng, cluster):
    """A point, with values for what plugins make of these policies; now and then one end is a node."""
    point = random_point(rng, cluster)
    point["behaviours"] |= {name: rng.random() < 0.6 for name in CLUSTER_BEHAVIOURS}
    for name in ("cluster-network-policy-enforced", "admin-network-policy-enforced"):
        point["behaviours"][name] = rng.random() < 0.97
    node = rng.choice(cluster["nodes"]) if cluster.get("nodes") and rng.random() < 0.25 else None
    if node is not None:
        (address,) = (one["address"] for one in node["status"]["addresses"] if one["type"] == "InternalIP")
        other = point["source"]["address"]
        if (":" in address) == (":" in other) and address != other and "machine" not in point["source"]:
            metadata = {"name": node["metadata"]["name"], "namespace": "no namespace"}
            pod = {"kind": "Pod", "metadata": metadata, "spec": {"hostNetwork": True, "containers": []}}
            place = {"workload": "node", "namespaceLabels": {}, "node": rng.choice(["n1", "n2"]), "replica": 9}
            point["destination"] = {"pod": pod, "address": address, "machine": True, **place}
    return point


def disagreements(seeds, *, older=False):
    """The connections on which the sets of possible answers differ, with their seeds."""
    found = []
    for seed in seeds:
        rng, cluster = random_case(seed, older=older)
        points = [random_connection(rng, cluster) for _ in range(POINTS)]
        judged = [(one, verdicts(cluster, *ends_of(one), one["behaviours"])) for one in points]
        found += [(seed, *wrong) for wrong in wrong_points(cluster, judged)]
    return found


def ends_of(point):
    return point["source"], point["destination"], point["protocol"], point["port"]


def wrong_points(cluster, judged):
    """Of connections with the answers that may be given, those of which the reference reading gives others."""
    facts = with_known_nodes(inventory_of(cluster).cluster)
    policies = lower(facts)
    said = [all_verdicts(policies, flow_through(facts, one), behaviours_of(one["behaviours"])) for one, _ in judged]
    return [(one, ours, expected) for (one, expected), ours in zip(judged, said, strict=True) if ours != expected]


def flow_through(facts, point):
    """The connection as the package sees it, which may be to a node."""
    end = point["destination"]
    if "machine" not in end:
        return flow_of(facts, point)
    flow = flow_of(facts, {**point, "destination": {"address": end["address"]}})
    (node,) = (one for one in facts.nodes if one.name == end["pod"]["metadata"]["name"])
    machine = Pod(NODES, {}, {}, parse_address(end["address"]), (), host_network=True, workload=node.key)
    same = point["source"].get("node") == end["node"]
    return type(flow)(flow.source, machine, flow.protocol, flow.port, same_node=same)


TELLING = telling_seeds("test_seeded_cluster_policy_faults.py::test_a_seeded_fault_is_found_by_single_connections")

TELLING_OF_OLDER = telling_seeds("test_seeded_cluster_policy_faults.py::test_a_seeded_fault_of_the_older_api_is_found")


def test_both_agree_on_connections(fresh):
    assert disagreements([*TELLING, *fresh(8)]) == []
    assert disagreements([*TELLING_OF_OLDER, *fresh(6)], older=True) == []


def wrong_pairs(seed):
    """The pairs that the map and the judge of every world see differently."""
    rng = NarrowDice(f"pairs of cluster policies {seed}")
    manifests = random_cluster(rng, policies=(0, 2), workloads=(2, 4), namespaces=(1, 2))
    with_cluster_policies(rng, manifests, most=3)
    cluster = inventory_of(manifests).cluster
    return compared(PairCase(manifests, cluster, lower(cluster), dict(FIXED_BY_DEFAULT), ()))


def test_the_map_is_that_of_the_judge_of_every_world():
    assert {seed: wrong for seed in CHEAP_PAIRS if (wrong := wrong_pairs(seed))} == {}


def whole_question(seed):
    """A cluster without anything that the API leaves open, and a question about it."""
    for number in range(100):
        rng, cluster = random_case(f"{seed} {number}", exact=True)
        cluster.pop("nodes", None)
        question = random_question(rng, cluster)
        if Told(cluster, question).trials <= MOST_TRIALS:
            return cluster, question
    raise AssertionError(seed)


def wrong_answer(seed):
    """What the package answers and what trying everything says, where they differ."""
    cluster, question = whole_question(seed)
    answer = ask(question["sentence"], inventory_of(cluster), settings_for(question))
    said, expected = (str(answer.verdict), answer.scope and str(answer.scope)), brute_force(cluster, question)
    if said != expected:
        return f"{question['sentence']}: {said}, but {expected}"
    return wrong_witness(cluster, question, answer.witness) if answer.witness is not None else None


def test_whole_questions_are_answered_as_trying_everything_says():
    assert [wrong for seed in CHEAP_QUESTIONS if (wrong := wrong_answer(seed))] == []


def pair_of_clusters(seed):
    """A cluster, and the same with other policies for the whole cluster, or in another order."""
    rng = SmallDice(f"pair {seed}")
    for _ in range(200):
        cluster = random_cluster(rng, policies=(0, 1), workloads=(0, 2), namespaces=(1, 2))
        old = without_addresses(with_cluster_policies(rng, cluster, most=2, exact=True))
        new = {**old, "clusterPolicies": changed_policies(rng, old)}
        if ToldOfBoth(old, new).trials <= MOST_TRIALS:
            return old, new
    raise AssertionError(seed)


def changed_policies(rng, cluster):
    """The policies of ``cluster`` but for one rule, one priority, one tier, one subject, or one policy."""
    policies = copy.deepcopy(cluster["clusterPolicies"])
    one = rng.choice(policies)
    rules = [rule for section in ("ingress", "egress") for rule in one["spec"].get(section) or []]
    what = rng.choice(["action", "action", "priority", "tier", "subject", "gone"])
    if what == "gone":
        policies.remove(one)
    elif what == "action" and rules:
        rng.choice(rules)["action"] = rng.choice(["Accept", "Deny", "Pass"])
    elif what == "tier":
        one["spec"]["tier"] = "Baseline" if one["spec"]["tier"] == "Admin" else "Admin"
    elif what == "subject":
        one["spec"]["subject"] = {"namespaces": {}}
    else:
        one["spec"]["priority"] = 1000 - one["spec"]["priority"]
    return policies


def wrong_comparison(seed):
    """What is wrong with the comparison of a pair, in words; None where all is well."""
    old, new = pair_of_clusters(seed)
    found, expected = compared_clusters(old, new), differences(old, new)
    for what, certainty, flow in zip(("new", "lost"), (found.new_access, found.lost_access), expected, strict=True):
        if str(certainty) == "unknown" or (str(certainty) == "no" and flow is not None):
            return f"{what} access is {certainty}, but {flow}"
    return wrong_changes(old, new, found)


def test_comparisons_miss_no_difference_and_list_nothing_else():
    assert [wrong for seed in CHEAP_COMPARISONS if (wrong := wrong_comparison(seed))] == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 2_000, 100))
def test_more_comparisons_miss_no_difference_and_list_nothing_else(start):
    assert [wrong for seed in range(start, start + 100) if (wrong := wrong_comparison(seed))] == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 3_000, 100))
def test_whole_questions_and_maps_agree(start):
    seeds = range(start, start + 100)
    assert [wrong for seed in seeds if (wrong := wrong_answer(seed) or wrong_pairs(seed))] == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(1_000, 11_000, 1_000))
def test_both_agree_on_250_000_connections(start):
    assert disagreements(range(start, start + 1_000), older=start % 2_000 == 0) == []
