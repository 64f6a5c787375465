"""Changes whose effect is known without knowing the answer: metamorphic relations, on the reference reading.

Random clusters go through the whole pipeline before and after each change, and the same connections are decided.
"""

import copy
from functools import cache

import pytest

from agreement.readings import reference
from generators import changes
from generators.clusters import random_cluster
from generators.points import random_point
from generators.vocabulary import Dice
from oracles.direct_interpreter import directions, namespace_of, selects

CLUSTERS = 25
POINTS = 15
CONFORMANT = {
    "policy-enforced": True,
    "endport-supported": True,
    "named-ports-supported": True,
    "unlisted-rules-enforced": False,
}
"""Where a plugin lacks support, more text may mean less: these relations are about plugins that have it."""


def same(before, after):
    return before == after


def never_fewer(before, after):
    return all(later for earlier, later in zip(before, after, strict=True) if earlier)


def never_more(before, after):
    return never_fewer(after, before)


def scenes(first=0):
    """Random clusters with connections; at least one policy each."""
    for seed in range(first, first + CLUSTERS):
        thrown, cluster, points = scene(seed)
        rng = Dice(seed)
        vars(rng).update(vars(thrown))
        rng.setstate(thrown.getstate())
        yield rng, cluster, [{**one, "behaviours": {**one["behaviours"], **CONFORMANT}} for one in points]


@cache
def scene(seed):
    """The dice after their throws, the cluster, which is read once for all changes, and the connections."""
    rng = Dice(seed)
    cluster = random_cluster(rng, policies=(1, 5))
    points = [random_point(rng, cluster) for _ in range(POINTS)]
    ANSWERS[id(cluster)] = reference(cluster)
    return rng, cluster, points


ANSWERS = {}
"""The reading of each cluster of a scene, by its identity: scenes are kept, and nothing changes their clusters."""


def changed(rng, cluster, change):
    """A copy of ``cluster`` after ``change``, or None where there was nothing to change."""
    other = copy.deepcopy(cluster)
    return other if change(rng, other) else None


def decide(cluster, points):
    answer = ANSWERS.get(id(cluster)) or reference(cluster)
    return [answer(point) for point in points]


RELATIONS = {
    "1 adding a rule to a policy never removes a flow": (changes.add_a_rule, never_fewer),
    "2 adding a peer to a list that is not empty never removes a flow": (changes.add_a_peer, never_fewer),
    "3 adding a port to a list that is not empty never removes a flow": (changes.add_a_port, never_fewer),
    "4 the order of policies, rules, peers and ports is irrelevant": (changes.shuffle, same),
    "5 a policy is one policy for each of its rules": (changes.one_policy_for_each_rule, same),
    "6 a policy twice is the policy once": (changes.add_a_copy, same),
    "7 two peers are two rules": (changes.one_rule_for_each_peer, same),
    "8 a range is its two parts": (changes.split_ranges, same),
    "9 a block is its two halves": (changes.split_blocks, same),
    "10 NotIn of two values is two NotIn": (changes.split_not_in, same),
    "14 adding default-deny never adds a flow": (changes.add_default_deny, never_more),
    "15 isolating again what is isolated has no effect": (changes.add_an_isolation_that_is_there, same),
    "21 matchLabels are expressions with one value": (changes.labels_as_expressions, same),
    "22 explicit policyTypes are the defaulted ones": (changes.explicit_types, same),
    "23 an except is a difference of blocks": (changes.subtract_excepts, same),
    "27 adding a pod changes nothing for other pods": (changes.add_a_pod, same),
    "30 a range of one port is the port": (changes.single_ports_as_ranges, same),
    "32 an address is the same however it is spelled": (changes.long_addresses, same),
}

IF_EXCEPTS_DENY_NOTHING = (
    changes.add_a_rule,
    changes.add_a_peer,
    changes.add_a_port,
    changes.subtract_excepts,
)
"""Where an ``except`` denies (OVN-Kubernetes), one more may remove a flow, and blocks without it deny nothing."""


@pytest.mark.parametrize(("change", "relation"), RELATIONS.values(), ids=RELATIONS)
def test_the_relation_holds(change, relation):
    applied = 0
    for rng, cluster, points in scenes():
        if change in IF_EXCEPTS_DENY_NOTHING:
            for point in points:
                point["behaviours"]["except-denies"] = False
        other = changed(rng, cluster, change)
        if other is not None:
            applied += 1
            assert relation(decide(cluster, points), decide(other, points))
    assert applied >= 8


TRAPS = {
    "adding any policy never removes a flow": (changes.add_any_policy, never_fewer),
    "removing a policy never adds a flow": (changes.remove_a_policy, never_more),
    "adding the first port to a rule without ports never removes a flow": (changes.add_a_first_port, never_fewer),
}


@pytest.mark.parametrize(("change", "relation"), TRAPS.values(), ids=TRAPS)
def test_what_looks_like_a_relation_and_is_none_is_refuted(change, relation):
    def is_violated(scene):
        rng, cluster, points = scene
        other = changed(rng, cluster, change)
        return other is not None and not relation(decide(cluster, points), decide(other, points))

    assert any(is_violated(scene) for first in range(0, 500, CLUSTERS) for scene in scenes(first))


def test_16_a_new_policy_removes_nothing_between_pods_that_are_isolated_already():
    judged = 0
    for rng, cluster, points in scenes():
        between = [
            point
            for point in points
            if is_isolated(cluster, point["source"], "Egress", point["behaviours"])
            and is_isolated(cluster, point["destination"], "Ingress", point["behaviours"])
        ]
        other = changed(rng, cluster, changes.add_any_policy)
        judged += len(between)
        assert never_fewer(decide(cluster, between), decide(other, between))
    assert judged >= 20


def is_isolated(cluster, end, direction, behaviours):
    """Whether a policy of ``direction`` selects ``end``; nothing can isolate what is no pod."""
    if "pod" not in end:
        return True
    return any(selects(p, end, behaviours) and direction in directions(p, behaviours) for p in cluster["policies"])


def test_17_a_policy_does_not_affect_flows_without_an_end_in_its_namespace():
    for rng, cluster, points in scenes():
        other = changed(rng, cluster, changes.add_any_policy)
        namespace = namespace_of(other["policies"][-1])
        elsewhere = [
            point
            for point in points
            if all(
                "pod" not in end or namespace_of(end["pod"]) != namespace
                for end in (point["source"], point["destination"])
            )
        ]
        assert decide(cluster, elsewhere) == decide(other, elsewhere)


def test_18_a_policy_for_egress_affects_flows_from_its_namespace_alone():
    for rng, cluster, points in scenes():
        other = changed(rng, cluster, changes.add_any_policy)
        other["policies"][-1]["spec"] = {"policyTypes": ["Egress"]}
        namespace = namespace_of(other["policies"][-1])
        from_elsewhere = [
            p for p in points if "pod" not in p["source"] or namespace_of(p["source"]["pod"]) != namespace
        ]
        assert decide(cluster, from_elsewhere) == decide(other, from_elsewhere)


def test_19_without_policies_everything_is_reachable():
    for _, cluster, points in scenes():
        assert all(decide({**cluster, "policies": []}, points))


def test_20_a_connection_is_allowed_iff_both_directions_allow_it():
    for rng, cluster, points in scenes():
        leaves = decide(changed(rng, cluster, changes.only("Egress")), points)
        enters = decide(changed(rng, cluster, changes.only("Ingress")), points)
        assert decide(cluster, points) == [out and into for out, into in zip(leaves, enters, strict=True)]


def test_28_rules_for_udp_change_nothing_for_other_protocols():
    for rng, cluster, points in scenes():
        other = changed(rng, cluster, changes.add_udp_rules)
        others = [point for point in points if point["protocol"] != "UDP"]
        assert decide(cluster, others) == decide(other, others)
