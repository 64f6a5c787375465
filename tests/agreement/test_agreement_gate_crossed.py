"""Verbs drawn with kinds of ends, ways in, worlds and exceptions: nothing wrong is proved, and nothing kept is refuted.

The judges of routing and of single connections say which connections are open; an exception leaves aside what it names.
"""

import random
from collections import Counter
from functools import cache
from itertools import chain

import pytest

from agreement.judged_intents import spec_of
from agreement.pipeline import read_inventory
from agreement.planted_controllers import ways_by_controller, with_controller
from agreement.test_agreement_gate_ends import NOBODY, TODAY, is_public, promises, zones_of
from agreement.test_agreement_gate_routes import open_ways, text_of_pod
from generators.routed_clusters import random_routed_cluster, text_of
from netverify.gate.checking import Terms
from netverify.verify import Verifier
from oracles.service_interpreter import behind_port, find, ports_of

ELSEWHERE = 65_000
DRAWN = 6
QUICK = (1, 11, 19)
"""Clusters with a way in that is open, and few ways."""


def drawn(seed):
    """``(objects, connection)`` of a way in that is open, by a planted controller in every third cluster."""
    objects = random_routed_cluster(seed)
    if seed % 3 == 0:
        objects = with_controller(objects)
        found = list(dict.fromkeys(chain(ways_by_controller(objects), open_ways(objects))))
    else:
        found = list(dict.fromkeys(open_ways(objects)))
    return objects, random.Random(seed).choice(found) if found else None


def ends_of(rng, objects, service, pod):
    """A target that holds the pod, of a kind that is drawn, and whether that is a Service."""
    kinds = [text_of_pod(pod), "mixed-pod", f"namespace {pod[0]}"]
    if service is not None and find(objects, "Service", *service[1:3])["spec"].get("selector"):
        kinds += ["held", "service {}/{}".format(*service[1:3])] * 2
    return rng.choice(kinds)


def assertion_against(rng, objects, client, service, pod, number, protocol):
    """An assertion that the connection is against, by a verb and with ends that are drawn."""
    target = ends_of(rng, objects, service, pod)
    source = rng.choice([client, [client, NOBODY], "mixed-client", "nested"])
    verbs = [
        {"deny": {"from": source, "to": target}},
        {"deny": {"to": target}},
        {"only": {"to": target, "flows": [{"from": NOBODY}]}},
        {"only": {"from": "nested", "flows": [{"to": NOBODY}]}},
        {"isolated": target},
        {"isolated": "mixed-client"},
        {"separate": [target, client, NOBODY]},
        {"separate": ["mixed-client", target]},
        {"no-external": target},
        {"deny": {"from": "mixed-client", "ports": f"{number}/{protocol.lower()}"}},
    ]
    if is_public(client):
        verbs += [{"no-ingress-from-internet": [target, NOBODY]}, {"deny": {"from": "internet", "to": target}}] * 2
    return rng.choice(verbs)


def exceptions_beside(rng, pod, number, protocol):
    """What is left aside although the connection is not: another client, another pod, another port."""
    who, port = text_of_pod(pod), f"{number}/{protocol.lower()}"
    other_port = f"{ELSEWHERE}/{protocol.lower()}"
    flows = [
        {"from": NOBODY, "to": who},
        {"from": f"pods of-nobody=true in namespace {pod[0]}", "to": who},
        {"from": f"pods of-nobody=true in namespace {pod[0]}", "to": who, "ports": port},
        {"to": who, "ports": other_port},
        {"to": NOBODY},
    ]
    return rng.sample(flows, rng.choice([0, 1, 2]))


def result_of(verifier, zones, assertion, flows):
    """What the gate says of one assertion where ``flows`` are left aside."""
    exception = {"id": "e", "assertions": ["a"], "flows": flows, "reason": "r", "owner": "o", "expires": "2999-01-01"}
    intent = {"zones": zones, "assertions": [{"id": "a", **assertion}], "exceptions": [exception] if flows else []}
    return verifier.check(spec_of(intent), Terms(TODAY)).results[0]


@cache
def verdicts(seed):
    """``(verdict, what it may be, assertion, flows left aside)`` of each that is drawn."""
    return tuple(_verdicts(seed))


def _verdicts(seed):
    objects, connection = drawn(seed)
    if connection is None:
        return
    client, service, pod, number, protocol = connection
    zones, rng = zones_of(client, service, pod), random.Random(seed)
    verifier = Verifier(read_inventory(text_of(objects)))
    for _ in range(DRAWN):
        assertion = assertion_against(rng, objects, *connection) | rng.choice([{}, {"world": "existing"}])
        flows = exceptions_beside(rng, pod, number, protocol)
        found = result_of(verifier, zones, assertion, flows)
        yield found.verdict.value, {"refuted", "unknown"}, assertion, flows
    who, port = text_of_pod(pod), f"{number}/{protocol.lower()}"
    flow = {"from": client, "to": who, "ports": port}
    named = rng.choice([{"from": client}, {"from": client, "to": who}, {"to": who}, {"to": who, "ports": port}, flow])
    found = result_of(verifier, zones, {"deny": flow}, [named])
    yield found.verdict.value, {"excepted"}, {"deny": flow}, [named]


def wrong(seed):
    return [(seed, found, *what) for found, right, *what in verdicts(seed) if found not in right]


def kept(seed):
    """``(verdict, promise)`` of those to ports of Services which the judges say that every existing pod keeps."""
    verifier = None
    for objects, assertion, fails in promises(seed):
        has_blocks = any("ipBlock" in str(one) for one in objects if one["kind"] == "NetworkPolicy")
        name = assertion["allow"]["to"].removeprefix("service ").split("/")
        service = find(objects, "Service", *name)
        ends = [end for port in ports_of(service) for end in behind_port(objects, service, port)]
        if fails or has_blocks or not all(isinstance(end[0], tuple) for end in ends):
            continue
        if not ends or assertion["allow"]["from"] in {text_of_pod(end[0]) for end in ends}:
            continue  # what a pod gets from itself, or a replica from another, is for others to judge
        verifier = verifier or Verifier(read_inventory(text_of(objects)))
        yield result_of(verifier, {}, assertion | {"world": "existing"}, []).verdict.value, assertion


@pytest.mark.parametrize("seed", QUICK)
def test_nothing_that_is_drawn_is_proved_against_an_open_way_in(seed):
    assert wrong(seed) == []


def test_promises_that_every_pod_keeps_are_proved():
    found = [(seed, *one) for seed in range(30) for one in kept(seed)]
    assert found
    assert [one for one in found if one[1] != "proved"] == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(100, 700, 20))
def test_nothing_that_is_drawn_is_proved_against_ways_into_many_more_clusters(start):
    assert [line for seed in range(start, start + 20) for line in wrong(seed)] == []
    assert [one for seed in range(start, start + 20) for one in kept(seed) if one[0] != "proved"] == []


def test_most_of_what_is_drawn_is_refuted():
    found = Counter(verdict for seed in QUICK for verdict, *_ in verdicts(seed))
    assert found["refuted"] > found["unknown"]
    assert found["excepted"]
