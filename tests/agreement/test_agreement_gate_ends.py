"""Every verb with every kind of end, crossed with ways in, Services, exceptions and baselines: nothing wrong is proved.

The judges of routing and of single connections, which share nothing with the package, say which connections are open.
"""

from collections import Counter
from datetime import date

import pytest

from agreement.judged_intents import spec_of
from agreement.pipeline import read_inventory
from agreement.questions import completions
from agreement.test_agreement_gate_routes import open_ways, text_of_pod
from generators.routed_clusters import random_routed_cluster, text_of
from netverify.gate.baseline import read_baseline, write_baseline
from netverify.gate.checking import Terms
from netverify.verify import Verifier
from oracles.brute_force import is_on_the_internet, known_addresses
from oracles.direct_interpreter import allowed
from oracles.service_interpreter import (
    WORKLOADS,
    behind_port,
    find,
    has_ended,
    is_headless,
    key_of,
    ports_of,
    protocol_of,
    type_of,
)

TODAY = date(2026, 1, 1)
MOST_WAYS = 2
MOST_PAIRS = 6
NOBODY = "198.51.100.200"
EXCEPTION = {
    "id": "other",
    "flows": [{"from": NOBODY}, {"to": NOBODY}],
    "reason": "nobody is there",
    "owner": "nobody",
    "expires": "2999-01-01",
}


def zones_of(client, service, pod):
    """Zones of mixed ends: addresses with pods, pods with addresses, a Service with addresses."""
    who = text_of_pod(pod)
    zones = {
        "mixed-client": {"any": [client, NOBODY, f"pods of-nobody=true in namespace {pod[0]}"]},
        "mixed-pod": {"any": [who, NOBODY]},
        "nested": {"any": ["mixed-client"]},
    }
    if service is not None:
        zones["held"] = {"any": ["service {}/{}".format(*service[1:3]), NOBODY]}
    return zones


def crossed(objects, client, service, pod, number, protocol):
    """Every verb that a connection by an open way is against, with ends of every kind."""
    who = text_of_pod(pod)
    sources = [client, [client, NOBODY], "mixed-client", "nested"]
    targets = [who, "mixed-pod", f"namespace {pod[0]}"]
    called = None
    if service is not None:
        called = "service {}/{}".format(*service[1:3])
        is_a_set = bool(find(objects, "Service", *service[1:3])["spec"].get("selector"))
        targets += ["held", called] if is_a_set else []
        yield from (
            {"deny": {"from": source, "to": called}} for source in (*sources, "internet")[: 4 + is_public(client)]
        )
        yield {"deny": {"from": "mixed-client", "to": "held", "ports": f"{service[3]}/{protocol.lower()}"}}
        yield {"deny": {"to": called}}
    for target in targets:
        yield (
            {"deny": {"from": "mixed-client", "to": target}} if target not in {"held", called} else {"isolated": target}
        )
        yield {"only": {"to": target, "flows": [{"from": NOBODY}]}}
        yield {"isolated": target}
        yield {"separate": [target, client, NOBODY]}
        yield {"separate": ["mixed-client", target]}
        yield {"no-external": target}
        if is_public(client):
            yield {"no-ingress-from-internet": [target, NOBODY]}
            yield {"separate": [NOBODY, "internet", target]}
    yield {"only": {"from": "nested", "flows": [{"to": NOBODY}]}}
    yield {"isolated": "mixed-client"}
    yield {"deny": {"from": "mixed-client", "ports": f"{number}/{protocol.lower()}"}}


def is_public(client):
    return is_on_the_internet(client)


def judged(objects, zones, assertions, **terms):
    """The results of the gate."""
    made = [{"id": f"a{number}", **one} for number, one in enumerate(assertions)]
    exceptions = [{**EXCEPTION, "assertions": [one["id"] for one in made]}] if made else []
    intent = {"zones": zones, "assertions": made, "exceptions": exceptions}
    return Verifier(read_inventory(text_of(objects))).check(spec_of(intent), Terms(TODAY, **terms)).results


def against_ways(seed, share=1):
    """``(verdict, verdict with a baseline, assertion)`` of all that an open way in is against."""
    objects = random_routed_cluster(seed)
    ways = list(dict.fromkeys(open_ways(objects)))
    for client, service, pod, number, protocol in ways[:: max(1, len(ways) // MOST_WAYS)][:MOST_WAYS]:
        zones = zones_of(client, service, pod)
        assertions = list(crossed(objects, client, service, pod, number, protocol))[seed % share :: share]
        first = judged(objects, zones, assertions)
        later = judged(objects, zones, assertions, baseline=read_baseline("b.json", write_baseline(first)))
        yield from zip(first, later, assertions, strict=True)


def wrong(seed, share=1):
    """What is proved against an open way in, or not the same with a baseline of all that there is.

    Of all that could be asserted one in ``share`` is.
    """
    for one, other, assertion in against_ways(seed, share):
        if one.verdict.value not in {"refuted", "unknown"}:
            yield seed, one.verdict.value, assertion
        wanted = "baselined" if one.verdict.value == "refuted" and one.is_complete and not one.also else None
        if wanted and other.verdict.value != wanted:
            yield seed, other.verdict.value, "with a baseline", assertion


# promises


def promises(seed):
    """``(assertion, whether it must fail)``: that a pod gets to a port of a Service."""
    objects = random_routed_cluster(seed)
    pods = [one for one in objects if one["kind"] in WORKLOADS and not has_ended(one)]
    services = [one for one in objects if one["kind"] == "Service" and type_of(one) != "ExternalName"]
    pairs = [(pod, service) for pod in pods for service in services if not is_headless(service)]
    for pod, service in pairs[:: max(1, len(pairs) // MOST_PAIRS)][:MOST_PAIRS]:
        place = "service {}/{}".format(service["metadata"]["namespace"], service["metadata"]["name"])
        flow = {"from": text_of_pod(key_of(pod)), "to": place}
        failing = []
        for port in ports_of(service):
            ends = list(behind_port(objects, service, port))
            failing.append(not ends or any(may_be_refused(objects, pod, *end) for end in ends))
            yield objects, {"allow": {**flow, "ports": f"{port['port']}/{protocol_of(port).lower()}"}}, failing[-1]
        if failing:
            yield objects, {"allow": flow}, any(failing)


def may_be_refused(objects, source, target, protocol, number):
    """Whether policies refuse a connection to an endpoint on some CNI; of an address nothing is known."""
    if not isinstance(target, tuple) or key_of(source) == target:
        return False
    cluster = {
        "namespaces": [one for one in objects if one["kind"] == "Namespace"],
        "policies": [one for one in objects if one["kind"] == "NetworkPolicy"],
    }
    (manifest,) = (one for one in objects if one["kind"] in WORKLOADS and key_of(one) == target)
    start = {"pod": source, "workload": 0, "address": address_of(source, "10.9.9.8"), "node": "n1"}
    end = {"pod": manifest, "workload": 1, "address": address_of(manifest, "10.9.9.9"), "node": "n2"}
    return not all(allowed(cluster, start, end, protocol, number, behaviours) for behaviours in completions({}))


def address_of(manifest, otherwise):
    return next(iter(known_addresses(manifest)), otherwise)


def broken_promises(seed):
    """``(verdict, whether it must fail, assertion)`` of each promise."""
    made = list(promises(seed))
    if not made:
        return []
    results = judged(made[0][0], {}, [assertion for _, assertion, _ in made])
    return [(one.verdict.value, fails, what) for one, (_, what, fails) in zip(results, made, strict=True)]


def wrong_promises(seed):
    """Promises that are proved although the judges say that they are not kept."""
    return [
        (seed, what) for verdict, fails, what in broken_promises(seed) if fails and verdict in {"proved", "excepted"}
    ]


@pytest.mark.parametrize("seed", range(3))
def test_no_verb_with_any_kind_of_end_is_proved_against_an_open_way_in(seed):
    assert list(wrong(seed, share=8)) == []


def test_no_promise_is_proved_that_a_port_or_an_endpoint_breaks(fresh):
    assert [line for seed in (*range(4), *fresh(1)) for line in wrong_promises(seed)] == []


@pytest.mark.long
@pytest.mark.parametrize("start", range(100, 500, 10))
def test_no_verb_is_proved_against_an_open_way_into_many_more_clusters(start):
    assert [line for seed in range(start, start + 10) for line in (*wrong(seed), *wrong_promises(seed))] == []


def test_most_broken_promises_are_refuted():
    found = Counter(verdict for verdict, fails, _ in broken_promises(2) if fails)
    assert found["refuted"] >= 3
