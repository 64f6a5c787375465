"""Ways in for pods of random clusters: nothing is proved that the judge of routes refutes, or shown that is none."""

import random

import pytest

from agreement.pipeline import read_inventory
from agreement.questions import completions
from agreement.questions import end_of as end_in
from agreement.routed_ways import end_of
from agreement.test_agreement_services import with_all_ready
from generators.routed_clusters import made, random_routed_cluster, text_of
from netverify.model.cluster import NODE
from netverify.model.flow import Direction, Pod
from netverify.query.outcome import Verdict
from netverify.verify import Verifier
from oracles.direct_interpreter import direction_allowed
from oracles.inside_interpreter import Inside
from oracles.service_interpreter import WORKLOADS, behind_port, find, key_of, ports_of, protocol_of
from oracles.ways_in_interpreter import policy_sources, ways_in

MOST_WAYS = 6
BLOCKS = ("0.0.0.0/0", "10.0.0.0/8", "203.0.113.0/24", "198.51.100.0/24")
INTO = (
    *([] for _ in range(6)),
    [{"from": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}],
    [{"from": [{"podSelector": {"matchLabels": {"app": "api"}}}]}],
    [{"from": [{"namespaceSelector": {}, "podSelector": {"matchLabels": {"app": "web"}}}], "ports": [{"port": 80}]}],
    [{"from": [{"ipBlock": {"cidr": "203.0.113.0/24"}}]}],
)
OUT_OF = (
    None,
    [],
    [{"to": [{"namespaceSelector": {}}]}],
    [{"to": [{"podSelector": {"matchLabels": {"app": "db"}}}], "ports": [{"port": 8080}, {"port": 53}]}],
    *([{"to": [{"ipBlock": {"cidr": block}}]}] for block in BLOCKS),
    [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}], "ports": [{"port": 30000, "endPort": 30009}]}],
)


def closed_cluster(seed):
    """A random cluster in which some namespaces let few in, and some few out."""
    objects, rng = random_routed_cluster(seed), random.Random(seed)
    places = sorted({one["metadata"]["namespace"] for one in objects if one["kind"] in WORKLOADS})
    api = "networking.k8s.io/v1"
    for place in places:
        into, out_of = rng.choice(INTO), rng.choice(OUT_OF)
        spec = {"podSelector": {}, "policyTypes": ["Ingress"], "ingress": into}
        objects.append(made(api, "NetworkPolicy", "into", place, spec))
        if out_of is not None:
            spec = {"podSelector": {}, "policyTypes": ["Egress"], "egress": out_of}
            objects.append(made(api, "NetworkPolicy", "out-of", place, spec))
    return objects


def led_to(objects, later, way):
    """The existing pods that a way in leads to, each with the number and the protocol."""
    target = end_of(objects, way)
    if target is None or (target[0] == "service" and target != way.target) or way.kind == "hostNetwork":
        return
    if target[0] == "pod":
        yield from [(target[1], target[2], way.protocol)] if target[2] is not None else []
        return
    service = find(objects, "Service", *target[1:3])
    for port in ports_of(service) if service is not None else []:
        if (port["port"], protocol_of(port)) == (target[3], way.protocol):
            ends = behind_port(later, service, port)
            yield from ((end, number, spoken) for end, spoken, number in ends if isinstance(end, tuple))


def cases(seed):
    """``(verifier, judge, way, source, end, number, protocol)`` for some ways into one cluster, and a source each."""
    objects, rng = closed_cluster(seed), random.Random(seed)
    later = with_all_ready(objects)
    verifier, judge = Verifier(read_inventory(text_of(objects))), Inside(objects)
    pods = {key_of(one): one for one in objects if one["kind"] in WORKLOADS}
    living = {str(one.key) for one in verifier.inventory.cluster.workloads}
    ways = [way for way in ways_in(later) if not way.clients]
    for way in rng.sample(ways, min(MOST_WAYS, len(ways))):
        for end, number, protocol in led_to(objects, later, way):
            source = rng.choice(sorted(pods))
            if {named(source), named(end)} <= living:
                yield verifier, judge, way, pods[source], pods[end], number, protocol


def named(key):
    return "{}/{}[{}]".format(*key)


def wrong(seed):
    """Every proof that the judge refutes, and every route that is shown although policy closes it."""
    for verifier, judge, way, source, end, number, protocol in cases(seed):
        question = f"can {named(key_of(source))} reach {named(key_of(end))}:{number}/{protocol}"
        answer = verifier.ask(question)
        if answer.verdict in {Verdict.UNREACHABLE, Verdict.VACUOUS} and judge.gets_through(
            way, source, end, protocol, number
        ):
            yield seed, question, way
        if answer.verdict is Verdict.REACHABLE and answer.route is not None and answer.route.path:
            yield from ((seed, question, told) for told in untrue(judge, answer.route))


def untrue(judge, route):
    """What policy does not let through of a route that is said to be open."""
    first, last = route.legs[0].witness, route.legs[-1].witness
    for witness, direction in ((first, Direction.EGRESS), (last, Direction.INGRESS)):
        flow = witness.flow
        ends = {end: as_judged(judge, flow.at(end), flow.same_node) for end in (direction.subject, direction.peer)}
        subject, peer = ends[direction.subject], ends[direction.peer]
        subject["node"] = "n1"
        traffic = {"destination": peer if direction is Direction.EGRESS else subject}
        traffic |= {"protocol": str(flow.protocol), "port": flow.port}
        needed = {str(name): value for name, value in witness.behaviours.items()}
        for world in completions({"host-network-policed": False, **needed}):
            if not direction_allowed(judge.cluster, direction.value.capitalize(), subject, peer, traffic, world):
                yield direction, witness


def as_judged(judge, endpoint, same_node):
    if isinstance(endpoint, Pod) and endpoint.workload == NODE:
        (node, *_) = judge.node("n1" if same_node else "n2")
        return {**node, "address": str(endpoint.address)}
    end = end_in({**judge.cluster, "workloads": judge.pods}, endpoint)
    return {**end, "node": "n1" if same_node else "n2"}


@pytest.mark.parametrize("first", range(0, 60, 20))
def test_nothing_is_proved_of_pods_that_a_way_in_refutes(first):
    assert [line for seed in range(first, first + 20) for line in wrong(seed)] == []


@pytest.mark.long
@pytest.mark.parametrize("first", range(60, 1060, 50))
def test_nothing_is_proved_of_pods_in_many_more_clusters(first):
    assert [line for seed in range(first, first + 50) for line in wrong(seed)] == []


def test_every_way_is_open_to_some_pods_and_closed_to_others():
    found = set()
    for seed in (1, 4, 9, 39):  # the judge takes its time with others
        for _, judge, way, *rest in cases(seed):
            found.add((next(iter(policy_sources(way))), judge.gets_through(way, *rest[:2], rest[3], rest[2])))
    assert found >= {(role, is_open) for role in ("client", "controller") for is_open in (True, False)}
