"""Assertions about connections from outside: nothing is proved where the judges of routing find a way."""

from collections import Counter
from datetime import date
from functools import cache

import pytest

from agreement.judged_intents import spec_of
from agreement.pipeline import read_inventory
from agreement.questions import completions
from agreement.routed_ways import end_of
from agreement.test_agreement_services import with_all_ready
from generators.routed_clusters import random_routed_cluster, text_of
from netverify.gate.checking import Terms
from netverify.verify import Verifier
from oracles.brute_force import is_on_the_internet, known_addresses
from oracles.direct_interpreter import allowed
from oracles.service_interpreter import WORKLOADS, behind_port, find, key_of, ports_of, protocol_of
from oracles.ways_in_interpreter import policy_sources, ways_in

CLIENTS = ("203.0.113.77", "8.8.8.8")
MOST_WAYS = 3


def open_ways(objects):
    """``(client, service or None, pod, number, protocol)``: connections from outside that get through to a pod.

    The judge of routing says where they lead and as whom policy sees them, that of connections whether it lets them in.
    """
    later = with_all_ready(objects)
    for way in ways_in(later):
        target = end_of(objects, way)
        if target is None or target[0] == "outside" or (target[0] == "service" and target != way.target):
            continue
        for pod, number, protocol in led_to(later, way, target):
            for client in CLIENTS:
                if not way.clients and lets_in(objects, way, client, pod, number, protocol):
                    yield client, target if target[0] == "service" else None, pod, number, protocol


def led_to(objects, way, target):
    """The pods of the manifests that a way in leads to, each with the number and the protocol."""
    if target[0] == "pod":
        yield from [(target[1], target[2], way.protocol)] if target[2] is not None else []
        return
    service = find(objects, "Service", *target[1:3])
    for port in ports_of(service):
        if (port["port"], protocol_of(port)) == (target[3], way.protocol):
            ends = behind_port(objects, service, port)
            yield from ((end, number, spoken) for end, spoken, number in ends if isinstance(end, tuple))


def lets_in(objects, way, client, pod, number, protocol):
    """Whether policies let a connection in by a way in, on some CNI."""
    sources = policy_sources(way)
    if "node" in sources:
        return True  # the pod's own node may always reach it
    if "client" not in sources:
        return False  # which pods are the controller's is for others to tell
    cluster = {
        "namespaces": [one for one in objects if one["kind"] == "Namespace"],
        "policies": [one for one in objects if one["kind"] == "NetworkPolicy"],
    }
    (manifest,) = (one for one in objects if one["kind"] in WORKLOADS and key_of(one) == pod)
    address = next(iter(known_addresses(manifest)), "10.9.9.9")
    end = {"pod": manifest, "workload": 0, "address": address, "node": "n1"}
    outside = {"address": client}
    return any(allowed(cluster, outside, end, protocol, number, behaviours) for behaviours in completions({}))


def text_of_pod(pod):
    return "{}/{}[{}]".format(*pod)


def assertions_against(objects, client, service, pod, number, protocol):
    """What such a connection is against; a Service without a selector is no set of pods for ``only``."""
    who, port = text_of_pod(pod), f"{number}/{protocol.lower()}"
    yield {"deny": {"from": client, "to": who, "ports": port}}
    yield {"deny": {"to": who}}
    yield {"only": {"to": who, "flows": [{"from": "198.51.100.0/24"}, {"from": who}]}}
    yield {"isolated": who}
    yield {"separate": [client, who]}
    yield {"no-external": who}
    if service is not None:
        called = "service {}/{}".format(*service[1:3])
        yield {"deny": {"from": client, "to": called, "ports": f"{service[3]}/{protocol.lower()}"}}
        if find(objects, "Service", *service[1:3])["spec"].get("selector"):
            yield {"only": {"to": called, "flows": [{"from": "198.51.100.0/24"}]}}
    if is_on_the_internet(client):
        yield {"no-ingress-from-internet": who}
        yield {"deny": {"from": ["internet", "10.0.0.0/8"], "to": [who, "192.0.2.0/24"]}}


@cache
def verdicts(seed):
    """Every assertion that an open way is against, with the verdict."""
    objects = random_routed_cluster(seed)
    ways = list(dict.fromkeys(open_ways(objects)))
    picked = ways[:: max(1, len(ways) // MOST_WAYS)][:MOST_WAYS]
    made = [one for way in picked for one in assertions_against(objects, *way)]
    worlds = ({}, {"world": "existing"})
    intent = {"assertions": [{"id": f"a{n}", **one, **worlds[n % 2]} for n, one in enumerate(made)]}
    verifier = Verifier(read_inventory(text_of(objects)))
    report = verifier.check(spec_of(intent), Terms(date(2026, 1, 1)))
    return [(one.verdict.value, assertion) for one, assertion in zip(report.results, intent["assertions"], strict=True)]


def wrong(seed):
    """Those that are not refuted, which may be unknown but not proved."""
    return [
        (seed, verdict, assertion) for verdict, assertion in verdicts(seed) if verdict not in {"refuted", "unknown"}
    ]


def test_nothing_is_proved_that_an_open_way_in_refutes(fresh):
    assert [line for seed in (*range(5), *fresh(2)) for line in wrong(seed)] == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(100, 700, 20))
def test_nothing_is_proved_that_an_open_way_into_many_more_clusters_refutes(start):
    assert [line for seed in range(start, start + 20) for line in wrong(seed)] == []


def test_most_of_it_is_refuted():
    found = Counter(verdict for seed in range(4) for verdict, _ in verdicts(seed))
    assert found["refuted"] > 30
    assert found["unknown"] < found["refuted"] / 4
