"""Denials and promises between pods, both ways: what the judge knows to be closed, or open, is proved; no more is."""

from collections import Counter

import pytest

from agreement.planted_controllers import may_open
from agreement.test_agreement_gate_ends import judged, may_be_refused
from agreement.test_agreement_gate_routes import text_of_pod
from generators.routed_clusters import NUMBERS, random_routed_cluster
from oracles.brute_force import known_addresses
from oracles.service_interpreter import WORKLOADS, has_ended, key_of

KINDS = (*WORKLOADS, "Namespace", "NetworkPolicy")
MOST_PAIRS = 6


def plain(seed):
    """The pods and policies of a random cluster; without Services and ports of hosts there are no ways in."""
    objects = [one for one in random_routed_cluster(seed) if one["kind"] in KINDS]
    return [one for one in objects if "host" not in str(one.get("spec")).lower() and not has_ended(one)]


def pairs(seed):
    """``(objects, source, target, port, whether it may be open, whether it may be refused)`` where the judge is sure.

    It is where no address of a pod is open.
    """
    objects = plain(seed)
    pods = [one for one in objects if one["kind"] in WORKLOADS]
    has_blocks = any("ipBlock" in str(one) for one in objects if one["kind"] == "NetworkPolicy")
    sure = [one for one in pods if not has_blocks or known_addresses(one)]
    found = [(source, target) for source in sure for target in sure if source is not target]
    for number, (source, target) in enumerate(found[:: max(1, len(found) // MOST_PAIRS)][:MOST_PAIRS]):
        port, key = NUMBERS[number % len(NUMBERS)], key_of(target)
        refused = may_be_refused(objects, source, key, "TCP", port)
        yield objects, source, key, port, may_open(objects, source, key, "TCP", port), refused


def verdicts(seed):
    """``(what the gate says, what the judge says, assertion)`` of the denial and the promise for each pair."""
    made = []
    for objects, source, target, port, is_open, is_refused in pairs(seed):
        flow = {"from": text_of_pod(key_of(source)), "to": text_of_pod(target), "ports": port}
        made.append((objects, {"deny": flow, "world": "existing"}, "refuted" if is_open else "proved"))
        made.append((objects, {"allow": flow}, "refuted" if is_refused else "proved"))
    if not made:
        return []
    results = judged(made[0][0], {}, [assertion for _, assertion, _ in made])
    return [(one.verdict.value, wanted, what) for one, (_, what, wanted) in zip(results, made, strict=True)]


def wrong(seed):
    return [(seed, *line) for line in verdicts(seed) if line[0] != line[1]]


@pytest.mark.parametrize("start", range(0, 12, 4))
def test_what_is_closed_or_open_between_pods_is_proved_and_nothing_else(start):
    assert [line for seed in range(start, start + 4) for line in wrong(seed)] == []


def test_denials_and_promises_are_both_proved_and_refuted():
    verbs = Counter((next(iter(what)), found) for seed in range(12) for found, _, what in verdicts(seed))
    assert all(verbs[verb, found] > 2 for verb in ("deny", "allow") for found in ("proved", "refuted")), verbs


@pytest.mark.long
@pytest.mark.parametrize("start", range(100, 400, 20))
def test_what_is_closed_or_open_in_many_more_clusters_is_proved_and_nothing_else(start):
    assert [line for seed in range(start, start + 20) for line in wrong(seed)] == []
